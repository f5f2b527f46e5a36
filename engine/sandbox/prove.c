/* SPDX-License-Identifier: Apache-2.0 */
/* Proof that the confinement holds: a child for each thing that must not be possible,
 * which tries it. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sandbox/zygote.h"

enum { IS_POSSIBLE = 1, IS_IMPOSSIBLE = 2, MOST_FDS = 64 };

struct probe {
    enum ki_layer layer;
    int signal;       /* it must die of; 0: try must return true */
    unsigned without; /* layers that would hide this one */
    bool (*try)(const struct ki_zygote *zygote);
};

#define ALL_BUT_CALLS (1u << KI_LAYER_SECCOMP)

static bool has_no_new_privs(const struct ki_zygote *zygote)
{
    (void)zygote;
    return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1;
}

static bool has_no_dump(const struct ki_zygote *zygote)
{
    (void)zygote;
    return prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0;
}

/* Where descriptors may still be had: else that would be what refuses it. */
static bool has_no_files(const struct ki_zygote *zygote)
{
    (void)zygote;
    return open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC) < 0 && errno == EACCES;
}

static bool is_limited(int resource, uint64_t most)
{
    struct rlimit now;
    return getrlimit((__rlimit_resource_t)resource, &now) == 0 &&
           now.rlim_max <= most && now.rlim_cur <= most;
}

static bool has_limits(const struct ki_zygote *zygote)
{
    return is_limited(RLIMIT_CORE, 0) && is_limited(RLIMIT_FSIZE, 0) &&
           is_limited(RLIMIT_NPROC, 0) && is_limited(RLIMIT_NOFILE, 0) &&
           is_limited(RLIMIT_AS, RLIM_INFINITY - 1) &&
           is_limited(RLIMIT_CPU, zygote->confinement.cpu_seconds) &&
           mmap(NULL, 2 * zygote->confinement.memory_nbytes + (64 << 20), PROT_READ,
                MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0) == MAP_FAILED;
}

static bool has_no_fds(const struct ki_zygote *zygote)
{
    (void)zygote;
    bool has_none = true;
    for (int fd = 0; fd < MOST_FDS; fd++) {
        has_none = has_none && fcntl(fd, F_GETFD) < 0;
    }
    return has_none && dup(0) < 0;
}

static void *input_of(const struct ki_zygote *zygote)
{
    void *input;
    memcpy(&input, &zygote->child.bytes, sizeof input);
    return input;
}

static bool cannot_make_writable(const struct ki_zygote *zygote)
{
    return mprotect(input_of(zygote), KI_WIRE_PAGE_NBYTES, PROT_READ | PROT_WRITE) != 0;
}

static bool try_write_input(const struct ki_zygote *zygote)
{
    *(volatile char *)input_of(zygote) = 1;
    return false;
}

static bool try_open(const struct ki_zygote *zygote)
{
    (void)zygote;
    return open("/dev/null", O_RDONLY | O_CLOEXEC) < 0;
}

static bool try_socket(const struct ki_zygote *zygote)
{
    (void)zygote;
    return socket(AF_UNIX, SOCK_STREAM, 0) < 0;
}

static bool try_write(const struct ki_zygote *zygote)
{
    (void)zygote;
    return write(STDERR_FILENO, "", 1) < 0;
}

static bool try_fork(const struct ki_zygote *zygote)
{
    (void)zygote;
    return fork() < 0;
}

static bool try_exec(const struct ki_zygote *zygote)
{
    (void)zygote;
    char name[] = "/bin/true";
    char *arguments[] = {name, NULL};
    return execve(name, arguments, arguments + 1) < 0;
}

static bool try_ptrace(const struct ki_zygote *zygote)
{
    (void)zygote;
    return ptrace(PTRACE_TRACEME, 0, NULL, NULL) < 0;
}

/* The memory of another process, such as another slot's. */
static bool try_read_other(const struct ki_zygote *zygote)
{
    char byte;
    const struct iovec here = {.iov_base = &byte, .iov_len = 1};
    const struct iovec there = {.iov_base = input_of(zygote), .iov_len = 1};
    return process_vm_readv(1, &here, 1, &there, 1, 0) < 0;
}

static bool try_map(const struct ki_zygote *zygote)
{
    (void)zygote;
    return mmap(NULL, KI_WIRE_PAGE_NBYTES, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1,
                0) == MAP_FAILED;
}

static bool try_kill(const struct ki_zygote *zygote)
{
    (void)zygote;
    return kill(1, 0) < 0;
}

static bool try_io_uring(const struct ki_zygote *zygote)
{
    (void)zygote;
    return syscall(SYS_io_uring_setup, 1, NULL) < 0;
}

static const struct probe probes[] = {
    {KI_LAYER_NO_NEW_PRIVS, 0, ALL_BUT_CALLS, has_no_new_privs},
    {KI_LAYER_NO_DUMP, 0, ALL_BUT_CALLS, has_no_dump},
    {KI_LAYER_LANDLOCK, 0, ALL_BUT_CALLS | 1u << KI_LAYER_NO_FDS, has_no_files},
    {KI_LAYER_RLIMITS, 0, ALL_BUT_CALLS, has_limits},
    {KI_LAYER_NO_FDS, 0, ALL_BUT_CALLS, has_no_fds},
    {KI_LAYER_READ_ONLY, 0, ALL_BUT_CALLS, cannot_make_writable},
    {KI_LAYER_READ_ONLY, SIGSEGV, 0, try_write_input},
    {KI_LAYER_SECCOMP, SIGSYS, 0, try_open},
    {KI_LAYER_SECCOMP, SIGSYS, 0, try_socket},
    {KI_LAYER_SECCOMP, SIGSYS, 0, try_write},
    {KI_LAYER_SECCOMP, SIGSYS, 0, try_fork},
    {KI_LAYER_SECCOMP, SIGSYS, 0, try_exec},
    {KI_LAYER_SECCOMP, SIGSYS, 0, try_ptrace},
    {KI_LAYER_SECCOMP, SIGSYS, 0, try_read_other},
    {KI_LAYER_SECCOMP, SIGSYS, 0, try_map},
    {KI_LAYER_SECCOMP, SIGSYS, 0, try_kill},
    {KI_LAYER_SECCOMP, SIGSYS, 0, try_io_uring},
};

/* The child's part. */
static void try_probe(const struct ki_zygote *zygote, const struct probe *probe)
{
    (void)ki_confine_worker(&zygote->confinement, probe->without);
    bool is_impossible = probe->try(zygote);
    _exit(is_impossible ? IS_IMPOSSIBLE : IS_POSSIBLE);
}

static bool holds(const struct ki_zygote *zygote, const struct probe *probe)
{
    pid_t pid = fork();
    if (pid == 0) {
        try_probe(zygote, probe);
    }
    int status = 0;
    while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    if (pid < 0) {
        return false;
    }
    return probe->signal ? WIFSIGNALED(status) && WTERMSIG(status) == probe->signal
                         : WIFEXITED(status) && WEXITSTATUS(status) == IS_IMPOSSIBLE;
}

unsigned ki_zygote_prove(const struct ki_zygote *zygote)
{
    unsigned missing = 0;
    for (size_t i = 0; i < sizeof probes / sizeof probes[0]; i++) {
        if (!holds(zygote, &probes[i])) {
            missing |= 1u << probes[i].layer;
        }
    }
    return missing;
}
