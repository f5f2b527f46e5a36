/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/zygote.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

#include "sandbox/futex.h"

#ifndef SYS_close_range
#define SYS_close_range 436
#endif
#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif

enum {
    HUGE_NBYTES = 2 << 20,
    STACK_NBYTES = 256 << 10,
    SPARE_NBYTES = 16 << 20, /* address space for the stack */
    MOST_AHEAD_NBYTES = 8 << 20, /* the parent keeps no more of the input */
    LARGE_NBYTES = 128 << 10, /* of a JPEG: more than a huge page may be needed */
    EXIT_UNCONFINED = 70
};

static bool greet(uint32_t missing, const char *text)
{
    struct ki_wire_greeting greeting = {.version = KI_VERSION, .missing = missing};
    (void)snprintf(greeting.text, sizeof greeting.text, "%s", text);
    return send(KI_WIRE_CONTROL_FD, &greeting, sizeof greeting, MSG_NOSIGNAL) ==
           (ssize_t)sizeof greeting;
}

static void *map_file(int fd, int protection, size_t nbytes)
{
    void *map = mmap(NULL, nbytes, protection, MAP_SHARED, fd, 0);
    (void)close(fd);
    if (map == MAP_FAILED) {
        return NULL;
    }
    (void)madvise(map, nbytes, MADV_DONTDUMP);
    return map;
}

/* The setup says how long the input is. */
static const struct ki_wire_input *map_input(void)
{
    const struct ki_wire_input *first =
        mmap(NULL, KI_WIRE_PICTURE, PROT_READ, MAP_SHARED, KI_WIRE_INPUT_FD, 0);
    if (first == MAP_FAILED) {
        return NULL;
    }
    size_t nbytes = first->setup.input_nbytes;
    return map_file(KI_WIRE_INPUT_FD, PROT_READ, nbytes);
}

