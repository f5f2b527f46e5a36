/* SPDX-License-Identifier: Apache-2.0 */
/* Reading an audit log from one of its entries to the end. */
#include <inttypes.h>
#include <stdlib.h>

#include "base/diag.h"
#include "report/audit_files.h"

static enum ki_status tell_bad(const struct ki_audit_mark *mark, const char *what,
                               struct ki_diag *diag)
{
    return ki_diag_set(
        diag, KI_ERR_DAMAGED,
        "audit/%020" PRIu64 ".ndjson: byte %" PRIu64 ": line %" PRIu64 " %s",
        mark->file, mark->offset, mark->tree.size - mark->file + 1, what);
}

static enum ki_status walk_lines(struct ki_audit_reader *reader,
                                 struct ki_audit_mark *mark, struct ki_sha256 *hasher,
                                 const struct ki_audit_walk *walk,
                                 uint64_t *nbytes_left, struct ki_diag *diag)
{
    while (mark->tree.size < walk->limit) {
        const char *line;
        size_t nbytes;
        enum ki_status status = ki_audit_reader_next(reader, &line, &nbytes, diag);
        if (status == KI_ERR_LIMIT) {
            return tell_bad(mark, "is too long", diag);
        }
        if (status != KI_OK) {
            return status;
        }
        if (!line) {
            *nbytes_left = nbytes;
            return KI_OK;
        }
        const char *wrong = ki_audit_take_line(mark, hasher, line, nbytes);
        if (wrong) {
            return tell_bad(mark, wrong, diag);
        }
        if (walk->on_entry) {
            walk->on_entry(walk->context, mark);
        }
    }
    return KI_OK;
}

static enum ki_status walk_file(const char *folder, struct ki_audit_mark *mark,
                                struct ki_sha256 *hasher,
                                const struct ki_audit_walk *walk, uint64_t *nbytes_left,
                                struct ki_diag *diag)
{
    char path[KI_PATH_NBYTES];
    struct ki_audit_reader reader;
    ki_audit_file_path(folder, mark->file, path);
    enum ki_status status = ki_audit_reader_open(&reader, path, mark->offset, diag);
    if (status == KI_OK) {
        status = walk_lines(&reader, mark, hasher, walk, nbytes_left, diag);
        ki_audit_reader_close(&reader);
    }
    return status;
}

enum ki_status ki_audit_walk(const char *folder, struct ki_audit_mark *mark,
                             struct ki_sha256 *hasher, const struct ki_audit_walk *walk,
                             uint64_t *nbytes_left, struct ki_diag *diag)
{
    uint64_t *files = NULL;
    size_t nfiles = 0;
    enum ki_status status =
        ki_audit_list_files(folder, mark->file, &files, &nfiles, diag);
    *nbytes_left = 0;
    for (size_t i = 0; i < nfiles && status == KI_OK; i++) {
        if (files[i] != mark->file &&
            (*nbytes_left > 0 || files[i] != mark->tree.size)) {
            status =
                tell_bad(mark, "ends, and the next file does not go on there", diag);
            break;
        }
        if (files[i] != mark->file) {
            mark->file = files[i];
            mark->offset = 0;
            mark->file_time_us = 0;
        }
        status = walk_file(folder, mark, hasher, walk, nbytes_left, diag);
        if (mark->tree.size >= walk->limit) {
            break;
        }
    }
    free(files);
    if (status == KI_OK && !ki_sha256_is_good(hasher)) {
        status = ki_diag_set(diag, KI_ERR_UNSUPPORTED, "OpenSSL failed");
    }
    return status;
}
