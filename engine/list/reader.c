/* SPDX-License-Identifier: Apache-2.0 */
#include "list/reader.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <zlib.h>

#include "base/diag.h"

struct ki_unpacker {
    z_stream stream;
    bool is_at_member; /* nothing of a gzip member is open */
    bool is_input_over;
    uint64_t nbytes_in;
    uint64_t nbytes_out;
    unsigned char input[KI_READER_REFILL_NBYTES];
};

/* How long a silent pipe may keep us from asking is_stopped. A signal alone is not
 * enough: it may come just before the read begins. */
enum { POLL_MS = 200 };

static enum ki_status wait_for_bytes(const struct ki_list_reader *reader,
                                     struct ki_diag *diag)
{
    struct pollfd poll_fd = {.fd = reader->fd, .events = POLLIN};
    int nready = 0;
    while (reader->is_stopped && nready == 0) {
        nready = poll(&poll_fd, 1, POLL_MS);
        if (nready < 0 && errno == EINTR) {
            nready = 0;
        }
        if (nready == 0 && reader->is_stopped(reader->context)) {
            return ki_diag_set(diag, KI_ERR_INTERRUPTED, "import stopped");
        }
    }
    return KI_OK; /* whatever poll did not like, read will tell */
}

/* Reads once into room for nbytes; *got is 0 at the end only. */
static enum ki_status read_raw(const struct ki_list_reader *reader, void *data,
                               size_t nbytes, size_t *got, struct ki_diag *diag)
{
    ssize_t result;
    do {
        enum ki_status status = wait_for_bytes(reader, diag);
        if (status != KI_OK) {
            return status;
        }
        result = read(reader->fd, data, nbytes);
    } while (result < 0 && errno == EINTR);
    if (result < 0) {
        return ki_diag_errno(diag, errno, "cannot read the list file");
    }
    *got = (size_t)result;
    return KI_OK;
}

static enum ki_status refill_input(struct ki_list_reader *reader, struct ki_diag *diag)
{
    struct ki_unpacker *unpacker = reader->unpacker;
    size_t got = 0;
    if (unpacker->stream.avail_in > 0 || unpacker->is_input_over) {
        return KI_OK;
    }
    enum ki_status status =
        read_raw(reader, unpacker->input, sizeof unpacker->input, &got, diag);
    unpacker->stream.next_in = unpacker->input;
    unpacker->stream.avail_in = (uInt)got;
    unpacker->nbytes_in += got;
    unpacker->is_input_over = got == 0;
    return status;
}

static enum ki_status check_growth(const struct ki_unpacker *unpacker,
                                   struct ki_diag *diag)
{
    enum { FREE_NBYTES = 1 << 24 }; /* small files may be as regular as they like */
    if (unpacker->nbytes_out > KI_READER_MOST_UNPACKED_NBYTES ||
        (unpacker->nbytes_out > FREE_NBYTES &&
         unpacker->nbytes_out / KI_READER_MOST_RATIO > unpacker->nbytes_in)) {
        return ki_diag_set(diag, KI_ERR_FORMAT,
                           "the gzip file unpacks to more than %u times its size, or "
                           "to more than 128 GiB",
                           KI_READER_MOST_RATIO);
    }
    return KI_OK;
}

/* Inflates once; several members after each other are one file, as gzip has it. */
static enum ki_status inflate_once(struct ki_unpacker *unpacker, char *data,
                                   size_t nbytes, size_t *got, struct ki_diag *diag)
{
    z_stream *stream = &unpacker->stream;
    if (unpacker->is_at_member && stream->avail_in > 0) {
        (void)inflateReset(stream);
        unpacker->is_at_member = false;
    }
    stream->next_out = (unsigned char *)data;
    stream->avail_out = (uInt)nbytes;
    int result = inflate(stream, Z_NO_FLUSH);
    *got = nbytes - stream->avail_out;
    unpacker->nbytes_out += *got;
    unpacker->is_at_member = result == Z_STREAM_END;
    if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR) {
        return ki_diag_set(diag, KI_ERR_FORMAT, "the gzip file is damaged");
    }
    return check_growth(unpacker, diag);
}

