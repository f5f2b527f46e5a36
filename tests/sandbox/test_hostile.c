/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Jobs for workers that do their worst, between jobs that are answered honestly: none
 * may do harm to the parent, and no honest one may get another's answer. With workers
 * for one picture each and for several; of these it is only asked that they cannot
 * speak for others by accident or by what they leave behind, since one that was taken
 * over can always lie about the pictures it is given next. Every sixteenth is a file
 * that the worker gets while it is read. usage: test_hostile
 * HOSTILE_WORKER NJOBS [SEED]     the long form has 1000000 jobs
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <knownimage/sandbox.h>

#include "base/clock.h"
#include "hostile.h"

/* A file so large that its worker begins before it is read. */
enum { WALL_US = 40000, SOME_PICTURES = 50, FILE_NBYTES = 530 << 10, EARLY_ONES = 16 };

struct trial {
    struct ki_sandbox *sandbox;
    struct ki_hasher *hasher;
    unsigned npictures;
    FILE *file;
    const char *path; /* of it */
    uint64_t state;
    uint64_t nreasons[KI_NREASONS];
    uint64_t nhonest;
    uint64_t nlate; /* honest ones, on a busy machine */
    uint64_t nwrong;
};

static uint64_t next_random(struct trial *trial)
{
    trial->state += UINT64_C(0x9e3779b97f4a7c15);
    return hostile_truth(trial->state);
}

static bool is_rare(enum hostile_way way)
{
    return way == HOSTILE_NEVER || way == HOSTILE_LATE || way == HOSTILE_PREVIOUS ||
           way == HOSTILE_NEXT || way == HOSTILE_GREEDY || way == HOSTILE_TWICE;
}

/* Every second job is honest; those that take their time are rare. */
static enum hostile_way choose(struct trial *trial)
{
    uint64_t random = next_random(trial);
    if (random % 2 == 0) {
        return HOSTILE_HONEST;
    }
    enum hostile_way way = (enum hostile_way)(random / 2 % HOSTILE_NWAYS);
    if (trial->npictures > 1 && (way == HOSTILE_TWICE || way == HOSTILE_NEXT)) {
        return HOSTILE_SCRIBBLE;
    }
    return is_rare(way) && random / 64 % 50 != 0 ? HOSTILE_RANDOM : way;
}

static bool is_true(const struct ki_hashes *hashes, uint64_t seed)
{
    uint64_t truth = hostile_truth(seed);
    uint64_t told;
    memcpy(&told, hashes->pdq[0].hashes[0].bytes, sizeof told);
    return hashes->reason == KI_REASON_NONE && hashes->pdq[0].present &&
           told == truth && hashes->pdq[0].quality == truth % 101;
}

/* What no worker may bring about, whatever it says. */
static bool is_sound(const struct ki_hashes *hashes)
{
    bool is_whole = hashes->reason == KI_REASON_NONE;
    return (unsigned)hashes->reason < KI_NREASONS && hashes->pdq[0].quality <= 100 &&
           (!is_whole || hashes->pdq[0].present) && !hashes->pdq[1].present &&
           (!is_whole || (hashes->info.width >= 1 && hashes->info.width <= 16384)) &&
           hashes->info.scale <= 8 && hashes->digests == KI_BIT(KI_KIND_MD5);
}

static void hash(struct trial *trial, const struct hostile_order *order,
                 struct ki_hashes *hashes)
{
    if (next_random(trial) % EARLY_ONES > 0) {
        ki_hash_memory(trial->hasher, order, sizeof *order, hashes);
        return;
    }
    if (fseek(trial->file, HOSTILE_IN_PNG, SEEK_SET) != 0 ||
        fwrite(order, sizeof *order, 1, trial->file) != 1 || fflush(trial->file) != 0) {
        abort();
    }
    ki_hash_file(trial->hasher, trial->path, hashes);
}

static bool make_file(const char *path)
{
    static const char bytes[FILE_NBYTES] = "\x89PNG\r\n\x1a\n";
    FILE *file = fopen(path, "wbe");
    bool is_good = file && fwrite(bytes, sizeof bytes, 1, file) == 1;
    return (!file || fclose(file) == 0) && is_good;
}

