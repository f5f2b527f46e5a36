/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/child.h"

#include <string.h>

#include "base/clock.h"
#include "bytes/sniff.h"
#include "sandbox/futex.h"

enum {
    ROUSED_SPINS = 5,  /* what it is roused for may take a while to be read */
    COMING_SPINS = 10, /* in all, while it is read */
    KEEP_NBYTES =
        48 << 20, /* a worker that needed more memory ends and gives it back */
    FETCHED_MOST = 512 << 10, /* bytes: second-level caches are not much larger */
    STACK_NBYTES = 64 << 10   /* more than decoding ever has on the stack */
};

/* Has what the parent has read of the next picture come over from its processor's
 * caches while it reads on; the checksums of a PNG would wait for each line. Returns
 * how much was asked for. */
static size_t fetch_ready(const struct ki_child *child, size_t nfetched)
{
    enum { LINE = 64, AT_ONCE = 16 * LINE };
    const _Atomic uint64_t *nready = &child->input->request.nready;
    uint64_t end = atomic_load_explicit(nready, memory_order_acquire);
    nfetched = end < nfetched ? 0 : nfetched; /* another picture */
    end = end < FETCHED_MOST ? end : FETCHED_MOST;
    end = end < nfetched + AT_ONCE ? end : nfetched + AT_ONCE;
    for (; nfetched < end; nfetched += LINE) {
        __builtin_prefetch(child->bytes + nfetched, 0, 2);
    }
    return nfetched;
}

/* The next sequence number, or the last one if there is none in that time. */
static uint32_t look_out(const struct ki_child *child, uint32_t spin_us)
{
    const _Atomic uint32_t *word = &child->input->request.sequence;
    const uint64_t end_us = ki_clock_wall_us() + spin_us;
    uint32_t sequence = atomic_load_explicit(word, memory_order_acquire);
    size_t nfetched = 0;
    while (sequence == child->sequence && ki_clock_wall_us() < end_us) {
        size_t nbefore = nfetched;
        nfetched = fetch_ready(child, nfetched);
        sequence = nfetched > nbefore ? atomic_load_explicit(word, memory_order_acquire)
                                      : ki_futex_spin(word, child->sequence, 1);
    }
    return sequence;
}

uint32_t ki_child_await(struct ki_child *child)
{
    const _Atomic uint32_t *word = &child->input->request.sequence;
    const uint32_t spin_us = child->input->setup.spin_us;
    uint32_t sequence = look_out(child, spin_us);
    while (sequence == child->sequence) {
        /* Said before the last look: who posts later sees it and wakes. */
        atomic_store(&child->answer->is_asleep, 1);
        sequence = atomic_load(word);
        if (sequence == child->sequence) {
            ki_futex_wait(word, sequence, UINT64_MAX);
        }
        atomic_store_explicit(&child->answer->is_asleep, 0, memory_order_relaxed);
        sequence = look_out(child, ROUSED_SPINS * spin_us);
    }
    child->sequence = sequence;
    return sequence;
}

/* In a worker there is no other reason why memory cannot be had. */
static enum ki_reason reason_here(enum ki_reason reason)
{
    return reason == KI_REASON_OUT_OF_MEMORY ? KI_REASON_LIMIT_MEMORY : reason;
}

static void fill_result(const struct ki_hashes *hashes, struct ki_wire_result *result)
{
    const struct ki_image_info *info = &hashes->info;
    *result = (struct ki_wire_result){
        .reason = reason_here(hashes->reason),
        .width = info->width,
        .height = info->height,
        .nchannels = info->nchannels,
        .nwarnings = info->nwarnings,
        .nframes = info->nframes,
        .needs_whole = info->needs_whole,
        .fidelity = info->fidelity,
        .scale = info->scale,
    };
    for (unsigned mode = 0; mode < KI_NMODES; mode++) {
        const struct ki_pdq_result *pdq = &hashes->pdq[mode];
        result->pdq[mode].is_present = pdq->present;
        result->pdq[mode].quality = pdq->quality;
        result->pdq[mode].is_degenerate = pdq->is_degenerate;
        memcpy(result->pdq[mode].hashes, pdq->hashes, sizeof pdq->hashes);
    }
}

