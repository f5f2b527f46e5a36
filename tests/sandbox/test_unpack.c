/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Confined unpacking: what the process can do, by unpack_probe_worker in its place;
 * what becomes of one that does its worst; and that the real one unpacks.
 * usage: test_unpack WORKER UNPACK_PROBE_WORKER
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zlib.h>

#include <knownimage/sandbox.h>

#include "base/clock.h"
#include "unpack_probe.h"

enum {
    NUMBERS_END = 520,
    X32_BIT = 0x40000000,
    FDS_END = 40,
    MOST_NBYTES = 64 << 20,
    LANDLOCK_CREATE = 444,
    MOST_US = 5000000
};

static unsigned nfailures;
static unsigned nkilled;
static unsigned nallowed;

static void check(bool is_good, const char *what)
{
    printf("%s: %s\n", is_good ? "ok" : "not ok", what);
    nfailures += !is_good;
}

struct outcome {
    enum ki_status status;
    struct ki_diag diag;
    uint64_t nbytes;
    uint64_t used_us;
    bool stops;  /* at the first call without bytes */
    int tell_fd; /* is told of such a call; 0: nobody */
};

static enum ki_status take(void *context, const void *data, size_t nbytes)
{
    struct outcome *outcome = context;
    outcome->nbytes += nbytes;
    if (!data && outcome->tell_fd > 0) {
        (void)!write(outcome->tell_fd, "", 1);
    }
    if (outcome->nbytes > MOST_NBYTES) {
        return KI_ERR_LIMIT;
    }
    return outcome->stops && !data ? KI_ERR_INTERRUPTED : KI_OK;
}

static void unpack(const char *worker, const void *data, size_t nbytes,
                   unsigned patience_ms, struct outcome *outcome)
{
    struct ki_unpacking unpacking = {.worker = worker, .patience_ms = patience_ms};
    int fd = memfd_create("packed", MFD_CLOEXEC);
    uint64_t begin_us = ki_clock_wall_us();
    if (fd < 0 || write(fd, data, nbytes) != (ssize_t)nbytes) {
        check(false, "cannot make a file");
        return;
    }
    outcome->status =
        ki_list_unpack_confined(&unpacking, fd, take, outcome, &outcome->diag);
    outcome->used_us = ki_clock_wall_us() - begin_us;
    (void)close(fd);
}

static struct outcome run_way(const char *worker, enum unpack_way way)
{
    const struct unpack_probe probe = {.way = way};
    struct outcome outcome = {.stops = false};
    bool is_silent = way == UNPACK_STOPPED || way == UNPACK_SPIN;
    unpack(worker, &probe, sizeof probe, is_silent ? 300 : 20000, &outcome);
    return outcome;
}

static bool says(const struct outcome *outcome, const char *words)
{
    return strstr(outcome->diag.message, words) != NULL;
}

static bool nothing_is_left(void)
{
    return waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD;
}

static struct outcome run_call(const char *worker, const struct probe *call)
{
    const struct unpack_probe probe = {.way = UNPACK_CALL, .call = *call};
    struct outcome outcome = {.stops = false};
    unpack(worker, &probe, sizeof probe, 20000, &outcome);
    return outcome;
}

static void must_die(const char *worker, const struct probe *call, const char *what)
{
    struct outcome outcome = run_call(worker, call);
    bool is_killed = says(&outcome, "(signal 31)");
    bool is_none =
        (call->is_32_bit && says(&outcome, "(signal 11)")) || probe_is_passed(call);
    nkilled += is_killed;
    if (!is_killed && !is_none) {
        printf("not ok: %s call %ld, first argument %ld: %s\n", what, call->number,
               call->arguments[0], outcome.diag.message);
        nfailures++;
    }
}

static void must_live(const char *worker, const struct probe *call)
{
    struct outcome outcome = run_call(worker, call);
    bool is_alive = outcome.status == KI_OK;
    nallowed += is_alive;
    if (!is_alive) {
        printf("not ok: allowed call %ld: %s\n", call->number, outcome.diag.message);
        nfailures++;
    }
}

static bool is_allowed(long number)
{
    return number == SYS_read || number == SYS_write || number == SYS_exit_group;
}