static void run_job(struct trial *trial)
{
    struct hostile_order order = {
        .magic = HOSTILE_MAGIC, .way = choose(trial), .seed = next_random(trial)};
    struct ki_hashes hashes;
    bool is_honest = order.way == HOSTILE_HONEST;
    hash(trial, &order, &hashes);
    bool is_late = is_honest && hashes.reason == KI_REASON_LIMIT_TIME;
    trial->nreasons[hashes.reason]++;
    trial->nhonest += is_honest;
    trial->nlate += is_late;
    if (!is_sound(&hashes) ||
        (is_honest && !is_late && !is_true(&hashes, order.seed))) {
        trial->nwrong++;
        printf("not ok: way %u: %s, quality %u\n", order.way,
               ki_reason_text(hashes.reason), hashes.pdq[0].quality);
    }
}

static struct ki_limits limits(void)
{
    struct ki_limits limits = ki_limits_default();
    limits.file_nbytes = FILE_NBYTES;
    limits.memory_nbytes = 256 << 20;
    limits.wall_us = WALL_US;
    return limits;
}

static bool start(struct trial *trial, const char *worker)
{
    struct ki_sandbox_options options = ki_sandbox_options_default();
    options.worker = worker;
    options.njobs = 1;
    options.npictures = trial->npictures;
    options.limits = limits();
    struct ki_hash_options hash = ki_hash_options_default();
    hash.kinds = KI_BIT(KI_KIND_PDQ) | KI_BIT(KI_KIND_MD5);
    hash.limits = limits();
    struct ki_diag diag = {0};
    enum ki_status status = ki_sandbox_start(&options, &trial->sandbox, &diag);
    if (status == KI_OK) {
        status =
            ki_hasher_create_confined(trial->sandbox, &hash, &trial->hasher, &diag);
    }
    if (status != KI_OK) {
        printf("not ok: %s\n", diag.message);
    }
    return status == KI_OK;
}

static void report(const struct trial *trial, uint64_t njobs, uint64_t elapsed_us)
{
    printf("%u pictures a worker: %" PRIu64 " jobs, %" PRIu64 " honest, %" PRIu64
           " of them late, %" PRIu64 " wrong, %.0f jobs/s\n",
           trial->npictures, njobs, trial->nhonest, trial->nlate, trial->nwrong,
           (double)njobs * 1e6 / (double)(elapsed_us + 1));
    for (unsigned i = 0; i < KI_NREASONS; i++) {
        if (trial->nreasons[i] > 0) {
            printf("  %-20s %" PRIu64 "\n", i ? ki_reason_text((enum ki_reason)i) : "-",
                   trial->nreasons[i]);
        }
    }
}

static bool run_trial(const char *worker, uint64_t njobs, uint64_t seed,
                      unsigned npictures)
{
    char path[64];
    (void)snprintf(path, sizeof path, "/tmp/knownimage-hostile-%d", (int)getpid());
    struct trial trial = {.state = seed, .npictures = npictures, .path = path};
    trial.file = make_file(path) ? fopen(path, "r+be") : NULL;
    uint64_t begin_us = ki_clock_wall_us();
    if (!trial.file || !start(&trial, worker)) {
        return false;
    }
    for (uint64_t i = 0; i < njobs; i++) {
        run_job(&trial);
    }
    ki_hasher_destroy(trial.hasher);
    ki_sandbox_stop(trial.sandbox);
    (void)fclose(trial.file);
    (void)unlink(path);
    report(&trial, njobs, ki_clock_wall_us() - begin_us);
    return trial.nwrong == 0 && trial.nlate * 20 <= trial.nhonest;
}

int main(int argc, char **argv)
{
    if (argc < 3) {
        return 1;
    }
    uint64_t njobs = strtoull(argv[2], NULL, 10);
    uint64_t seed = argc > 3 ? strtoull(argv[3], NULL, 10) : 1;
    printf("seed %" PRIu64 "\n", seed);
    bool is_good = run_trial(argv[1], njobs / 2, seed, 1);
    is_good = run_trial(argv[1], njobs - njobs / 2, seed + 1, SOME_PICTURES) && is_good;
    return is_good ? 0 : 1;
}
