/* SPDX-License-Identifier: Apache-2.0 */
/* Starting knownimage-worker. */
#ifndef KI_SANDBOX_SPAWN_H
#define KI_SANDBOX_SPAWN_H

#include <stddef.h>
#include <sys/types.h>

/* A descriptor, and the number that the worker finds it under. */
struct ki_spawn_fd {
    int fd; /* made by ki_spawn_raise */
    int place;
};

/* Moves a descriptor past the numbers that the worker's are put under, and closes it on
 * exec. Returns -1 with errno set, and closes it in any case; of -1 it makes -1. */
int ki_spawn_raise(int fd);

/* Opens the file of a descriptor anew, read-only and at its first byte. -1 with errno
 * set on failure. */
int ki_spawn_read_only(int fd);

/* Starts the program, in one of its modes or with NULL, in a session of its own and
 * with nothing of the environment but the choice of instruction sets, which tests make.
 * Returns 0 or an errno. */
int ki_spawn_worker(const char *path, const char *mode, const struct ki_spawn_fd *fds,
                    size_t nfds, pid_t *pid);

/* Kills a process that was started so, and waits for its end. */
void ki_spawn_end(pid_t pid);

#endif
