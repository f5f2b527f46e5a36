/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the bytes of one input come from: a file, a descriptor, or memory. Files are
 * read, not mapped: a mapped file that another process truncates would kill us.
 */
#ifndef KI_BYTES_SOURCE_H
#define KI_BYTES_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <knownimage/image.h>

struct ki_source;

/* Who is told of each piece of an input while it is read: source->nbytes are there. */
struct ki_source_listener {
    void *context;
    void (*on_piece)(void *context, const struct ki_source *source);
};

/* A buffer that is kept from input to input. Zero-initialise; free with
 * ki_source_free. After a read, data[0…nbytes) is the input. */
struct ki_source {
    uint8_t *data;
    size_t nbytes;
    size_t capacity;
    uint64_t file_nbytes; /* what the system said of a file over the limit, else 0 */
    int os_error;         /* errno behind KI_REASON_UNREADABLE, else 0 */
    bool is_lent;         /* data is somebody else's: not moved, not freed */
    bool is_impatient; /* bytes that a disk has to be waited for are UNREADABLE, EAGAIN
                        */
    uint64_t
        expected_nbytes; /* what the system says of the file that is read, else 0 */
    const struct ki_source_listener *listener; /* or NULL; it is read in pieces then */
};

/* Gives source, which has no buffer of its own, one of fixed capacity: one byte more
 * than the limit of its reads. It stays the caller's. */
void ki_source_lend(struct ki_source *source, uint8_t *data, size_t capacity);

/* Reads the whole input, at most limit_nbytes of it. A symbolic link is followed if
 * asked to; anything but a regular file is KI_REASON_NOT_A_FILE and is never waited
 * for. Returns NONE, UNREADABLE, NOT_A_FILE, EMPTY, LIMIT_FILE_SIZE or OUT_OF_MEMORY.
 */
enum ki_reason ki_source_read_file(struct ki_source *source, const char *path,
                                   bool follow, uint64_t limit_nbytes);

/* The same from an open descriptor, from its offset on; pipes and sockets allowed. */
enum ki_reason ki_source_read_fd(struct ki_source *source, int fd,
                                 uint64_t limit_nbytes);

/* Forgets the input; with a buffer over keep_nbytes gives that memory back. */
void ki_source_reset(struct ki_source *source, size_t keep_nbytes);
void ki_source_free(struct ki_source *source);

#endif
