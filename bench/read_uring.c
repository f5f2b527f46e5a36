/* SPDX-License-Identifier: Apache-2.0 */
/* A ring of slots, one for each file ahead; each is opened, looked at and read by the
 * kernel while others are taken. */
#include <errno.h>
#include <fcntl.h>
#include <liburing.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/read_ways.h"

enum state { IDLE, OPENING, LOOKING, READING, READY };

struct slot {
    enum state state;
    int fd;
    struct statx info;
    uint8_t *data;
    size_t capacity;
    size_t nbytes;
};

struct reader {
    const struct read_job *job;
    struct io_uring ring;
    struct slot *slots;
    size_t nslots;
    bool failed;
};

static struct io_uring_sqe *ask(struct reader *reader, struct slot *slot,
                                enum state state)
{
    struct io_uring_sqe *sqe = io_uring_get_sqe(&reader->ring);
    slot->state = state;
    return sqe; /* never NULL: a slot has one request at a time */
}

static void ask_open(struct reader *reader, size_t i)
{
    struct slot *slot = &reader->slots[i % reader->nslots];
    struct io_uring_sqe *sqe = ask(reader, slot, OPENING);
    io_uring_prep_openat(sqe, AT_FDCWD, reader->job->paths[i],
                         O_RDONLY | O_CLOEXEC | O_NOFOLLOW, 0);
    io_uring_sqe_set_data(sqe, slot);
}

static bool has_room(struct slot *slot)
{
    if (slot->info.stx_size <= slot->capacity) {
        return true;
    }
    free(slot->data);
    slot->data = malloc(slot->info.stx_size);
    slot->capacity = slot->data ? slot->info.stx_size : 0;
    return slot->data != NULL;
}

static void ask_next(struct reader *reader, struct slot *slot, int result)
{
    struct io_uring_sqe *sqe;
    switch (slot->state) {
    case OPENING:
        slot->fd = result;
        sqe = ask(reader, slot, LOOKING);
        io_uring_prep_statx(sqe, slot->fd, "", AT_EMPTY_PATH, STATX_SIZE, &slot->info);
        break;
    case LOOKING:
        if (!has_room(slot)) {
            reader->failed = true;
            return;
        }
        slot->nbytes = 0;
        sqe = ask(reader, slot, READING);
        io_uring_prep_read(sqe, slot->fd, slot->data, (unsigned)slot->info.stx_size, 0);
        break;
    default: /* READING */
        slot->nbytes += (size_t)result;
        if (result == 0 || slot->nbytes == slot->info.stx_size) {
            (void)close(slot->fd);
            slot->state = READY;
            return;
        }
        sqe = ask(reader, slot, READING);
        io_uring_prep_read(sqe, slot->fd, slot->data + slot->nbytes,
                           (unsigned)(slot->info.stx_size - slot->nbytes),
                           slot->nbytes);
        break;
    }
    io_uring_sqe_set_data(sqe, slot);
}

/* Takes what is done; waits for one if asked to. */
static void advance(struct reader *reader, bool waits)
{
    struct io_uring_cqe *cqe;
    int status = io_uring_submit_and_wait(&reader->ring, waits ? 1 : 0);
    reader->failed = reader->failed || (status < 0 && status != -EINTR);
    while (!reader->failed && io_uring_peek_cqe(&reader->ring, &cqe) == 0) {
        struct slot *slot = io_uring_cqe_get_data(cqe);
        int result = cqe->res;
        io_uring_cqe_seen(&reader->ring, cqe);
        if (result < 0) {
            reader->failed = true;
            return;
        }
        ask_next(reader, slot, result);
    }
}

static void run(struct reader *reader)
{
    const struct read_job *job = reader->job;
    size_t nasked = 0;
    for (size_t i = 0; i < job->npaths && !reader->failed; i++) {
        for (; nasked < job->npaths && nasked < i + reader->nslots; nasked++) {
            ask_open(reader, nasked);
        }
        struct slot *slot = &reader->slots[i % reader->nslots];
        advance(reader, false);
        while (slot->state != READY && !reader->failed) {
            advance(reader, true);
        }
        if (!reader->failed) {
            (void)io_uring_submit(&reader->ring);
            job->take(job->context, slot->data, slot->nbytes);
            slot->state = IDLE;
        }
    }
}

bool read_uring(const struct read_job *job)
{
    struct reader reader = {.job = job, .nslots = job->ahead + 1u};
    reader.slots = calloc(reader.nslots, sizeof *reader.slots);
    bool is_good = reader.slots &&
                   io_uring_queue_init((unsigned)reader.nslots, &reader.ring, 0) == 0;
    if (is_good) {
        run(&reader);
        io_uring_queue_exit(&reader.ring); /* ends what is under way */
    }
    for (size_t i = 0; reader.slots && i < reader.nslots; i++) {
        free(reader.slots[i].data);
    }
    free(reader.slots);
    return is_good && !reader.failed;
}