static bool map_arena(struct ki_zygote *zygote, size_t nbytes)
{
    size_t whole = nbytes + HUGE_NBYTES;
    char *map = mmap(NULL, whole, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (map == MAP_FAILED) {
        return false;
    }
    char *base = map + (HUGE_NBYTES - (uintptr_t)map % HUGE_NBYTES) % HUGE_NBYTES;
    (void)madvise(map, whole, MADV_DONTDUMP);
    (void)madvise(base, nbytes, MADV_HUGEPAGE);
    ki_arena_init(zygote->arena, base, nbytes);
    return true;
}

static const char *set_up(struct ki_zygote *zygote)
{
    struct ki_child *child = &zygote->child;
    child->input = map_input();
    if (!child->input) {
        return "cannot map the input";
    }
    const struct ki_wire_setup *setup = &child->input->setup;
    if (strncmp(setup->version, KI_VERSION, sizeof setup->version) != 0) {
        return "is of another version";
    }
    child->bytes = (const uint8_t *)child->input + KI_WIRE_PICTURE;
    child->answer =
        map_file(KI_WIRE_ANSWER_FD, PROT_READ | PROT_WRITE, KI_WIRE_PAGE_NBYTES);
    zygote->notice =
        map_file(KI_WIRE_NOTICE_FD, PROT_READ | PROT_WRITE, KI_WIRE_PAGE_NBYTES);
    if (!child->answer || !zygote->notice ||
        madvise(zygote->notice, KI_WIRE_PAGE_NBYTES, MADV_DONTFORK) != 0 ||
        !map_arena(zygote, setup->arena_nbytes + HUGE_NBYTES)) {
        return "cannot map its memory";
    }
    /* Another zygote may have counted here before. */
    atomic_store(&zygote->notice->nworkers, 0);
    atomic_store(&zygote->notice->ndead, 0);
    child->arena = zygote->arena;
    child->arena->wipes = setup->npictures > 1;
    ki_picture_init(&child->picture);
    uint64_t cpu_us = setup->cpu_us < UINT64_MAX / 2 / setup->npictures
                          ? setup->cpu_us * setup->npictures
                          : UINT64_MAX / 2;
    zygote->confinement = (struct ki_confinement){
        .memory_nbytes = SPARE_NBYTES,
        .cpu_seconds = cpu_us / 1000000u + 2,
        .is_off = !zygote->is_confined,
    };
    return NULL;
}

/* Confines itself as far as its children inherit it, and tells the parent what is
 * missing. One zygote of a program proves for all that each layer holds; whether the
 * kernel took every layer, each worker asks. */
static bool confine(struct ki_zygote *zygote)
{
    unsigned missing = ki_confine_zygote(&zygote->confinement);
    if (zygote->child.input->setup.is_prover) {
        missing |= ki_zygote_prove(zygote);
    }
    char text[KI_WIRE_TEXT_NBYTES];
    ki_layers_text(missing, text, sizeof text);
    bool may_go_on = missing == 0 || !zygote->child.input->setup.is_checked;
    return greet(missing, text) && may_go_on;
}

static bool schedule(int policy)
{
    const struct sched_param parameter = {0};
    return sched_setscheduler(0, policy, &parameter) == 0;
}

/* Maps about as much of the input as the picture before had, while nobody waits: 320
 * pages that are first touched one by one take 0.5 ms, and 25 us after this. */
static void map_pages_ahead(const struct ki_zygote *zygote)
{
#if defined(MADV_POPULATE_READ)
    const struct ki_wire_input *input = zygote->child.input;
    uint64_t nbytes = zygote->nbytes;
    uint64_t whole = input->setup.input_nbytes;
    uint64_t most = whole < MOST_AHEAD_NBYTES ? whole : (uint64_t)MOST_AHEAD_NBYTES;
    nbytes += nbytes / 4 + KI_WIRE_PICTURE;
    void *start;
    memcpy(&start, &zygote->child.input, sizeof start);
    (void)madvise(start, nbytes < most ? nbytes : most, MADV_POPULATE_READ);
#else
    (void)zygote;
#endif
}

/* Has the second huge page of the memory cleared, which takes 180 us, if the picture
 * before was a file of which coefficients may need it. Of that picture nothing but what
 * the parent wrote is looked at. */
static void clear_memory_ahead(const struct ki_zygote *zygote)
{
    if (zygote->child.input->setup.spin_us && zygote->format == KI_FORMAT_JPEG &&
        zygote->nbytes >= LARGE_NBYTES) {
        ((volatile char *)zygote->stack)[HUGE_NBYTES] = 0;
    }
}

static void run_worker(struct ki_zygote *zygote)
{
    /* The zygote's end is the worker's, also if it came already. */
    if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0 || getppid() != zygote->pid) {
        _exit(EXIT_UNCONFINED);
    }
    map_pages_ahead(zygote);
    clear_memory_ahead(zygote);
    if (zygote->is_batch) {
        (void)schedule(SCHED_OTHER);
    }
    unsigned missing = ki_confine_worker(&zygote->confinement, 0);
    if (missing && zygote->child.input->setup.is_checked) {
        _exit(EXIT_UNCONFINED);
    }
    /* A copy in its own memory, for the same reason. */
    struct ki_child *child = ki_arena_alloc(zygote->arena, sizeof *child);
    if (child) {
        *child = zygote->child;
        zygote->serve(child);
    }
    _exit(0);
}

/* In a worker only, and before it sees anything: makecontext cannot pass a pointer. */
static struct {
    struct ki_zygote *zygote;
    ucontext_t context;
} entry;

static void enter(void)
{
    run_worker(entry.zygote);
}

/* A worker has its stack in the arena, in the same huge page as its first blocks: under
 * shadow paging a page that is first written to costs ten microseconds or more, and
 * twice that if it was inherited. */
static void go_to_own_stack(struct ki_zygote *zygote)
{
    if (getcontext(&entry.context) == 0) {
        entry.zygote = zygote;
        entry.context.uc_stack.ss_sp = zygote->stack;
        entry.context.uc_stack.ss_size = STACK_NBYTES;
        makecontext(&entry.context, enter, 0);
        (void)setcontext(&entry.context);
    }
    _exit(EXIT_UNCONFINED);
}

