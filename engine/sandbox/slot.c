/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/slot.h"

#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "sandbox/futex.h"
#include "sandbox/launch.h"

enum {
    GRACE_US = 50000,      /* for a worker that said it would end */
    PATIENCE_US = 2000000, /* for the next one, on a busy machine */
    SLICE_US = 100000,     /* between two looks whether the zygote lives */
    TAKEN_MOST = 4 << 20,  /* bytes of the input: what caches hold */
    PACE_SHIFT = 20
};

/* Looks only: whoever ends the slot collects it. */
static bool is_gone(const struct ki_slot *slot)
{
    siginfo_t info = {0};
    return waitid(P_PID, (id_t)slot->zygote, &info, WEXITED | WNOHANG | WNOWAIT) != 0 ||
           info.si_pid != 0;
}

static void ask_to_kill(const struct ki_slot *slot, uint32_t worker)
{
    const struct ki_wire_kill message = {.worker = worker};
    (void)send(slot->control, &message, sizeof message, MSG_NOSIGNAL | MSG_DONTWAIT);
}

void ki_slot_discard(struct ki_slot *slot)
{
    slot->is_spent = true;
    ask_to_kill(slot, slot->worker);
}

/* Waits for a worker that follows the one before. Its being there means that the others
 * are dead. */
static bool await_worker(struct ki_slot *slot)
{
    const _Atomic uint32_t *word = &slot->notice->nworkers;
    uint64_t begin_us = ki_clock_wall_us();
    bool was_asked = slot->worker == 0;
    uint32_t number = atomic_load_explicit(word, memory_order_acquire);
    while (number == slot->worker) {
        uint64_t waited_us = ki_clock_wall_us() - begin_us;
        if (waited_us >= PATIENCE_US || (waited_us >= SLICE_US && is_gone(slot))) {
            return false;
        }
        if (waited_us >= GRACE_US && !was_asked) {
            ask_to_kill(slot, slot->worker);
            was_asked = true;
        }
        ki_futex_wait(word, number, was_asked ? SLICE_US : GRACE_US);
        number = atomic_load_explicit(word, memory_order_acquire);
    }
    slot->worker = number;
    return true;
}

/* What the dead worker left in the answer goes before the new one, which has seen
 * nothing yet, gets its first job. */
static void welcome(struct ki_slot *slot)
{
    explicit_bzero(&slot->answer->result, sizeof slot->answer->result);
    atomic_store(&slot->answer->done, 0);
    slot->idle_done = 0;
    slot->njobs = 0;
    slot->is_spent = false;
}

static bool start_over(struct ki_slot *slot)
{
    ki_slot_stop_zygote(slot);
    struct ki_diag diag = {0};
    return ki_slot_start_zygote(slot, &diag) == KI_OK &&
           ki_slot_greet(slot, &diag) == KI_OK && await_worker(slot);
}

/* Nobody answers without being asked. */
static bool has_spoken(const struct ki_slot *slot)
{
    return atomic_load(&slot->answer->done) != slot->idle_done;
}

static bool has_worker(struct ki_slot *slot)
{
    if (!slot->is_spent && has_spoken(slot)) {
        ki_slot_discard(slot);
    }
    bool is_dead = atomic_load(&slot->notice->ndead) >= slot->worker;
    if (!slot->is_spent && !is_dead) {
        return true;
    }
    if ((slot->control < 0 || !await_worker(slot)) && !start_over(slot)) {
        return false;
    }
    welcome(slot);
    return true;
}

void ki_slot_rouse(const struct ki_slot *slot)
{
    if (slot->options.spin_us && !slot->is_spent &&
        atomic_load(&slot->answer->is_asleep)) {
        ki_futex_wake(&slot->input->request.sequence);
    }
}

bool ki_slot_post(struct ki_slot *slot, const struct ki_picture_wish *wish,
                  enum ki_format format, size_t nbytes, size_t narrived)
{
    if (!has_worker(slot)) {
        return false;
    }
    struct ki_wire_request *request = &slot->input->request;
    request->nbytes = nbytes;
    request->format = format;
    request->wish = *wish;
    slot->sequence = slot->sequence == UINT32_MAX ? 1 : slot->sequence + 1;
    slot->njobs++;
    slot->posted_us = ki_clock_wall_us();
    slot->begin_us = slot->posted_us;
    atomic_store_explicit(&request->nready, 0, memory_order_relaxed);
    atomic_store_explicit(&request->narrived, narrived, memory_order_relaxed);
    atomic_store(&request->sequence, slot->sequence);
    /* A worker that lies about it waits in vain, until its time is over. */
    if (atomic_load(&slot->answer->is_asleep)) {
        ki_futex_wake(&request->sequence);
    }
    return true;
}

