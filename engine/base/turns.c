/* SPDX-License-Identifier: Apache-2.0 */
#include "base/turns.h"

#include <sched.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { TURN_NS = 100000 };

/* struct sched_attr of sched_setattr(2), its first version; C libraries lack it. */
struct attributes {
    uint32_t nbytes;
    uint32_t policy;
    uint64_t flags;
    int32_t nice;
    uint32_t priority;
    uint64_t runtime_ns;
    uint64_t deadline_ns;
    uint64_t period_ns;
};

void ki_take_short_turns(void)
{
    struct attributes attributes = {0};
    if (syscall(SYS_sched_getattr, 0, &attributes, sizeof attributes, 0) != 0 ||
        (attributes.policy != SCHED_OTHER && attributes.policy != SCHED_BATCH)) {
        return;
    }
    attributes.runtime_ns = TURN_NS;
    (void)syscall(SYS_sched_setattr, 0, &attributes, 0);
}
