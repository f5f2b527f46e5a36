/* SPDX-License-Identifier: Apache-2.0 */
/* The parent's side of unpack.h. */
#include "sandbox/unpack.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <knownimage/sandbox.h>

#include "base/clock.h"
#include "base/diag.h"
#include "decode/gunzip.h"
#include "sandbox/confine.h"
#include "sandbox/program.h"
#include "sandbox/spawn.h"
#include "sandbox/wire.h"

enum {
    PIECE_NBYTES = 65536,
    ASK_MS = 200, /* how often the caller is asked whether to go on */
    PATIENCE_MS = 20000
};

struct run {
    struct ki_unpacking *unpacking;
    char worker[KI_PROGRAM_NBYTES];
    ki_list_take take;
    void *context;
    struct ki_diag *diag;
    int file; /* the packed one; its place is shared with the process */
    int pipe; /* what comes of it */
    pid_t pid;
    uint64_t nbytes; /* of the file */
    uint64_t nwritten;
};

static enum ki_status find_worker(struct run *run)
{
    struct ki_diag own = {0};
    enum ki_status status = ki_program_find(run->unpacking->worker, run->worker, &own);
    if (status != KI_OK) { /* what was not found is no list */
        return ki_diag_set(run->diag, KI_ERR_UNSUPPORTED, "%s", own.message);
    }
    return KI_OK;
}

static enum ki_status open_file(struct run *run, int fd)
{
    struct stat info;
    run->file = ki_spawn_read_only(fd);
    if (run->file < 0 || fstat(run->file, &info) != 0) {
        return ki_diag_errno(run->diag, errno, "cannot open the packed file anew");
    }
    run->nbytes = (uint64_t)info.st_size;
    return KI_OK;
}

static enum ki_status launch(struct run *run)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) {
        return ki_diag_errno(run->diag, errno, "cannot make a pipe");
    }
    run->pipe = ki_spawn_raise(ends[0]);
    int theirs = ki_spawn_raise(ends[1]);
    const struct ki_spawn_fd fds[] = {{run->file, STDIN_FILENO},
                                      {theirs, STDOUT_FILENO}};
    int error = run->pipe < 0 || theirs < 0 ? EMFILE : 0;
    if (!error) {
        error = ki_spawn_worker(run->worker,
                                run->unpacking->is_unsafe ? KI_UNPACK_UNSAFE_MODE
                                                          : KI_UNPACK_MODE,
                                fds, sizeof fds / sizeof fds[0], &run->pid);
    }
    if (theirs >= 0) {
        (void)close(theirs);
    }
    if (error) {
        run->pid = 0;
        return ki_diag_errno(run->diag, error, "cannot start %s", run->worker);
    }
    return KI_OK;
}

/* Until there is something to read, or the end. */
static enum ki_status wait_ready(struct run *run)
{
    struct pollfd pipe = {.fd = run->pipe, .events = POLLIN};
    unsigned patience_ms = run->unpacking->patience_ms;
    uint64_t patience_us = 1000 * (uint64_t)(patience_ms ? patience_ms : PATIENCE_MS);
    uint64_t begin_us = ki_clock_wall_us();
    while (poll(&pipe, 1, ASK_MS) <= 0) {
        enum ki_status status = run->take(run->context, NULL, 0);
        if (status != KI_OK) {
            return status;
        }
        if (ki_clock_wall_us() - begin_us > patience_us) {
            return ki_diag_set(run->diag, KI_ERR_FORMAT,
                               "cannot be unpacked: the process that does it gave "
                               "nothing for %u seconds",
                               (unsigned)(patience_us / 1000000));
        }
    }
    return KI_OK;
}

/* *got is 0 at the end only. */
static enum ki_status read_some(struct run *run, void *data, size_t nbytes, size_t *got)
{
    ssize_t result;
    do {
        enum ki_status status = wait_ready(run);
        if (status != KI_OK) {
            return status;
        }
        result = read(run->pipe, data, nbytes);
    } while (result < 0 && errno == EINTR);
    if (result < 0) {
        return ki_diag_errno(run->diag, errno, "cannot read what was unpacked");
    }
    *got = (size_t)result;
    return KI_OK;
}

static enum ki_status check_greeting(struct run *run, struct ki_wire_greeting *greeting)
{
    struct ki_unpacking *unpacking = run->unpacking;
    greeting->version[sizeof greeting->version - 1] = '\0';
    if (strcmp(greeting->version, KI_VERSION) != 0) {
        return ki_diag_set(run->diag, KI_ERR_UNSUPPORTED, "%s is of version %s, not %s",
                           run->worker, greeting->version, KI_VERSION);
    }
    ki_layers_text(greeting->missing, unpacking->missing, sizeof unpacking->missing);
    if (greeting->missing != 0 && !unpacking->is_unsafe) {
        return ki_diag_set(run->diag, KI_ERR_UNSUPPORTED,
                           "unpacking cannot be confined here; not in force: %s",
                           unpacking->missing);
    }
    return KI_OK;
}