void ki_slot_arrive(struct ki_slot *slot, size_t narrived)
{
    struct ki_wire_request *request = &slot->input->request;
    size_t known = narrived < request->nbytes ? narrived : request->nbytes;
    atomic_store_explicit(&request->narrived, known, memory_order_release);
    (void)atomic_fetch_add(&request->npieces, 1);
    if (atomic_load(&slot->answer->is_asleep)) {
        ki_futex_wake(&request->npieces);
    }
    slot->begin_us = ki_clock_wall_us();
}

static enum ki_reason reason_of_death(const struct ki_slot *slot)
{
    int status = (int)atomic_load(&slot->notice->status);
    if (WIFEXITED(status)) {
        return KI_REASON_DECODER_MISBEHAVED; /* it ended without a word */
    }
    return WTERMSIG(status) == SIGXCPU ? KI_REASON_LIMIT_TIME
                                       : KI_REASON_DECODER_CRASHED;
}

/* NONE while there is nothing to say. */
static enum ki_reason look(const struct ki_slot *slot, bool *is_done)
{
    /* In this order: a worker that answers and dies has answered. */
    bool is_dead = atomic_load(&slot->notice->ndead) >= slot->worker;
    uint32_t done = atomic_load_explicit(&slot->answer->done, memory_order_acquire);
    *is_done = done == slot->sequence;
    if (*is_done) {
        return KI_REASON_NONE;
    }
    if (is_dead) {
        return reason_of_death(slot);
    }
    return done == slot->idle_done ? KI_REASON_NONE : KI_REASON_DECODER_MISBEHAVED;
}

static enum ki_reason await_answer(struct ki_slot *slot, uint64_t wall_us)
{
    const _Atomic uint32_t *bell = &slot->answer->bell;
    bool is_done = false;
    for (;;) {
        uint32_t rung = atomic_load(bell);
        enum ki_reason reason = look(slot, &is_done);
        if (is_done || reason != KI_REASON_NONE) {
            return reason;
        }
        uint64_t used_us = ki_clock_wall_us() - slot->begin_us;
        if (used_us >= wall_us) {
            return KI_REASON_LIMIT_TIME;
        }
        uint64_t left_us = wall_us - used_us;
        ki_futex_wait(bell, rung, left_us < SLICE_US ? left_us : SLICE_US);
        if (left_us > SLICE_US && used_us >= SLICE_US && is_gone(slot)) {
            return KI_REASON_DECODER_CRASHED;
        }
    }
}

/* What this picture still takes at the pace of the quicker of those before it; 0 if
 * that says nothing, or more than can be waited for without a look at the limit and the
 * zygote. */
static uint64_t expected_us(const struct ki_slot *slot, uint64_t wall_us)
{
    uint64_t us = (slot->pace * slot->input->request.nbytes) >> PACE_SHIFT;
    uint64_t ahead_us = slot->begin_us - slot->posted_us;
    us = us > ahead_us ? us - ahead_us : 0;
    return us < SLICE_US && us < wall_us / 2 ? us : 0;
}

static void note_pace(struct ki_slot *slot)
{
    uint64_t took_us = ki_clock_wall_us() - slot->posted_us;
    uint64_t pace = (took_us << PACE_SHIFT) / (slot->input->request.nbytes + 1);
    bool is_slower = slot->pace && pace > slot->pace;
    slot->pace = is_slower ? slot->pace + (pace - slot->pace) / 8 : pace;
}

/* Whether nothing else is to be done on the processor that waits: it is the one on
 * which the next worker is made ready, if each has one picture. */
static bool is_idle(const struct ki_slot *slot)
{
    return slot->options.npictures > 1;
}

/* How long to sleep of the time that the answer will take; 0: not at all. After a
 * sleep, a picture of 0.2 megapixels was known 25 us later, most likely as a processor
 * that slept is slower for a while. */
static uint64_t nap_us(const struct ki_slot *slot, uint64_t whole_us)
{
    uint64_t spin_us = slot->options.spin_us;
    uint64_t early_us = whole_us / 8;
    if (!is_idle(slot)) {
        return whole_us > 2 * spin_us ? whole_us - early_us : 0;
    }
    early_us = early_us < spin_us ? spin_us : early_us;
    return whole_us > 4 * spin_us ? whole_us - early_us : 0;
}

