/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The pool: two slots for each scanner or hasher. While one decodes, the zygote of the
 * other sees a used worker off and forks the next.
 */
#include <knownimage/sandbox.h>

#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "bytes/sniff.h"
#include "hash/hasher.h"
#include "sandbox/answer.h"
#include "sandbox/confine.h"
#include "sandbox/program.h"
#include "sandbox/slot.h"

enum {
    MOST_JOBS = 1024,
    NSLOTS = 2,
    KEEP_NBYTES = 8 << 20, /* of an input buffer, from picture to picture */
    SPIN_US = 200,         /* where a processor is to spare for it */
    MISSING_NBYTES = 256,
    EARLY_NBYTES = 512 << 10, /* files that a worker may begin before they are read */
    SHY_PICTURES = 32         /* that are not begun so after one for nothing */
};

struct client {
    struct ki_sandbox *sandbox;
    bool is_taken;
    unsigned current;
    bool is_posted;
    bool is_early; /* posted while the picture was read, and not asked for yet */
    unsigned nshy; /* pictures for which that is not to be done */
    bool wants_pdq;
    struct ki_picture_wish wish;
    struct ki_source_listener listener;
    struct ki_slot slots[NSLOTS];
};

struct ki_sandbox {
    struct ki_sandbox_options options;
    pthread_mutex_t mutex; /* of is_taken */
    char worker[KI_PROGRAM_NBYTES];
    char missing[MISSING_NBYTES];
    unsigned nslots; /* started */
    unsigned nclients;
    struct client clients[];
};

struct ki_sandbox_options ki_sandbox_options_default(void)
{
    return (struct ki_sandbox_options){
        .npictures = KI_WORKER_SINGLE_USE,
        .limits = ki_limits_default(),
    };
}

static unsigned count_processors(void)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    if (sched_getaffinity(0, sizeof set, &set) != 0 || CPU_COUNT(&set) < 1) {
        return 1;
    }
    return (unsigned)CPU_COUNT(&set);
}

static struct ki_slot *slot_at(struct ki_sandbox *sandbox, unsigned i)
{
    return &sandbox->clients[i / NSLOTS].slots[i % NSLOTS];
}

/* The first zygote proves the confinement while the others start. */
static enum ki_status start_slots(struct ki_sandbox *sandbox,
                                  struct ki_slot_options *options,
                                  struct ki_diag *diag)
{
    enum ki_status status = KI_OK;
    unsigned missing = 0;
    for (unsigned i = 0; i < sandbox->nclients * NSLOTS && status == KI_OK; i++) {
        options->is_prover = i == 0;
        status = ki_slot_begin(slot_at(sandbox, i), options, diag);
        sandbox->nslots += status == KI_OK;
    }
    for (unsigned i = 0; i < sandbox->nslots && status == KI_OK; i++) {
        status = ki_slot_greet(slot_at(sandbox, i), diag);
        missing |= slot_at(sandbox, i)->missing;
    }
    ki_layers_text(missing, sandbox->missing, sizeof sandbox->missing);
    return status;
}

static enum ki_status start(struct ki_sandbox *sandbox, struct ki_diag *diag)
{
    const struct ki_sandbox_options *options = &sandbox->options;
    enum ki_status status = ki_program_find(options->worker, sandbox->worker, diag);
    if (status != KI_OK) {
        return status;
    }
    struct ki_slot_options slot_options = {
        .worker = sandbox->worker,
        .file_nbytes = options->limits.file_nbytes,
        .memory_nbytes = options->limits.memory_nbytes,
        .cpu_us = options->limits.cpu_us,
        .npictures = options->npictures,
        .spin_us = 2 * sandbox->nclients <= count_processors() ? SPIN_US : 0,
        .is_unsafe = options->is_unsafe,
    };
    return start_slots(sandbox, &slot_options, diag);
}