static void test_calls(const char *worker)
{
    for (long number = 0; number < NUMBERS_END; number++) {
        struct probe call = {.number = number};
        if (!is_allowed(number)) {
            must_die(worker, &call, "native");
        }
#if defined(__x86_64__)
        call.number = number | X32_BIT;
        must_die(worker, &call, "x32");
        call.number = number;
        call.is_32_bit = 1;
        must_die(worker, &call, "32-bit");
#endif
    }
    for (long fd = -2; fd < FDS_END; fd++) {
        const struct probe reading = {.number = SYS_read, .arguments = {fd}};
        const struct probe writing = {.number = SYS_write, .arguments = {fd}};
        (fd == 0 ? must_live(worker, &reading) : must_die(worker, &reading, "read"));
        (fd == 1 ? must_live(worker, &writing) : must_die(worker, &writing, "write"));
    }
    const struct probe ending = {.number = SYS_exit_group};
    must_live(worker, &ending);
    printf("%u calls ended in SIGSYS, %u were allowed\n", nkilled, nallowed);
}

static void test_layers(const char *worker)
{
    struct outcome layers = run_way(worker, UNPACK_LAYERS);
    struct outcome files = run_way(worker, UNPACK_FILES);
    check(layers.status == KI_OK, "limits, no descriptors but two, no new privileges");
    check(files.status == KI_OK, "Landlock refuses files");
}

static void test_worst(const char *worker)
{
    struct outcome seen = run_way(worker, UNPACK_SILENT);
    check(seen.status == KI_ERR_UNSUPPORTED && says(&seen, "did not report"),
          "one that does not report");
    seen = run_way(worker, UNPACK_STOPPED);
    check(seen.status == KI_ERR_FORMAT && seen.used_us < MOST_US, "one that stops");
    seen = run_way(worker, UNPACK_SPIN);
    check(seen.status == KI_ERR_FORMAT && says(&seen, "gave nothing") &&
              seen.used_us < MOST_US,
          "one that never ends");
    seen = run_way(worker, UNPACK_FLOOD);
    check(seen.status == KI_ERR_REFUSED && says(&seen, "200 times") &&
              seen.nbytes <= 16 << 20,
          "one that gives too much");
    seen = run_way(worker, UNPACK_CRASH);
    check(seen.status == KI_ERR_FORMAT && says(&seen, "died (signal"), "a crash");
    seen = run_way(worker, UNPACK_STATUS);
    check(seen.status == KI_ERR_IO && says(&seen, "status 99"), "an odd status");
    check(nothing_is_left(), "no process is left");
}

static void test_interruption(const char *worker)
{
    const struct unpack_probe probe = {.way = UNPACK_SPIN};
    struct outcome outcome = {.stops = true};
    unpack(worker, &probe, sizeof probe, 20000, &outcome);
    check(outcome.status == KI_ERR_INTERRUPTED && outcome.used_us < MOST_US &&
              outcome.diag.message[0] == '\0',
          "the caller is asked while nothing comes");
    check(nothing_is_left(), "no process is left of it");
}

/* Whether the one process that we have inherited is killed within five seconds. */
static bool ends_soon(void)
{
    int status = 0;
    pid_t pid = 0;
    for (unsigned i = 0; i < 50 && pid == 0; i++) {
        (void)usleep(100000);
        pid = waitpid(-1, &status, WNOHANG);
    }
    return pid > 0 && WIFSIGNALED(status) &&
           (WTERMSIG(status) == SIGKILL || WTERMSIG(status) == SIGPIPE);
}

/* A parent that is killed takes the process with it. */
static void test_orphan(const char *worker)
{
    if (prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0) {
        return;
    }
    int ends[2] = {-1, -1};
    char byte;
    check(pipe(ends) == 0, "a pipe");
    pid_t parent = fork();
    if (parent == 0) {
        const struct unpack_probe probe = {.way = UNPACK_SPIN};
        struct outcome outcome = {.tell_fd = ends[1]};
        unpack(worker, &probe, sizeof probe, 60000, &outcome);
        _exit(0);
    }
    bool is_parent = read(ends[0], &byte, 1) == 1; /* it waits for the process */
    (void)kill(parent, SIGKILL);
    is_parent = waitpid(parent, NULL, 0) == parent && is_parent;
    (void)close(ends[0]);
    (void)close(ends[1]);
    check(is_parent && ends_soon(), "it ends with its parent");
}

