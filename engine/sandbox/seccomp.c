/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The filter of system calls, written out: libseccomp would be a hundred times as much
 * code in the process that it guards, and Debian has no archive of it to link.
 *
 * To one that decodes are left: futex, only to wait and to wake; clock_gettime, only of
 * the clocks that decoding asks for its deadline (the wall clock is answered by the
 * vDSO where the system has one); exit_group. To one that unpacks: read, only of
 * descriptor 0; write, only of 1; exit_group. Everything else, and every call by
 * another ABI (x32, 32-bit), kills the process.
 */
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/futex.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "sandbox/confine.h"

#if defined(__x86_64__)
#define NATIVE_ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define NATIVE_ARCH AUDIT_ARCH_AARCH64
#else
#error "which AUDIT_ARCH is this?"
#endif

#define LOAD(offset) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (offset))
/* The lower half of argument n; both are little-endian machines. */
#define LOAD_ARGUMENT(n) LOAD(offsetof(struct seccomp_data, args[n]))
#define IF_EQUAL(value, yes, no)                                                       \
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (value), (yes), (no))
#define RETURN(action) BPF_STMT(BPF_RET | BPF_K, (action))

/* Jumps count from the next line. */
static const struct sock_filter decode[] = {
    /* 0 */ LOAD(offsetof(struct seccomp_data, arch)),
    /* 1 */ IF_EQUAL(NATIVE_ARCH, 0, 10),
    /* 2 */ LOAD(offsetof(struct seccomp_data, nr)),
    /* 3 */ IF_EQUAL(SYS_exit_group, 9, 0),
    /* 4 */ IF_EQUAL(SYS_futex, 4, 0),
    /* 5 */ IF_EQUAL(SYS_clock_gettime, 0, 6),
    /* 6 */ LOAD_ARGUMENT(0),
    /* 7 */ IF_EQUAL(CLOCK_MONOTONIC, 5, 0),
    /* 8 */ IF_EQUAL(CLOCK_THREAD_CPUTIME_ID, 4, 3),
    /* 9 */ LOAD_ARGUMENT(1),
    /* 10 */ IF_EQUAL(FUTEX_WAIT, 2, 0),
    /* 11 */ IF_EQUAL(FUTEX_WAKE, 1, 0),
    /* 12 */ RETURN(SECCOMP_RET_KILL_PROCESS),
    /* 13 */ RETURN(SECCOMP_RET_ALLOW),
};

static const struct sock_filter unpack[] = {
    /* 0 */ LOAD(offsetof(struct seccomp_data, arch)),
    /* 1 */ IF_EQUAL(NATIVE_ARCH, 0, 8),
    /* 2 */ LOAD(offsetof(struct seccomp_data, nr)),
    /* 3 */ IF_EQUAL(SYS_exit_group, 7, 0),
    /* 4 */ IF_EQUAL(SYS_read, 1, 0),
    /* 5 */ IF_EQUAL(SYS_write, 2, 4),
    /* 6 */ LOAD_ARGUMENT(0),
    /* 7 */ IF_EQUAL(STDIN_FILENO, 3, 2),
    /* 8 */ LOAD_ARGUMENT(0),
    /* 9 */ IF_EQUAL(STDOUT_FILENO, 1, 0),
    /* 10 */ RETURN(SECCOMP_RET_KILL_PROCESS),
    /* 11 */ RETURN(SECCOMP_RET_ALLOW),
};

enum { MOST_LINES = 16 };

static const struct {
    const struct sock_filter *lines;
    unsigned short nlines;
} filters[] = {
    [KI_CALLS_DECODE] = {decode, sizeof decode / sizeof decode[0]},
    [KI_CALLS_UNPACK] = {unpack, sizeof unpack / sizeof unpack[0]},
};

_Static_assert(sizeof decode <= MOST_LINES * sizeof decode[0], "fits");
_Static_assert(sizeof unpack <= MOST_LINES * sizeof unpack[0], "fits");

bool ki_seccomp_install(enum ki_calls calls)
{
    struct sock_filter program[MOST_LINES];
    for (size_t i = 0; i < filters[calls].nlines; i++) {
        program[i] = filters[calls].lines[i];
    }
    const struct sock_fprog installed = {.len = filters[calls].nlines,
                                         .filter = program};
    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &installed) == 0;
}
