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

/* What sched_getattr(2) tells, as words of 64 bits: size and policy, flags, nice and
 * priority, the length of a turn in ns, and two that are none of ours. */
enum { TURN = 3, NWORDS = 6 };

static void see(uint64_t seen[NWORDS])
{
    memset(seen, 0, NWORDS * sizeof *seen);
    cr_assert_eq(syscall(SYS_sched_getattr, 0, seen, NWORDS * sizeof *seen, 0), 0);
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
    uint64_t before[NWORDS];
    uint64_t after[NWORDS];
    see(before);
    ki_take_short_turns();
    see(after);
    if (has_turns()) {
        cr_expect_eq(after[TURN], 100000, "%llu ns", (unsigned long long)after[TURN]);
        cr_expect_neq(before[TURN], after[TURN]);
    }
    cr_expect_eq(memcmp(before, after, TURN * sizeof *before), 0);
    cr_expect_eq(getpriority(PRIO_PROCESS, 0), 7);
}

Test(turns, of_a_thread_of_another_policy_are_left_alone)
{
    struct sched_param parameter = {0};
    cr_assert_eq(sched_setscheduler(0, SCHED_IDLE, &parameter), 0);
    uint64_t before[NWORDS];
    uint64_t after[NWORDS];
    see(before);
    ki_take_short_turns();
    see(after);
    cr_expect_eq(memcmp(before, after, sizeof before), 0);
}