/* As on a kernel without Landlock, for this process and those it starts. */
static bool hide_landlock(void)
{
    struct sock_filter lines[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, LANDLOCK_CREATE, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const struct sock_fprog program = {sizeof lines / sizeof lines[0], lines};
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

/* Ends with 0 if all is as it should be. */
static int unpack_without_landlock(const char *worker, const uint8_t *packed,
                                   size_t nbytes)
{
    struct outcome outcome = {.stops = false};
    struct ki_unpacking unpacking = {.worker = worker};
    int fd = memfd_create("packed", MFD_CLOEXEC);
    if (!hide_landlock() || write(fd, packed, nbytes) != (ssize_t)nbytes) {
        return 1;
    }
    if (ki_list_unpack_confined(&unpacking, fd, take, &outcome, &outcome.diag) !=
            KI_ERR_UNSUPPORTED ||
        strcmp(unpacking.missing, "landlock") != 0 || outcome.nbytes > 0 ||
        !says(&outcome, "not in force: landlock")) {
        return 2;
    }
    unpacking.is_unsafe = true;
    bool is_good =
        ki_list_unpack_confined(&unpacking, fd, take, &outcome, NULL) == KI_OK &&
        strcmp(unpacking.missing, "landlock") == 0 && outcome.nbytes == 32;
    return is_good ? 0 : 3;
}

static void test_missing_layer(const char *worker, const uint8_t *packed, size_t nbytes)
{
    int status = 0;
    pid_t pid = fork();
    if (pid == 0) {
        _exit(unpack_without_landlock(worker, packed, nbytes));
    }
    check(waitpid(pid, &status, 0) == pid && status == 0,
          "a missing layer: refused, or told if that is allowed");
}

static size_t pack(const char *text, uint8_t *out, size_t room)
{
    z_stream stream = {.zalloc = NULL};
    char copy[256];
    (void)snprintf(copy, sizeof copy, "%s", text);
    if (deflateInit2(&stream, 9, Z_DEFLATED, 16 + MAX_WBITS, 9, Z_DEFAULT_STRATEGY) !=
        Z_OK) {
        return 0;
    }
    stream.next_in = (Bytef *)copy;
    stream.avail_in = (unsigned)strlen(copy);
    stream.next_out = out;
    stream.avail_out = (unsigned)room;
    (void)deflate(&stream, Z_FINISH);
    (void)deflateEnd(&stream);
    return room - stream.avail_out;
}

static void test_real(const char *worker)
{
    uint8_t packed[512] = {0};
    size_t nbytes = pack("900150983cd24fb0d6963f7d28e17f72", packed, sizeof packed);
    char place[32];
    struct outcome seen = {.stops = false};
    unpack(worker, packed, nbytes, 0, &seen);
    check(seen.status == KI_OK && seen.nbytes == 32, "a whole file");
    test_missing_layer(worker, packed, nbytes);
    seen = (struct outcome){.stops = false};
    unpack(worker, packed, nbytes - 1, 0, &seen);
    (void)snprintf(place, sizeof place, "cut off at byte %zu ", nbytes - 1);
    check(seen.status == KI_ERR_FORMAT && says(&seen, place), "one that is cut off");
    packed[nbytes - 1] ^= 1;
    seen = (struct outcome){.stops = false};
    unpack(worker, packed, nbytes, 0, &seen);
    (void)snprintf(place, sizeof place, "before byte %zu ", nbytes);
    check(seen.status == KI_ERR_FORMAT && says(&seen, place), "one that is damaged");
    seen = (struct outcome){.stops = false};
    unpack("/nonexistent", packed, nbytes, 0, &seen);
    check(seen.status == KI_ERR_UNSUPPORTED, "no worker");
    check(nothing_is_left(), "no process is left of them");
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        return 1;
    }
    test_real(argv[1]);
    test_layers(argv[2]);
    test_worst(argv[2]);
    test_interruption(argv[2]);
    test_orphan(argv[2]);
    test_calls(argv[2]);
    return nfailures > 0;
}