/* Asks for a line to write to it. */
static void claim_line(const uint8_t *line)
{
#if defined(__x86_64__)
    __asm__ volatile("prefetchw %0" : : "m"(*line)); /* where unknown, of no effect */
#else
    __builtin_prefetch(line, 1);
#endif
}

/* Takes back from the worker's processor the lines that it has read by now, if it is as
 * quick as before: to wipe them takes less than half of the time then (270 KB 5 instead
 * of 13 us). What it still reads of them it gets again. Returns how much is taken. */
static size_t take_back(const struct ki_slot *slot, uint64_t whole_us, size_t ntaken)
{
    enum { LINE = 64, AT_ONCE = 16 * LINE, MARGIN = 16 << 10 };
    const size_t nbytes = slot->input->request.nbytes;
    const uint64_t used_us = ki_clock_wall_us() - slot->begin_us;
    if (whole_us == 0) {
        return ntaken;
    }
    size_t nread = used_us < whole_us ? (size_t)(nbytes * used_us / whole_us) : nbytes;
    size_t end = nread > MARGIN ? nread - MARGIN : 0;
    end = end < TAKEN_MOST ? end : TAKEN_MOST;
    end = end < ntaken + AT_ONCE ? end : ntaken + AT_ONCE;
    for (; ntaken < end; ntaken += LINE) {
        claim_line(slot->bytes + ntaken);
    }
    return ntaken;
}

static void look_out(const struct ki_slot *slot, uint64_t whole_us, uint64_t spin_us)
{
    const uint64_t end_us = ki_clock_wall_us() + spin_us;
    size_t ntaken = 0;
    do {
        ntaken = take_back(slot, whole_us, ntaken);
        if (ki_futex_spin(&slot->answer->done, slot->idle_done, 1) != slot->idle_done) {
            return;
        }
    } while (ki_clock_wall_us() < end_us);
}

/* Sleeps through most of the time that the answer will take, by the clock, and is awake
 * when it comes: to be woken by another processor that is idle takes 100 us and more
 * where processors are virtual, and timers are 50 us late by default (prctl(2),
 * PR_SET_TIMERSLACK). Whatever else happens is left to await_answer. */
static void doze(struct ki_slot *slot, uint64_t wall_us)
{
    const _Atomic uint32_t *done = &slot->answer->done;
    _Atomic uint32_t *is_asleep = &slot->input->request.is_asleep;
    uint64_t spin_us = slot->options.spin_us;
    uint64_t whole_us = expected_us(slot, wall_us);
    uint64_t nap = nap_us(slot, whole_us);
    if (nap > 0) {
        uint32_t rung = atomic_load(&slot->answer->bell);
        atomic_store(is_asleep, 1);
        if (atomic_load(done) == slot->idle_done) {
            ki_futex_wait(&slot->answer->bell, rung, nap);
        }
        atomic_store_explicit(is_asleep, 0, memory_order_relaxed);
        if (atomic_load(&slot->answer->bell) != rung) {
            return;
        }
        spin_us += whole_us / 2;
    } else if (is_idle(slot)) {
        spin_us += whole_us;
    }
    look_out(slot, whole_us, spin_us);
}

enum ki_reason ki_slot_wait(struct ki_slot *slot, uint64_t wall_us,
                            struct ki_wire_result *result)
{
    _Atomic uint32_t *is_asleep = &slot->input->request.is_asleep;
    if (slot->options.spin_us) {
        doze(slot, wall_us);
    }
    atomic_store(is_asleep, 1);
    enum ki_reason reason = await_answer(slot, wall_us);
    atomic_store_explicit(is_asleep, 0, memory_order_relaxed);
    if (reason != KI_REASON_NONE) {
        ki_slot_discard(slot);
        return reason;
    }
    note_pace(slot);
    memcpy(result, &slot->answer->result, sizeof *result);
    slot->idle_done = slot->sequence;
    if (result->is_last || slot->njobs >= slot->options.npictures) {
        slot->is_spent = true;
    }
    return KI_REASON_NONE;
}

void ki_slot_wipe(struct ki_slot *slot, size_t nbytes, size_t keep_nbytes)
{
    size_t kept = nbytes < keep_nbytes ? nbytes : keep_nbytes;
    explicit_bzero(slot->bytes, kept);
    if (nbytes > kept && madvise(slot->bytes + kept, nbytes - kept, MADV_REMOVE) != 0) {
        explicit_bzero(slot->bytes + kept, nbytes - kept);
    }
}