static struct ki_sandbox *create(const struct ki_sandbox_options *options)
{
    unsigned njobs = options->njobs ? options->njobs : count_processors();
    struct ki_sandbox *sandbox =
        calloc(1, sizeof *sandbox + njobs * sizeof sandbox->clients[0]);
    if (!sandbox) {
        return NULL;
    }
    if (pthread_mutex_init(&sandbox->mutex, NULL) != 0) {
        free(sandbox);
        return NULL;
    }
    sandbox->options = *options;
    sandbox->nclients = njobs;
    for (unsigned i = 0; i < njobs; i++) {
        sandbox->clients[i].sandbox = sandbox;
    }
    return sandbox;
}

enum ki_status ki_sandbox_start(const struct ki_sandbox_options *options,
                                struct ki_sandbox **out, struct ki_diag *diag)
{
    if (options->njobs > MOST_JOBS || options->npictures < 1 ||
        options->limits.file_nbytes > SIZE_MAX / 4 ||
        options->limits.memory_nbytes > SIZE_MAX / 4) {
        return ki_diag_set(diag, KI_ERR_ARGUMENT,
                           "at most %d jobs, and at least one picture a worker",
                           MOST_JOBS);
    }
    struct ki_sandbox *sandbox = create(options);
    if (!sandbox) {
        return ki_diag_set(diag, KI_ERR_NO_MEMORY, "no memory for a sandbox");
    }
    enum ki_status status = start(sandbox, diag);
    if (status != KI_OK) {
        ki_sandbox_stop(sandbox);
        return status;
    }
    *out = sandbox;
    return KI_OK;
}

void ki_sandbox_stop(struct ki_sandbox *sandbox)
{
    if (!sandbox) {
        return;
    }
    for (unsigned i = 0; i < sandbox->nslots; i++) {
        ki_slot_end(slot_at(sandbox, i));
    }
    (void)pthread_mutex_destroy(&sandbox->mutex);
    free(sandbox);
}

const char *ki_sandbox_missing(const struct ki_sandbox *sandbox)
{
    return sandbox->missing[0] ? sandbox->missing : NULL;
}

/* A picture that takes long to read as well as to decode. */
static bool may_begin(const struct client *client, const struct ki_source *source)
{
    return client->wants_pdq && client->nshy == 0 &&
           source->expected_nbytes >= EARLY_NBYTES &&
           source->nbytes < source->expected_nbytes &&
           ki_sniff(source->data, source->nbytes) == KI_FORMAT_PNG;
}

static void on_piece(void *context, const struct ki_source *source)
{
    struct client *client = context;
    struct ki_slot *slot = &client->slots[client->current];
    if (client->is_early) {
        ki_slot_arrive(slot, source->nbytes);
    } else if (may_begin(client, source)) {
        client->is_early =
            ki_slot_post(slot, &client->wish, KI_FORMAT_PNG,
                         (size_t)source->expected_nbytes, source->nbytes);
        client->nshy = client->is_early ? 0 : SHY_PICTURES + 1;
    } else {
        atomic_store_explicit(&slot->input->request.nready, source->nbytes,
                              memory_order_release);
    }
}

/* It turned out that the worker began for nothing. */
static void give_up_early(struct client *client)
{
    ki_slot_discard(&client->slots[client->current]);
    client->is_early = false;
    client->nshy = SHY_PICTURES + 1; /* one is taken off before each */
}

/* The slot for the next picture: not one whose worker is used up, if there is another.
 */
static void take(void *context, struct ki_source *source)
{
    struct client *client = context;
    if (client->slots[client->current].is_spent) {
        client->current = (client->current + 1) % NSLOTS;
    }
    struct ki_slot *slot = &client->slots[client->current];
    ki_slot_rouse(slot);
    ki_source_lend(source, slot->bytes, slot->options.file_nbytes + 1);
    source->listener = slot->options.spin_us ? &client->listener : NULL;
    client->nshy -= client->nshy > 0;
}

static void post(void *context, const uint8_t *data, size_t nbytes,
                 const struct ki_hash_options *options, struct ki_hashes *out)
{
    struct client *client = context;
    struct ki_slot *slot = &client->slots[client->current];
    (void)data;    /* stands in the slot */
    (void)options; /* those that the hasher was made with */
    if (client->is_early && slot->input->request.nbytes != nbytes) {
        give_up_early(client); /* the file has changed meanwhile */
    }
    client->is_posted =
        client->is_early ||
        ki_slot_post(slot, &client->wish, out->info.format, nbytes, nbytes);
    client->is_early = false;
}