static uint64_t count_arrived(const struct ki_child *child)
{
    return atomic_load_explicit(&child->input->request.narrived, memory_order_acquire);
}

/* Of a picture that comes; for how long it is still looked out for, which is time of
 * the processor, and so the picture's. */
struct coming {
    const struct ki_child *child;
    uint64_t left_us;
};

static bool look_out_for_piece(struct coming *coming, uint32_t npieces)
{
    const struct ki_wire_input *input = coming->child->input;
    const uint32_t most_us = input->setup.spin_us;
    uint32_t some_us = coming->left_us < most_us ? (uint32_t)coming->left_us : most_us;
    uint64_t begin_us = ki_clock_wall_us();
    bool has_come = ki_futex_spin(&input->request.npieces, npieces, some_us) != npieces;
    uint64_t used_us = ki_clock_wall_us() - begin_us;
    coming->left_us -= used_us < coming->left_us ? used_us : coming->left_us;
    return has_come;
}

/* If they never come, because the file has changed, the parent has it killed. */
static void await_bytes(void *context, size_t nbytes)
{
    struct coming *coming = context;
    const struct ki_child *child = coming->child;
    const _Atomic uint32_t *word = &child->input->request.npieces;
    while (count_arrived(child) < nbytes) {
        uint32_t npieces = atomic_load(word);
        bool is_new =
            count_arrived(child) >= nbytes || look_out_for_piece(coming, npieces);
        if (!is_new) {
            atomic_store(&child->answer->is_asleep, 1);
            if (atomic_load(word) == npieces) {
                ki_futex_wait(word, npieces, UINT64_MAX);
            }
            atomic_store_explicit(&child->answer->is_asleep, 0, memory_order_relaxed);
        }
    }
}

void ki_child_hash(struct ki_child *child, struct ki_wire_result *result)
{
    const struct ki_wire_request *request = &child->input->request;
    const struct ki_picture_wish wish = request->wish;
    struct coming coming = {child,
                            (uint64_t)COMING_SPINS * child->input->setup.spin_us};
    const struct ki_arrival arrival = {&coming, await_bytes};
    bool is_there = count_arrived(child) >= request->nbytes;
    struct ki_hashes *hashes = &child->hashes;
    *hashes = (struct ki_hashes){
        .info = {.format = request->format, .nframes = 1, .scale = 1},
    };
    ki_picture_hash(&child->picture, &wish, child->bytes, request->nbytes,
                    is_there ? NULL : &arrival, hashes);
    fill_result(hashes, result);
}

void ki_child_answer(struct ki_child *child, uint32_t sequence,
                     const struct ki_wire_result *result)
{
    struct ki_wire_answer *answer = child->answer;
    answer->result = *result;
    atomic_store_explicit(&answer->done, sequence, memory_order_release);
    (void)atomic_fetch_add(&answer->bell, 1);
    if (atomic_load(&child->input->request.is_asleep)) {
        ki_futex_wake(&answer->bell);
    }
}

/* What calls that are over left below this frame. */
static __attribute__((noinline)) void wipe_stack(void)
{
    char below[STACK_NBYTES];
    explicit_bzero(below, sizeof below);
}

static void forget(struct ki_child *child)
{
    ki_picture_forget(&child->picture);
    explicit_bzero(&child->hashes, sizeof child->hashes);
    wipe_stack();
}

void ki_child_serve(struct ki_child *child)
{
    uint32_t npictures = child->input->setup.npictures;
    bool is_last = false;
    ki_child_warm_up(child);
    for (uint32_t n = 1; !is_last; n++) {
        uint32_t sequence = ki_child_await(child);
        struct ki_wire_result result;
        ki_child_hash(child, &result);
        is_last = n == npictures || child->arena->most > KEEP_NBYTES;
        result.is_last = is_last;
        ki_child_answer(child, sequence, &result);
        if (!is_last) {
            forget(child); /* after the answer: the parent need not wait for it */
        }
    }
}
