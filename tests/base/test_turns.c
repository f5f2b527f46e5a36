/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <sched.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/turns.h"

/* The part of struct sched_attr that sched_getattr(2) always had. */
struct seen {
    uint32_t nbytes;
    uint32_t policy;
    uint64_t flags;
    int32_t nice;
    uint32_t priority;
    uint64_t runtime_ns;
    uint64_t others[2];
};

static struct seen see(void)
{
    struct seen seen = {0};
    cr_assert_eq(syscall(SYS_sched_getattr, 0, &seen, sizeof seen, 0), 0);
    return seen;
}

static bool has_turns(void)
{
    struct utsname kernel;
    cr_assert_eq(uname(&kernel), 0);
    char *rest;
    unsigned long major = strtoul(kernel.release, &rest, 10);
    cr_assert_eq(*rest, '.', "%s", kernel.release);
    unsigned long minor = strtoul(rest + 1, NULL, 10);
    return major > 6 || (major == 6 && minor >= 12);
}

Test(turns, are_short_and_all_else_stays)
{
    cr_assert_eq(setpriority(PRIO_PROCESS, 0, 7), 0);
    struct seen before = see();
    ki_take_short_turns();
    struct seen after = see();
    if (has_turns()) {
        cr_expect_eq(after.runtime_ns, 100000, "%llu ns",
                     (unsigned long long)after.runtime_ns);
        cr_expect_neq(before.runtime_ns, after.runtime_ns);
    }
    cr_expect_eq(after.policy, before.policy);
    cr_expect_eq(after.nice, 7);
    cr_expect_eq(after.flags, before.flags);
}

Test(turns, of_a_thread_of_another_policy_are_left_alone)
{
    struct sched_param parameter = {0};
    cr_assert_eq(sched_setscheduler(0, SCHED_IDLE, &parameter), 0);
    struct seen before = see();
    ki_take_short_turns();
    struct seen after = see();
    cr_expect_eq(memcmp(&before, &after, sizeof before), 0);
}
