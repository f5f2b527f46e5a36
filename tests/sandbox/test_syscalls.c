/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Makes every system call from inside a confined worker, by each way into the kernel.
 * All but the allowed ones must end in SIGSYS.
 * usage: test_syscalls PROBE_WORKER
 */
#include <linux/futex.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "probe.h"
#include "sandbox/slot.h"

enum { NUMBERS_END = 520, X32_BIT = 0x40000000, STAYS_US = 1000000 };

static unsigned nfailures;
static unsigned nkilled;
static unsigned nother;
static unsigned nallowed;

static bool start(struct ki_slot *slot, const char *worker)
{
    const struct ki_slot_options options = {
        .worker = worker,
        .file_nbytes = 4096,
        .memory_nbytes = 1 << 20,
        .cpu_us = 3000000,
        .npictures = 1,
    };
    struct ki_diag diag = {0};
    if (ki_slot_begin(slot, &options, &diag) != KI_OK) {
        printf("not ok: %s\n", diag.message);
        return false;
    }
    if (ki_slot_greet(slot, &diag) != KI_OK) {
        printf("not ok: %s\n", diag.message);
        ki_slot_end(slot);
        return false;
    }
    return true;
}

static enum ki_reason run(struct ki_slot *slot, const struct probe *probe)
{
    const struct ki_picture_wish wish = {.modes = 1, .limits = ki_limits_default()};
    struct ki_wire_result result;
    memcpy(slot->bytes, probe, sizeof *probe);
    if (!ki_slot_post(slot, &wish, KI_FORMAT_JPEG, sizeof *probe, sizeof *probe)) {
        return KI_REASON_UNREADABLE;
    }
    return ki_slot_wait(slot, STAYS_US, &result);
}

static void check(bool is_good, const char *what, const struct probe *probe)
{
    if (!is_good) {
        printf("not ok: %s call %ld (0x%lx), first argument %ld\n", what, probe->number,
               (unsigned long)probe->number, probe->arguments[0]);
        nfailures++;
    }
}

static void must_die(struct ki_slot *slot, const struct probe *probe, const char *what)
{
    enum ki_reason reason = run(slot, probe);
    int status = (int)atomic_load(&slot->notice->status);
    bool is_dead = reason == KI_REASON_DECODER_CRASHED && WIFSIGNALED(status);
    bool is_killed = is_dead && WTERMSIG(status) == SIGSYS;
    bool is_other = (is_dead && probe->is_32_bit && WTERMSIG(status) == SIGSEGV) ||
                    probe_is_passed(probe);
    check(is_killed || is_other, what, probe);
    nkilled += is_killed;
    nother += !is_killed && is_other;
}

static void must_live(struct ki_slot *slot, const struct probe *probe)
{
    bool is_alive = run(slot, probe) == KI_REASON_NONE;
    check(is_alive, "allowed", probe);
    nallowed += is_alive;
}

static bool is_allowed(long number)
{
    return number == SYS_futex || number == SYS_clock_gettime ||
           number == SYS_exit_group;
}

static void probe_all(struct ki_slot *slot)
{
    for (long number = 0; number < NUMBERS_END; number++) {
        struct probe probe = {.number = number};
        if (!is_allowed(number)) {
            must_die(slot, &probe, "native");
        }
#if defined(__x86_64__)
        probe.number = number | X32_BIT;
        must_die(slot, &probe, "x32");
        probe.number = number;
        probe.is_32_bit = 1;
        must_die(slot, &probe, "32-bit");
#endif
    }
}

/* What the allowed ones may be asked for. */
static void probe_arguments(struct ki_slot *slot)
{
    for (long operation = 0; operation < 512; operation++) {
        struct probe probe = {.number = SYS_futex, .arguments = {0, operation}};
        if (operation == FUTEX_WAIT || operation == FUTEX_WAKE) {
            must_live(slot, &probe);
        } else {
            must_die(slot, &probe, "futex");
        }
    }
    for (long clock = -8; clock < 16; clock++) {
        struct probe probe = {.number = SYS_clock_gettime, .arguments = {clock, 0}};
        if (clock == CLOCK_MONOTONIC || clock == CLOCK_THREAD_CPUTIME_ID) {
            must_live(slot, &probe);
        } else {
            must_die(slot, &probe, "clock_gettime");
        }
    }
}

/* Ending without an answer is no crash, but no answer either. */
static void probe_exit(struct ki_slot *slot)
{
    const struct probe probe = {.number = SYS_exit_group};
    check(run(slot, &probe) == KI_REASON_DECODER_MISBEHAVED, "exit", &probe);
    nallowed++;
}

int main(int argc, char **argv)
{
    struct ki_slot slot;
    if (argc != 2 || !start(&slot, argv[1])) {
        return 1;
    }
    probe_all(&slot);
    probe_arguments(&slot);
    probe_exit(&slot);
    ki_slot_end(&slot);
    printf("%u calls ended in SIGSYS, %u are none here, %u were allowed, %u failures\n",
           nkilled, nother, nallowed, nfailures);
    return nfailures > 0;
}