/* Written before the process has seen a byte that is not ours. */
static enum ki_status greet(struct run *run)
{
    struct ki_wire_greeting greeting;
    char *data = (char *)&greeting;
    size_t done = 0;
    while (done < sizeof greeting) {
        size_t got = 0;
        enum ki_status status =
            read_some(run, data + done, sizeof greeting - done, &got);
        if (status != KI_OK) {
            return status;
        }
        if (got == 0) {
            return ki_diag_set(run->diag, KI_ERR_UNSUPPORTED, "%s did not report",
                               run->worker);
        }
        done += got;
    }
    return check_greeting(run, &greeting);
}

static enum ki_status refuse_ratio(struct run *run)
{
    return ki_diag_set(run->diag, KI_ERR_REFUSED,
                       "unpacks to more than %d times its size", KI_GUNZIP_MOST_RATIO);
}

/* The process looks at how much it has read so far; here it is held to the whole. */
static bool is_too_much(const struct run *run)
{
    return run->nwritten > KI_GUNZIP_FREE_NBYTES &&
           run->nwritten / KI_GUNZIP_MOST_RATIO > run->nbytes;
}

static enum ki_status relay(struct run *run)
{
    uint8_t piece[PIECE_NBYTES];
    for (;;) {
        size_t got = 0;
        enum ki_status status = read_some(run, piece, sizeof piece, &got);
        if (status != KI_OK || got == 0) {
            return status;
        }
        run->nwritten += got;
        if (is_too_much(run)) {
            return refuse_ratio(run);
        }
        status = run->take(run->context, piece, got);
        if (status != KI_OK) {
            return status;
        }
    }
}

static enum ki_status tell_exit(struct run *run, int exit_status)
{
    off_t place = lseek(run->file, 0, SEEK_CUR);
    switch (exit_status) {
    case KI_UNPACK_WHOLE:
        return KI_OK;
    case KI_UNPACK_DAMAGED:
        return ki_diag_set(run->diag, KI_ERR_FORMAT,
                           "the gzip data are damaged, at most %d bytes before byte "
                           "%lld of the packed file",
                           KI_UNPACK_READ_NBYTES, (long long)place);
    case KI_UNPACK_TRUNCATED:
        return ki_diag_set(run->diag, KI_ERR_FORMAT,
                           "the gzip data are cut off at byte %lld of the packed file",
                           (long long)place);
    case KI_UNPACK_RATIO:
        return refuse_ratio(run);
    default:
        return ki_diag_set(run->diag, KI_ERR_IO,
                           "cannot be unpacked: %s ended with status %d", run->worker,
                           exit_status);
    }
}

/* After the end of the pipe, which the process alone holds open. */
static enum ki_status reap(struct run *run)
{
    int status = 0;
    pid_t pid;
    do {
        pid = waitpid(run->pid, &status, 0);
    } while (pid < 0 && errno == EINTR);
    run->pid = 0;
    if (pid > 0 && WIFEXITED(status)) {
        return tell_exit(run, WEXITSTATUS(status));
    }
    return ki_diag_set(run->diag, KI_ERR_FORMAT,
                       "cannot be unpacked: the process that does it died (signal %d)",
                       pid > 0 && WIFSIGNALED(status) ? WTERMSIG(status) : 0);
}

static void end(struct run *run)
{
    if (run->pid > 0) {
        ki_spawn_end(run->pid);
    }
    if (run->pipe >= 0) {
        (void)close(run->pipe);
    }
    if (run->file >= 0) {
        (void)close(run->file);
    }
}

enum ki_status ki_list_unpack_confined(void *unpacking, int fd, ki_list_take take,
                                       void *take_context, struct ki_diag *diag)
{
    struct run run = {.unpacking = unpacking,
                      .take = take,
                      .context = take_context,
                      .diag = diag,
                      .file = -1,
                      .pipe = -1};
    run.unpacking->missing[0] = '\0';
    enum ki_status status = find_worker(&run);
    status = status == KI_OK ? open_file(&run, fd) : status;
    status = status == KI_OK ? launch(&run) : status;
    status = status == KI_OK ? greet(&run) : status;
    status = status == KI_OK ? relay(&run) : status;
    status = status == KI_OK ? reap(&run) : status;
    end(&run);
    return status;
}