static enum ki_status read_packed(struct ki_list_reader *reader, char *data,
                                  size_t nbytes, size_t *got, struct ki_diag *diag)
{
    struct ki_unpacker *unpacker = reader->unpacker;
    enum ki_status status = KI_OK;
    *got = 0;
    while (status == KI_OK && *got == 0) {
        status = refill_input(reader, diag);
        if (status == KI_OK && unpacker->is_input_over) {
            reader->is_last = true;
            return unpacker->is_at_member
                       ? KI_OK
                       : ki_diag_set(diag, KI_ERR_FORMAT, "the gzip file is cut off");
        }
        if (status == KI_OK) {
            status = inflate_once(unpacker, data, nbytes, got, diag);
        }
    }
    return status;
}

static enum ki_status read_once(struct ki_list_reader *reader, char *data,
                                size_t nbytes, size_t *got, struct ki_diag *diag)
{
    if (reader->unpacker) {
        return read_packed(reader, data, nbytes, got, diag);
    }
    enum ki_status status = read_raw(reader, data, nbytes, got, diag);
    reader->is_last = status == KI_OK && *got == 0;
    return status;
}

/* What was read so far becomes the unpacker's input. */
static enum ki_status begin_unpacking(struct ki_list_reader *reader,
                                      struct ki_diag *diag)
{
    enum { GZIP_ONLY = 16 };
    struct ki_unpacker *unpacker = calloc(1, sizeof *unpacker);
    if (!unpacker || inflateInit2(&unpacker->stream, GZIP_ONLY + MAX_WBITS) != Z_OK) {
        free(unpacker);
        return ki_diag_set(diag, KI_ERR_NO_MEMORY, "no memory to unpack");
    }
    assert(reader->end <= sizeof unpacker->input);
    memcpy(unpacker->input, reader->data, reader->end);
    unpacker->stream.next_in = unpacker->input;
    unpacker->stream.avail_in = (uInt)reader->end;
    unpacker->nbytes_in = reader->end;
    reader->unpacker = unpacker;
    reader->end = 0;
    reader->is_last = false;
    return KI_OK;
}

/* Reads the first two bytes, which tell whether the file is packed. */
static enum ki_status begin(struct ki_list_reader *reader, struct ki_diag *diag)
{
    enum ki_status status = KI_OK;
    reader->is_begun = true;
    while (status == KI_OK && !reader->is_last && reader->end < 2) {
        size_t got = 0;
        status = read_once(reader, reader->data + reader->end,
                           KI_READER_REFILL_NBYTES - reader->end, &got, diag);
        reader->end += got;
    }
    if (status == KI_OK && reader->end >= 2 &&
        memcmp(reader->data, "\x1f\x8b", 2) == 0) {
        status = begin_unpacking(reader, diag);
    }
    return status;
}

void ki_reader_close(struct ki_list_reader *reader)
{
    if (reader->unpacker) {
        (void)inflateEnd(&reader->unpacker->stream);
    }
    free(reader->unpacker);
    reader->unpacker = NULL;
}

enum ki_status ki_reader_fill(struct ki_list_reader *reader, size_t wanted,
                              struct ki_diag *diag)
{
    assert(wanted <= sizeof reader->data);
    size_t nbytes = reader->end - reader->first;
    memmove(reader->data, reader->data + reader->first, nbytes);
    reader->first = 0;
    reader->end = nbytes;
    enum ki_status status = reader->is_begun ? KI_OK : begin(reader, diag);
    while (status == KI_OK && !reader->is_last && reader->end < wanted) {
        size_t got = 0;
        status = read_once(reader, reader->data + reader->end,
                           sizeof reader->data - reader->end, &got, diag);
        reader->end += got;
    }
    return status;
}
