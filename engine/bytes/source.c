/* SPDX-License-Identifier: Apache-2.0 */
#include "bytes/source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

/* FILE_CAPACITY: a buffer that grew with each file that is larger than all before would
 * move again and again; memory that is not touched costs nothing. PIECE_NBYTES: of what
 * somebody waits for. */
enum {
    FIRST_CAPACITY = 64 * 1024,
    FILE_CAPACITY = 8 * 1024 * 1024,
    PIECE_NBYTES = 64 * 1024
};

static bool source_reserve(struct ki_source *source, size_t capacity)
{
    if (capacity <= source->capacity) {
        return true;
    }
    uint8_t *moved = source->is_lent ? NULL : realloc(source->data, capacity);
    if (!moved) {
        return false;
    }
    source->data = moved;
    source->capacity = capacity;
    return true;
}

static enum ki_reason unreadable(struct ki_source *source)
{
    source->os_error = errno;
    return KI_REASON_UNREADABLE;
}

/* Room for one byte more than the limit tells an input at the limit from one over it.
 */
static bool source_grow(struct ki_source *source, uint64_t limit_nbytes)
{
    if (source->nbytes < source->capacity) {
        return true;
    }
    uint64_t wanted =
        source->capacity ? (uint64_t)source->capacity * 2 : FIRST_CAPACITY;
    if (wanted - 1 > limit_nbytes) { /* limit_nbytes + 1 might be 0 */
        wanted = limit_nbytes + 1;
    }
    return wanted <= SIZE_MAX && source_reserve(source, (size_t)wanted);
}

static void tell(const struct ki_source *source)
{
    if (source->listener) {
        source->listener->on_piece(source->listener->context, source);
    }
}

static ssize_t read_some(const struct ki_source *source, int fd, size_t wanted)
{
    uint8_t *to = source->data + source->nbytes;
    const struct iovec piece = {to, wanted};
    return source->is_impatient ? preadv2(fd, &piece, 1, -1, RWF_NOWAIT)
                                : read(fd, to, wanted);
}

/* Of the room there is, one byte more than the limit at most. */
static size_t next_nbytes(const struct ki_source *source, uint64_t limit_nbytes)
{
    size_t room = source->capacity - source->nbytes;
    uint64_t left = limit_nbytes - source->nbytes; /* not over it yet */
    size_t wanted = left < room ? (size_t)left + 1 : room;
    return source->listener && wanted > PIECE_NBYTES ? PIECE_NBYTES : wanted;
}

static enum ki_reason read_to_end(struct ki_source *source, int fd,
                                  uint64_t limit_nbytes)
{
    for (;;) {
        if (source->nbytes > limit_nbytes) {
            return KI_REASON_LIMIT_FILE_SIZE;
        }
        if (!source_grow(source, limit_nbytes)) {
            return KI_REASON_OUT_OF_MEMORY;
        }
        size_t wanted = next_nbytes(source, limit_nbytes);
        ssize_t got = read_some(source, fd, wanted);
        if (got == 0) {
            return source->nbytes ? KI_REASON_NONE : KI_REASON_EMPTY;
        }
        if (got > 0) {
            source->nbytes += (size_t)got;
            tell(source);
        } else if (errno != EINTR) {
            return unreadable(source);
        }
    }
}

static void source_begin(struct ki_source *source)
{
    source->nbytes = 0;
    source->file_nbytes = 0;
    source->expected_nbytes = 0;
    source->os_error = 0;
}

enum ki_reason ki_source_read_fd(struct ki_source *source, int fd,
                                 uint64_t limit_nbytes)
{
    source_begin(source);
    return read_to_end(source, fd, limit_nbytes);
}

static enum ki_reason read_regular(struct ki_source *source, int fd,
                                   uint64_t limit_nbytes)
{
    struct stat info;
    if (fstat(fd, &info) != 0) {
        return unreadable(source);
    }
    if (S_ISDIR(info.st_mode)) {
        errno = EISDIR;
        return unreadable(source);
    }
    if (!S_ISREG(info.st_mode)) {
        return KI_REASON_NOT_A_FILE;
    }
    uint64_t size = info.st_size > 0 ? (uint64_t)info.st_size : 0;
    if (size > limit_nbytes) {
        source->file_nbytes = size;
        return KI_REASON_LIMIT_FILE_SIZE;
    }
    source->expected_nbytes = size;
    /* One byte more than the size, so that the end is met without growing. */
    bool is_small = size < FILE_CAPACITY && !source->is_lent;
    if (!(is_small && source_reserve(source, FILE_CAPACITY)) &&
        !source_reserve(source, (size_t)size + 1)) {
        return KI_REASON_OUT_OF_MEMORY;
    }
    enum ki_reason reason = read_to_end(source, fd, limit_nbytes);
    if (reason == KI_REASON_NONE && source->is_impatient && source->nbytes != size) {
        errno = EAGAIN; /* Linux 5.9 and 5.10: 0 may mean that the rest is not there */
        return unreadable(source);
    }
    return reason;
}

enum ki_reason ki_source_read_file(struct ki_source *source, const char *path,
                                   bool follow, uint64_t limit_nbytes)
{
    source_begin(source);
    /* O_NONBLOCK: opening a pipe without a writer must not wait. It has no effect on
     * reads of regular files. */
    int flags = O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
    int fd = open(path, follow ? flags : flags | O_NOFOLLOW);
    if (fd < 0 && (errno == ENXIO || (errno == ELOOP && !follow))) {
        return KI_REASON_NOT_A_FILE; /* a socket; a symbolic link */
    }
    if (fd < 0) {
        return unreadable(source);
    }
    enum ki_reason reason = read_regular(source, fd, limit_nbytes);
    (void)close(fd);
    return reason;
}

void ki_source_reset(struct ki_source *source, size_t keep_nbytes)
{
    if (source->capacity > keep_nbytes) {
        ki_source_free(source);
    }
    source_begin(source);
}

void ki_source_lend(struct ki_source *source, uint8_t *data, size_t capacity)
{
    memset(source, 0, sizeof *source);
    source->data = data;
    source->capacity = capacity;
    source->is_lent = true;
}

void ki_source_free(struct ki_source *source)
{
    if (!source->is_lent) {
        free(source->data);
    }
    memset(source, 0, sizeof *source);
}
