/* SPDX-License-Identifier: Apache-2.0 */
#include "list/reader.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "base/diag.h"

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
static enum ki_status read_once(struct ki_list_reader *reader, char *data,
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
    if (reader->hasher) {
        ki_sha256_add(reader->hasher, data, *got);
    }
    reader->is_last = result == 0;
    return KI_OK;
}

void ki_reader_begin(struct ki_list_reader *reader, int fd)
{
    reader->fd = fd;
    reader->is_last = false;
    reader->first = 0;
    reader->end = 0;
}

enum ki_status ki_reader_fill(struct ki_list_reader *reader, size_t wanted,
                              struct ki_diag *diag)
{
    assert(wanted <= sizeof reader->data);
    size_t nbytes = reader->end - reader->first;
    memmove(reader->data, reader->data + reader->first, nbytes);
    reader->first = 0;
    reader->end = nbytes;
    enum ki_status status = KI_OK;
    while (status == KI_OK && !reader->is_last && reader->end < wanted) {
        size_t got = 0;
        status = read_once(reader, reader->data + reader->end,
                           sizeof reader->data - reader->end, &got, diag);
        reader->end += got;
    }
    return status;
}

enum ki_status ki_reader_drain(struct ki_list_reader *reader, struct ki_diag *diag)
{
    enum ki_status status = KI_OK;
    while (status == KI_OK && !reader->is_last) {
        reader->first = reader->end;
        status = ki_reader_fill(reader, 1, diag);
    }
    reader->first = reader->end;
    return status;
}
