/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KI_TESTS_SANDBOX_PROBE_H
#define KI_TESTS_SANDBOX_PROBE_H

#include <stdbool.h>

struct probe {
    long number;
    long arguments[6];
    int is_32_bit;
};

/* Since Linux 6.14 two calls, of probes in programs, are let past every filter; outside
 * of a probe they do nothing, or kill. Without support for 32-bit programs their way
 * into the kernel is a fault. */
static inline bool probe_is_passed(const struct probe *probe)
{
#if defined(__x86_64__)
    enum { URETPROBE = 335, UPROBE = 336 };
    return !probe->is_32_bit && (probe->number == URETPROBE || probe->number == UPROBE);
#else
    (void)probe;
    return false;
#endif
}

#endif
