/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/futex.h"

#include <limits.h>
#include <linux/futex.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"

void ki_futex_wait(const _Atomic uint32_t *word, uint32_t value, uint64_t timeout_us)
{
    struct timespec timeout = {.tv_sec = (time_t)(timeout_us / 1000000u),
                               .tv_nsec = (long)(timeout_us % 1000000u) * 1000};
    (void)syscall(SYS_futex, word, FUTEX_WAIT, value,
                  timeout_us == UINT64_MAX ? NULL : &timeout, NULL, 0);
}

void ki_futex_wake(const _Atomic uint32_t *word)
{
    (void)syscall(SYS_futex, word, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
}

static void relax(void)
{
#if defined(__x86_64__)
    __builtin_ia32_pause();
#endif
}

uint32_t ki_futex_spin(const _Atomic uint32_t *word, uint32_t value, uint32_t spin_us)
{
    enum { LOOKS_PER_CLOCK = 32 };
    uint32_t now = atomic_load_explicit(word, memory_order_acquire);
    if (spin_us == 0 || now != value) {
        return now;
    }
    uint64_t end_us = ki_clock_wall_us() + spin_us;
    do {
        for (int i = 0; i < LOOKS_PER_CLOCK && now == value; i++) {
            relax();
            now = atomic_load_explicit(word, memory_order_acquire);
        }
    } while (now == value && ki_clock_wall_us() < end_us);
    return now;
}
