/* SPDX-License-Identifier: Apache-2.0 */
/* Copies of what is imported, in nameless files of the index folder. */
#include "base/diag.h"
#include "list/import.h"

enum ki_status ki_import_spool_failed(struct ki_import *import, int error)
{
    return ki_diag_errno(import->diag, error, "cannot write a temporary file");
}

enum ki_status ki_import_copy(struct ki_import *import, struct ki_spool *out,
                              uint64_t limit_nbytes, struct ki_prehash *prehash)
{
    struct ki_list_reader *reader = &import->reader;
    enum ki_status status = KI_OK;
    while (status == KI_OK && !reader->is_last && out->nbytes <= limit_nbytes) {
        status = ki_reader_fill(reader, 1, import->diag);
        const char *data = reader->data + reader->first;
        size_t nbytes = reader->end - reader->first;
        reader->first = reader->end;
        int result = status == KI_OK ? ki_spool_append(out, data, nbytes) : 0;
        if (result != 0) {
            return ki_import_spool_failed(import, result);
        }
        if (prehash && status == KI_OK) {
            ki_prehash_add(prehash, data, nbytes);
        }
        if (status == KI_OK) {
            status = ki_import_poll(import);
        }
    }
    return status;
}

enum ki_status ki_import_turn_to(struct ki_import *import, struct ki_spool *spool)
{
    int fd = -1;
    int result = ki_spool_rewind(spool, &fd);
    if (result != 0) {
        return ki_import_spool_failed(import, result);
    }
    ki_reader_begin(&import->reader, fd);
    return KI_OK;
}
