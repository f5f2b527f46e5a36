/* SPDX-License-Identifier: Apache-2.0 */
#include "list/reader.h"

#include <assert.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/diag.h"

static enum ki_status read_once(struct ki_list_reader *reader, struct ki_diag *diag)
{
    size_t room = sizeof reader->data - reader->end;
    ssize_t got = read(reader->fd, reader->data + reader->end, room);
    if (got > 0) {
        reader->end += (size_t)got;
        return KI_OK;
    }
    if (got == 0) {
        reader->is_last = true;
        return KI_OK;
    }
    if (errno != EINTR) {
        return ki_diag_errno(diag, errno, "cannot read the list file");
    }
    if (reader->is_stopped && reader->is_stopped(reader->context)) {
        return ki_diag_set(diag, KI_ERR_INTERRUPTED, "import stopped");
    }
    return KI_OK;
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
        status = read_once(reader, diag);
    }
    return status;
}