/* Not fork(3): what that sets right in the C library costs a dozen inherited pages, and
 * the worker uses none of it. */
static pid_t start_worker(struct ki_zygote *zygote)
{
    struct ki_child *child = &zygote->child;
    child->sequence = atomic_load(&child->input->request.sequence);
    zygote->nbytes = child->input->request.nbytes; /* nobody writes them now */
    zygote->format = child->input->request.format;
    pid_t pid = (pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
    if (pid == 0) {
        go_to_own_stack(zygote);
    }
    if (pid > 0) {
        zygote->nworkers++;
        atomic_store(&zygote->notice->nworkers, zygote->nworkers);
        ki_futex_wake(&zygote->notice->nworkers);
    }
    return pid;
}

/* Reads one message of the parent; false when there will be no more. */
static bool take_message(const struct ki_zygote *zygote, pid_t pid)
{
    struct ki_wire_kill message;
    ssize_t got = recv(KI_WIRE_CONTROL_FD, &message, sizeof message, 0);
    if (got != (ssize_t)sizeof message) {
        return got < 0 && errno == EINTR;
    }
    if (message.worker == zygote->nworkers) {
        (void)kill(pid, SIGKILL); /* not reaped yet: it is this one */
    }
    return true;
}

/* Waits until the worker is dead; false if the parent is gone before. */
static bool watch(const struct ki_zygote *zygote, pid_t pid, int pidfd)
{
    struct pollfd fds[] = {{.fd = KI_WIRE_CONTROL_FD, .events = POLLIN},
                           {.fd = pidfd, .events = POLLIN}};
    while (fds[1].revents == 0) {
        if (poll(fds, sizeof fds / sizeof fds[0], -1) < 0 && errno != EINTR) {
            return false;
        }
        if (fds[0].revents != 0 && !take_message(zygote, pid)) {
            return false;
        }
    }
    return true;
}

static void announce_death(const struct ki_zygote *zygote, int status)
{
    struct ki_wire_notice *notice = zygote->notice;
    struct ki_wire_answer *answer = zygote->child.answer;
    atomic_store(&notice->status, (uint32_t)status);
    atomic_store(&notice->ndead, zygote->nworkers);
    (void)atomic_fetch_add(&answer->bell, 1);
    ki_futex_wake(&answer->bell);
}

/* One worker from its beginning to its end. */
static bool run_one(struct ki_zygote *zygote)
{
    pid_t pid = start_worker(zygote);
    if (pid < 0) {
        return false;
    }
    int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
    bool goes_on = pidfd >= 0 && watch(zygote, pid, pidfd);
    if (!goes_on) {
        (void)kill(pid, SIGKILL);
    }
    int status = 0;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    (void)close(pidfd);
    announce_death(zygote, status);
    return goes_on;
}

int ki_zygote_run(struct ki_zygote *zygote)
{
    (void)syscall(SYS_close_range, 0, KI_WIRE_CONTROL_FD - 1, 0);
    (void)syscall(SYS_close_range, KI_WIRE_FDS_END, UINT_MAX, 0);
    zygote->pid = getpid();
    /* Seeing one worker off and getting the next ready is not to interrupt whoever
     * reads or decodes a picture. */
    zygote->is_batch = sched_getscheduler(0) == SCHED_OTHER && schedule(SCHED_BATCH);
    const char *problem = set_up(zygote);
    if (problem) {
        (void)greet(0, problem);
        return 1;
    }
    ki_child_warm_up(&zygote->child);
    bool goes_on = confine(zygote);
    zygote->stack = ki_arena_seal(zygote->arena, HUGE_NBYTES, STACK_NBYTES);
    goes_on = goes_on && zygote->stack;
    while (goes_on) {
        goes_on = run_one(zygote);
    }
    return 0;
}