/* The answer to what was posted, if there is one to be believed. */
static enum ki_reason get_answer(struct client *client, struct ki_hashes *out)
{
    struct ki_slot *slot = &client->slots[client->current];
    struct ki_wire_result result;
    if (!client->is_posted) {
        return KI_REASON_DECODER_CRASHED;
    }
    enum ki_reason reason = ki_slot_wait(slot, client->wish.limits.wall_us, &result);
    if (reason == KI_REASON_NONE && !ki_answer_take(&result, &client->wish, out)) {
        ki_slot_discard(slot);
        return KI_REASON_DECODER_MISBEHAVED;
    }
    return reason == KI_REASON_NONE ? out->reason : reason;
}

/* A worker that had pictures before may have been ruined by one of them: this picture
 * is only blamed for what happens to it in a fresh one. */
static void wait_for(void *context, struct ki_hashes *out)
{
    struct client *client = context;
    struct ki_slot *slot = &client->slots[client->current];
    enum ki_reason reason = get_answer(client, out);
    bool is_failure =
        reason == KI_REASON_DECODER_CRASHED || reason == KI_REASON_DECODER_MISBEHAVED;
    if (is_failure && client->is_posted && slot->njobs > 1) {
        client->is_posted = ki_slot_post(slot, &client->wish, out->info.format,
                                         (size_t)out->info.nbytes,
                                         (size_t)out->info.nbytes);
        reason = get_answer(client, out);
    }
    out->reason = reason;
}

static void release(void *context, struct ki_source *source)
{
    struct client *client = context;
    struct ki_slot *slot = &client->slots[client->current];
    if (client->is_early) {
        give_up_early(client); /* it could not be read, or is known */
    }
    atomic_store_explicit(&slot->input->request.nready, 0, memory_order_relaxed);
    ki_slot_wipe(slot, source->nbytes, KEEP_NBYTES);
    source->nbytes = 0;
}

static void give_back(void *context)
{
    struct client *client = context;
    struct ki_sandbox *sandbox = client->sandbox;
    (void)pthread_mutex_lock(&sandbox->mutex);
    client->is_taken = false;
    (void)pthread_mutex_unlock(&sandbox->mutex);
}

static struct client *find_free(struct ki_sandbox *sandbox)
{
    struct client *found = NULL;
    (void)pthread_mutex_lock(&sandbox->mutex);
    for (unsigned i = 0; i < sandbox->nclients && !found; i++) {
        found = sandbox->clients[i].is_taken ? NULL : &sandbox->clients[i];
    }
    if (found) {
        found->is_taken = true;
    }
    (void)pthread_mutex_unlock(&sandbox->mutex);
    return found;
}

enum ki_status ki_hasher_create_confined(struct ki_sandbox *sandbox,
                                         const struct ki_hash_options *options,
                                         struct ki_hasher **out, struct ki_diag *diag)
{
    const struct ki_limits *most = &sandbox->options.limits;
    if (options->limits.file_nbytes > most->file_nbytes ||
        options->limits.memory_nbytes > most->memory_nbytes) {
        return ki_diag_set(diag, KI_ERR_ARGUMENT, "a limit above that of the sandbox");
    }
    struct client *client = find_free(sandbox);
    if (!client) {
        return ki_diag_set(diag, KI_ERR_BUSY, "all %u places of the sandbox are taken",
                           sandbox->nclients);
    }
    client->wants_pdq = options->kinds & KI_BIT(KI_KIND_PDQ);
    client->wish = (struct ki_picture_wish){.modes = options->modes,
                                            .dihedral = options->dihedral,
                                            .fidelity = options->fidelity,
                                            .limits = options->limits};
    client->listener = (struct ki_source_listener){client, on_piece};
    const struct ki_hash_backend backend = {
        .context = client,
        .take = take,
        .start = post,
        .finish = wait_for,
        .release = release,
        .destroy = give_back,
    };
    return ki_hasher_create_on(&backend, options, out, diag);
}
