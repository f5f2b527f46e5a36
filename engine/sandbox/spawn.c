/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { FIRST_FREE_FD = 16 /* past those that are put in place by dup2 */ };

int ki_spawn_raise(int fd)
{
    int high = fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, FIRST_FREE_FD);
    int error = errno;
    if (fd >= 0) {
        (void)close(fd);
    }
    errno = error;
    return high;
}

/* What is opened read-only can never be mapped for writing. */
int ki_spawn_read_only(int fd)
{
    char path[64];
    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    return ki_spawn_raise(open(path, O_RDONLY | O_CLOEXEC));
}

static int spawn(const char *path, const char *mode,
                 const posix_spawn_file_actions_t *actions,
                 const posix_spawnattr_t *attributes, pid_t *pid)
{
    char name[] = "knownimage-worker";
    char first[32] = "";
    char cpu[64] = "";
    const char *allowed = getenv("KNOWNIMAGE_CPU");
    if (mode) {
        (void)snprintf(first, sizeof first, "%s", mode);
    }
    if (allowed && strlen(allowed) < 32) {
        (void)snprintf(cpu, sizeof cpu, "KNOWNIMAGE_CPU=%s", allowed);
    }
    char *arguments[] = {name, first[0] ? first : NULL, NULL};
    char *environment[] = {cpu[0] ? cpu : NULL, NULL};
    return posix_spawn(pid, path, actions, attributes, arguments, environment);
}

/* In a session of its own, so that Ctrl-C reaches the parent alone, which ends it. */
static int set_attributes(posix_spawnattr_t *attributes)
{
    sigset_t none;
    sigset_t all;
    (void)sigemptyset(&none);
    (void)sigfillset(&all);
    int error = posix_spawnattr_setsigmask(attributes, &none);
    error = error ? error : posix_spawnattr_setsigdefault(attributes, &all);
    return error ? error
                 : posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSID |
                                                            POSIX_SPAWN_SETSIGMASK |
                                                            POSIX_SPAWN_SETSIGDEF);
}

static int set_actions(const struct ki_spawn_fd *fds, size_t nfds,
                       posix_spawn_file_actions_t *actions)
{
    int error = 0;
    for (size_t i = 0; i < nfds && !error; i++) {
        error = posix_spawn_file_actions_adddup2(actions, fds[i].fd, fds[i].place);
    }
    return error;
}

int ki_spawn_worker(const char *path, const char *mode, const struct ki_spawn_fd *fds,
                    size_t nfds, pid_t *pid)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    int error = posix_spawn_file_actions_init(&actions);
    if (error) {
        return error;
    }
    error = posix_spawnattr_init(&attributes);
    if (!error) {
        error = set_attributes(&attributes);
        error = error ? error : set_actions(fds, nfds, &actions);
        error = error ? error : spawn(path, mode, &actions, &attributes, pid);
        (void)posix_spawnattr_destroy(&attributes);
    }
    (void)posix_spawn_file_actions_destroy(&actions);
    return error;
}

void ki_spawn_end(pid_t pid)
{
    (void)kill(pid, SIGKILL);
    while (waitpid(pid, NULL, 0) < 0 && errno == EINTR) {
    }
}
