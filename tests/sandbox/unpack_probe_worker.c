/* SPDX-License-Identifier: Apache-2.0 */
/* In the place of knownimage-worker when it unpacks: under the same confinement, it
 * does what the "packed file", a struct unpack_probe, says. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "probe_call.h"
#include "sandbox/confine.h"
#include "sandbox/unpack.h"
#include "unpack_probe.h"

enum { MOST_FDS = 64, NONE_SUCH = 99 };

static struct unpack_probe probe;

static bool is_limited(int resource)
{
    struct rlimit now;
    return getrlimit((__rlimit_resource_t)resource, &now) == 0 && now.rlim_max == 0;
}

static bool has_two_fds(void)
{
    bool has_others = false;
    for (int fd = STDERR_FILENO; fd < MOST_FDS; fd++) {
        has_others = has_others || fcntl(fd, F_GETFD) >= 0;
    }
    return !has_others && dup(STDIN_FILENO) < 0 && write(STDIN_FILENO, "", 1) < 0;
}

static bool has_layers(void)
{
    return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 &&
           prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0 && is_limited(RLIMIT_CORE) &&
           is_limited(RLIMIT_FSIZE) && is_limited(RLIMIT_NPROC) &&
           is_limited(RLIMIT_NOFILE) && is_limited(RLIMIT_MEMLOCK) && has_two_fds() &&
           mmap(NULL, 8 << 20, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
                -1, 0) == MAP_FAILED;
}

static bool has_no_files(void)
{
    return open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC) < 0 && errno == EACCES;
}

static int serve(void)
{
    static char zeros[4096];
    volatile unsigned forever = 1;
    switch (probe.way) {
    case UNPACK_CALL:
        probe_call(&probe.call);
        return write(STDOUT_FILENO, "", 1) == 1 ? KI_UNPACK_WHOLE : KI_UNPACK_FAILED;
    case UNPACK_LAYERS:
        return has_layers() ? KI_UNPACK_WHOLE : KI_UNPACK_FAILED;
    case UNPACK_FILES:
        return has_no_files() ? KI_UNPACK_WHOLE : KI_UNPACK_FAILED;
    case UNPACK_FLOOD:
        while (write(STDOUT_FILENO, zeros, sizeof zeros) > 0) {
        }
        return KI_UNPACK_FAILED;
    case UNPACK_CRASH:
        __builtin_trap();
    case UNPACK_STATUS:
        return NONE_SUCH;
    case UNPACK_SILENT:
    case UNPACK_STOPPED:
    case UNPACK_SPIN:
    default:
        while (forever) {
        }
        return KI_UNPACK_FAILED;
    }
}

int main(void)
{
    struct ki_unpack_child child = {.is_checked = true, .serve = serve};
    if (pread(STDIN_FILENO, &probe, sizeof probe, 0) != (ssize_t)sizeof probe ||
        probe.way == UNPACK_SILENT) {
        return 1;
    }
    if (probe.way == UNPACK_STOPPED) {
        (void)raise(SIGSTOP);
    }
    if (probe.way == UNPACK_LAYERS) {
        child.without = 1u << KI_LAYER_SECCOMP;
    }
    if (probe.way == UNPACK_FILES) {
        child.without = 1u << KI_LAYER_SECCOMP | 1u << KI_LAYER_NO_FDS;
    }
    _exit(ki_unpack_run(&child));
}
