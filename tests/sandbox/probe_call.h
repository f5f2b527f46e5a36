/* SPDX-License-Identifier: Apache-2.0 */
/* Making the system call of a probe. */
#ifndef KI_TESTS_SANDBOX_PROBE_CALL_H
#define KI_TESTS_SANDBOX_PROBE_CALL_H

#include <unistd.h>

#include "probe.h"

#if defined(__x86_64__)
static inline long probe_call_32_bit(long number, const long a[6])
{
    long result;
    __asm__ volatile("int $0x80"
                     : "=a"(result)
                     : "a"(number), "b"(a[0]), "c"(a[1]), "d"(a[2]), "S"(a[3]),
                       "D"(a[4])
                     : "memory");
    return result;
}
#else
static inline long probe_call_32_bit(long number, const long a[6])
{
    (void)number;
    (void)a;
    return 0;
}
#endif

static inline void probe_call(const struct probe *probe)
{
    const long *a = probe->arguments;
    if (probe->is_32_bit) {
        (void)probe_call_32_bit(probe->number, a);
    } else {
        (void)syscall(probe->number, a[0], a[1], a[2], a[3], a[4], a[5]);
    }
}

#endif
