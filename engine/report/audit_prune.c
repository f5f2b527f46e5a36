/* SPDX-License-Identifier: Apache-2.0 */
/* Dropping the oldest files of an audit log. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/diag.h"
#include "report/audit_log.h"

/* All entries of a file are older than the first of the next. */
static enum ki_status find_cut(const struct ki_audit *audit,
                               const struct ki_audit_mark *base, uint64_t before_us,
                               uint64_t *cut, struct ki_diag *diag)
{
    uint64_t *files = NULL;
    size_t nfiles = 0;
    enum ki_status status =
        ki_audit_list_files(audit->folder, base->file, &files, &nfiles, diag);
    *cut = base->file;
    for (size_t i = 1; i < nfiles && status == KI_OK; i++) {
        struct ki_audit_mark mark = *base;
        const struct ki_audit_walk walk = {.limit = files[i] + 1};
        uint64_t nbytes_left;
        status = ki_audit_walk(audit->folder, &mark, audit->hasher, &walk, &nbytes_left,
                               diag);
        if (status != KI_OK || mark.file != files[i] || mark.file_time_us == 0 ||
            mark.file_time_us >= before_us) {
            break;
        }
        *cut = files[i];
    }
    free(files);
    return status;
}

static enum ki_status record(struct ki_audit *audit, const struct ki_audit_mark *base,
                             uint64_t nentries, struct ki_diag *diag)
{
    char *body = NULL;
    char text[KI_AUDIT_CHECKPOINT_NBYTES];
    if (asprintf(&body,
                 "\"type\":\"pruned\",\"entries\":%" PRIu64 ",\"first\":%" PRIu64 "}",
                 nentries, base->tree.size) < 0) {
        return ki_diag_set(diag, KI_ERR_NO_MEMORY, "no memory for the audit log");
    }
    enum ki_status status = ki_audit_add(audit, body);
    if (status == KI_OK) {
        status = ki_audit_write_pending(audit, diag);
    }
    return status == KI_OK ? ki_audit_sign(audit, text, diag) : status;
}

/* Also what an interrupted call has left. */
static enum ki_status remove_before(const char *folder, uint64_t first,
                                    struct ki_diag *diag)
{
    char path[KI_PATH_NBYTES];
    uint64_t *files = NULL;
    size_t nfiles = 0;
    enum ki_status status = ki_audit_list_files(folder, 0, &files, &nfiles, diag);
    for (size_t i = 0; i < nfiles && status == KI_OK && files[i] < first; i++) {
        ki_audit_file_path(folder, files[i], path);
        if (unlink(path) != 0) {
            status = ki_diag_errno(diag, errno, "cannot remove %s", path);
        }
    }
    free(files);
    return status;
}

/* The entry first, then what the rest begins with, then the files go: whatever ends
 * this early leaves a log that verifies. */
static enum ki_status prune_locked(struct ki_audit *audit, uint64_t before_us,
                                   uint64_t *nentries, struct ki_diag *diag)
{
    struct ki_audit_mark base;
    uint64_t nbytes_left;
    uint64_t cut;
    enum ki_status status = ki_audit_catch_up(audit, diag);
    if (status == KI_OK) {
        status = ki_audit_base_read(audit->folder, &base, diag);
    }
    if (status == KI_OK) {
        status = find_cut(audit, &base, before_us, &cut, diag);
    }
    if (status != KI_OK) {
        return status;
    }
    *nentries = cut - base.tree.size;
    if (*nentries > 0) {
        const struct ki_audit_walk walk = {.limit = cut};
        status = ki_audit_walk(audit->folder, &base, audit->hasher, &walk, &nbytes_left,
                               diag);
        base.file = cut;
        base.offset = 0;
        base.file_time_us = 0;
        if (status == KI_OK) {
            status = record(audit, &base, *nentries, diag);
        }
        if (status == KI_OK) {
            status = ki_audit_mark_write(audit->folder, "base.json", &base, diag);
        }
    }
    return status == KI_OK ? remove_before(audit->folder, cut, diag) : status;
}

enum ki_status ki_audit_prune(struct ki_audit *audit, uint64_t before_us,
                              uint64_t *nentries, struct ki_diag *diag)
{
    int lock;
    enum ki_status status = ki_audit_lock(audit, &lock, diag);
    if (status == KI_OK) {
        status = prune_locked(audit, before_us, nentries, diag);
        (void)close(lock);
    }
    return status;
}
