/* SPDX-License-Identifier: Apache-2.0 */
/* A worker that was taken over: confined like the others, and free to do in its process
 * whatever it wants. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/clock.h"
#include "hostile.h"
#include "knownimage-worker/memory.h"
#include "sandbox/futex.h"
#include "sandbox/zygote.h"

enum { LATE_US = 80000, HUNDRED_MIB = 100 << 20 };

static uint64_t next_random(uint64_t *state)
{
    *state += UINT64_C(0x9e3779b97f4a7c15);
    return hostile_truth(*state);
}

static void fill(void *memory, size_t nbytes, uint64_t *state)
{
    uint8_t *bytes = memory;
    for (size_t i = 0; i < nbytes; i++) {
        bytes[i] = (uint8_t)next_random(state);
    }
}

static struct ki_wire_result honest(uint64_t seed)
{
    struct ki_wire_result result = {.reason = KI_REASON_NONE,
                                    .width = 640,
                                    .height = 480,
                                    .nchannels = 3,
                                    .nframes = 1,
                                    .scale = 1};
    uint64_t truth = hostile_truth(seed);
    result.pdq[0].is_present = 1;
    result.pdq[0].quality = (uint32_t)(truth % 101);
    for (unsigned i = 0; i < KI_NTRANSFORMS; i++) {
        memcpy(result.pdq[0].hashes[i].bytes, &truth, sizeof truth);
    }
    return result;
}

static void ring(struct ki_child *child, uint32_t done)
{
    atomic_store(&child->answer->done, done);
    (void)atomic_fetch_add(&child->answer->bell, 1);
    ki_futex_wake(&child->answer->bell);
}

static void wait_us(uint64_t us)
{
    uint64_t end_us = ki_clock_wall_us() + us;
    while (ki_clock_wall_us() < end_us) {
    }
}

static void stay(const struct ki_child *child)
{
    for (;;) {
        ki_futex_wait(&child->answer->bell, atomic_load(&child->answer->bell),
                      UINT64_MAX);
    }
}

/* By writing to what it can only read. */
static _Noreturn void die(const struct ki_child *child)
{
    volatile uint8_t *bytes;
    memcpy((void *)&bytes, &child->bytes, sizeof bytes);
    for (;;) {
        *bytes = 1;
    }
}

/* Mostly sound where it need not be, so that it gets past the first checks. */
static void answer_random(struct ki_child *child, uint32_t sequence, uint64_t *state)
{
    struct ki_wire_result result = honest(next_random(state));
    if (next_random(state) % 2) {
        fill(&result, sizeof result, state);
    }
    uint32_t *words = (uint32_t *)&result;
    for (size_t i = 0; i < 10; i++) {
        words[i] = (uint32_t)(next_random(state) % 20);
    }
    ki_child_answer(child, sequence, &result);
}

static void scribble(struct ki_child *child, uint32_t sequence, uint64_t *state)
{
    for (int i = 0; i < 4; i++) {
        fill(child->answer, KI_WIRE_PAGE_NBYTES, state);
    }
    ring(child, sequence);
    fill((char *)child->answer + 64, KI_WIRE_PAGE_NBYTES - 64, state);
}

static void be_greedy(struct ki_child *child, uint32_t sequence)
{
    enum { MOST_BLOCKS = 64 };
    static char *blocks[MOST_BLOCKS];
    size_t nblocks = 0;
    while (nblocks < MOST_BLOCKS && (blocks[nblocks] = malloc(HUNDRED_MIB))) {
        blocks[nblocks++][0] = 1;
    }
    struct ki_wire_result result = {.reason = KI_REASON_LIMIT_MEMORY, .scale = 1};
    result.nwarnings = (uint32_t)nblocks;
    ki_child_answer(child, sequence, &result);
}

static void answer_early(struct ki_child *child, uint32_t sequence, uint64_t *state)
{
    const struct ki_wire_result result = honest(next_random(state));
    child->answer->result = result;
    ring(child, sequence + 1);
}

static void obey(struct ki_child *child, uint32_t sequence,
                 const struct hostile_order *order)
{
    uint64_t state = order->seed ^ sequence;
    const struct ki_wire_result truth = honest(order->seed);
    const struct ki_wire_result lie = honest(order->seed + 1);
    switch (order->way) {
    case HOSTILE_RANDOM:
        answer_random(child, sequence, &state);
        break;
    case HOSTILE_HUGE:
        memset(&child->answer->result, 0xff, sizeof child->answer->result);
        ring(child, sequence);
        break;
    case HOSTILE_SCRIBBLE:
        scribble(child, sequence, &state);
        break;
    case HOSTILE_OTHER:
        ki_child_answer(child, (uint32_t)next_random(&state), &lie);
        break;
    case HOSTILE_PREVIOUS:
        ki_child_answer(child, sequence - 1, &lie);
        wait_us(LATE_US);
        break;
    case HOSTILE_TWICE:
        ki_child_answer(child, sequence, &truth);
        ki_child_answer(child, sequence, &lie);
        answer_early(child, sequence, &state);
        break;
    case HOSTILE_NEXT:
        ki_child_answer(child, sequence, &truth);
        answer_early(child, sequence, &state);
        stay(child);
        break;
    case HOSTILE_EXIT:
        _exit(0);
    case HOSTILE_CRASH:
        die(child);
    case HOSTILE_CALL:
        (void)kill(getppid(), SIGKILL);
        break;
    case HOSTILE_ANSWER_DIES:
        ki_child_answer(child, sequence, &truth);
        die(child);
    case HOSTILE_LATE:
        wait_us(LATE_US);
        ki_child_answer(child, sequence, &lie);
        break;
    case HOSTILE_NEVER:
        stay(child);
        break;
    case HOSTILE_GREEDY:
        be_greedy(child, sequence);
        break;
    default:
        ki_child_answer(child, sequence, &truth);
        break;
    }
}

/* What is no order is a picture to die of: the crash storm. */
static void serve(struct ki_child *child)
{
    for (uint32_t n = 0; n < child->input->setup.npictures; n++) {
        uint32_t sequence = ki_child_await(child);
        struct hostile_order order;
        size_t offset =
            child->input->request.format == KI_FORMAT_PNG ? HOSTILE_IN_PNG : 0;
        memcpy(&order, child->bytes + offset, sizeof order);
        if (order.magic != HOSTILE_MAGIC) {
            die(child);
        }
        obey(child, sequence, &order);
    }
}

int main(void)
{
    static struct ki_zygote zygote;
    zygote.arena = worker_arena();
    zygote.serve = serve;
    zygote.is_confined = true;
    return ki_zygote_run(&zygote);
}
