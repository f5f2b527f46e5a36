/* SPDX-License-Identifier: Apache-2.0 */
/* A bounded buffer over a file descriptor. */
#ifndef KI_LIST_READER_H
#define KI_LIST_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <knownimage/status.h>

#include "bytes/sha256.h"
#include "list/formats/format.h"

enum {
    KI_READER_REFILL_NBYTES = 65536,
    KI_READER_NBYTES = KI_OBJECT_MAX_NBYTES + 2 + KI_READER_REFILL_NBYTES
};

struct ki_list_reader {
    int fd;       /* the caller's, left open */
    bool is_last; /* the end of the file is in the buffer */
    size_t first;
    size_t end;
    bool (*is_stopped)(void *context); /* may be NULL */
    void *context;
    struct ki_sha256 *hasher; /* of all bytes that were read; NULL: of none */
    char data[KI_READER_NBYTES];
};

/* Turns to another descriptor, at whose head the next fill reads. */
void ki_reader_begin(struct ki_list_reader *reader, int fd);

/* The unread bytes: reader->data + first … end. ki_reader_fill reads more until there
 * are at least wanted (≤ KI_READER_NBYTES) of them or the file ends. While nothing
 * comes, is_stopped is asked several times a second.
 * Errors: KI_ERR_IO, KI_ERR_INTERRUPTED. */
enum ki_status ki_reader_fill(struct ki_list_reader *reader, size_t wanted,
                              struct ki_diag *diag);

/* Reads to the end of the file, so that the digest is of all of it. Nothing unread is
 * left. */
enum ki_status ki_reader_drain(struct ki_list_reader *reader, struct ki_diag *diag);

#endif
