/* SPDX-License-Identifier: Apache-2.0 */
/* Adding to an audit log, together with other processes. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/diag.h"
#include "report/audit_log.h"

enum {
    CHECKPOINT_ENTRIES = 1000,
    FILE_NBYTES = 16 * 1024 * 1024 /* after which the next file is begun */
};

/* The longest time in one file: what is dropped by age goes by whole files. */
#define FILE_TIME_US (UINT64_C(30) * 24 * 3600 * 1000000)

static uint64_t now_us(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_REALTIME, &now);
    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

size_t ki_audit_npending(const struct ki_audit *audit)
{
    return audit->nbodies;
}

static enum ki_status open_file(const struct ki_audit *audit, int *fd,
                                struct ki_diag *diag)
{
    char path[KI_PATH_NBYTES];
    ki_audit_file_path(audit->folder, audit->mark.file, path);
    *fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    return *fd >= 0 ? KI_OK : ki_diag_errno(diag, errno, "cannot open %s", path);
}

/* A torn line was never acknowledged: what is acknowledged was synced with its newline.
 * It goes, and the log says that it did. */
static enum ki_status cut_torn(struct ki_audit *audit, uint64_t nbytes,
                               struct ki_diag *diag)
{
    char *body = NULL;
    int fd;
    if (asprintf(&body, "\"type\":\"recovered\",\"cut_bytes\":%" PRIu64 "}", nbytes) <
        0) {
        return ki_diag_set(diag, KI_ERR_NO_MEMORY, "no memory for the audit log");
    }
    enum ki_status status = ki_audit_add(audit, body);
    if (status == KI_OK) {
        status = open_file(audit, &fd, diag);
    }
    if (status != KI_OK) {
        return status;
    }
    /* It stands before what is pending: that was added later. */
    body = audit->bodies[audit->nbodies - 1];
    memmove(audit->bodies + 1, audit->bodies,
            (audit->nbodies - 1) * sizeof *audit->bodies);
    audit->bodies[0] = body;
    if (ftruncate(fd, (off_t)audit->mark.offset) != 0 || fsync(fd) != 0) {
        status = ki_diag_errno(diag, errno, "cannot cut the torn end of the audit log");
    }
    (void)close(fd);
    return status;
}

/* No file may be shorter than what was read of it. */
static enum ki_status check_length(const struct ki_audit *audit, uint64_t nbytes_left,
                                   struct ki_diag *diag)
{
    char path[KI_PATH_NBYTES];
    struct stat info;
    ki_audit_file_path(audit->folder, audit->mark.file, path);
    uint64_t nbytes = 0;
    if (stat(path, &info) == 0) {
        nbytes = (uint64_t)info.st_size;
    } else if (errno != ENOENT) {
        return ki_diag_errno(diag, errno, "cannot stat %s", path);
    }
    return nbytes == audit->mark.offset + nbytes_left
               ? KI_OK
               : ki_diag_set(diag, KI_ERR_DAMAGED,
                             "%s does not hold what was written to it", path);
}

enum ki_status ki_audit_catch_up(struct ki_audit *audit, struct ki_diag *diag)
{
    const struct ki_audit_walk walk = {.limit = UINT64_MAX};
    uint64_t nbytes_left;
    enum ki_status status = ki_audit_walk(audit->folder, &audit->mark, audit->hasher,
                                          &walk, &nbytes_left, diag);
    if (status == KI_OK) {
        status = check_length(audit, nbytes_left, diag);
    }
    return status == KI_OK && nbytes_left > 0 ? cut_torn(audit, nbytes_left, diag)
                                              : status;
}

/* Lines of what is pending; *after is the mark behind them. */
static enum ki_status format_lines(struct ki_audit *audit, struct ki_audit_mark *after,
                                   char **text, size_t *nbytes, struct ki_diag *diag)
{
    char prefix[KI_AUDIT_PREFIX_NBYTES];
    *text = NULL;
    *nbytes = 0;
    FILE *stream = open_memstream(text, nbytes);
    bool is_good = stream != NULL;
    for (size_t i = 0; is_good && i < audit->nbodies; i++) {
        size_t begin = *nbytes;
        size_t nprefix =
            ki_audit_prefix(prefix, after->tree.size, after->last, now_us());
        is_good = fwrite(prefix, 1, nprefix, stream) == nprefix &&
                  fputs(audit->bodies[i], stream) >= 0 && putc('\n', stream) == '\n' &&
                  fflush(stream) == 0 &&
                  !ki_audit_take_line(after, audit->hasher, *text + begin,
                                      *nbytes - begin - 1);
    }
    if (stream && fclose(stream) != 0) {
        is_good = false;
    }
    if (!is_good) {
        free(*text);
        (void)ki_diag_set(diag, KI_ERR_NO_MEMORY, "no memory for the audit log");
        return KI_ERR_NO_MEMORY;
    }
    return KI_OK;
}

/* Entries that cannot be made durable must not stand there as if they were. */
static enum ki_status write_lines(const struct ki_audit *audit, const char *text,
                                  size_t nbytes, struct ki_diag *diag)
{
    int fd;
    enum ki_status status = open_file(audit, &fd, diag);
    if (status != KI_OK) {
        return status;
    }
    if (ki_write_all_at(fd, text, nbytes, audit->mark.offset) != 0 ||
        fdatasync(fd) != 0) {
        status = ki_diag_errno(diag, errno, "cannot write the audit log");
        if (ftruncate(fd, (off_t)audit->mark.offset) != 0) {
            status = KI_ERR_IO; /* the next writer finds them whole or cuts them */
        }
    }
    (void)close(fd);
    if (status == KI_OK && audit->mark.offset == 0) {
        status = ki_folder_sync(audit->folder, diag);
    }
    return status;
}

static void begin_file_if_due(struct ki_audit_mark *mark)
{
    bool is_old =
        mark->file_time_us > 0 && now_us() > mark->file_time_us + FILE_TIME_US;
    if (mark->offset > 0 && (mark->offset >= FILE_NBYTES || is_old)) {
        mark->file = mark->tree.size;
        mark->offset = 0;
        mark->file_time_us = 0;
    }
}

enum ki_status ki_audit_write_pending(struct ki_audit *audit, struct ki_diag *diag)
{
    char *text;
    size_t nbytes;
    if (audit->nbodies == 0) {
        return KI_OK;
    }
    const struct ki_audit_mark before = audit->mark;
    begin_file_if_due(&audit->mark);
    struct ki_audit_mark after = audit->mark;
    enum ki_status status = format_lines(audit, &after, &text, &nbytes, diag);
    if (status == KI_OK) {
        status = write_lines(audit, text, nbytes, diag);
        free(text);
    }
    if (status != KI_OK) {
        audit->mark = before; /* another process may still go on in that file */
        return status;
    }
    audit->mark = after;
    audit->has_written = true;
    for (size_t i = 0; i < audit->nbodies; i++) {
        free(audit->bodies[i]);
    }
    audit->nbodies = 0;
    return KI_OK;
}

enum ki_status ki_audit_sign(struct ki_audit *audit,
                             char text[KI_AUDIT_CHECKPOINT_NBYTES],
                             struct ki_diag *diag)
{
    char unsigned_text[KI_NOTE_NBYTES];
    uint8_t root[KI_SHA256_NBYTES];
    ki_tree_root(&audit->mark.tree, audit->hasher, root);
    ki_audit_checkpoint_text(audit->config.origin, audit->mark.tree.size, root,
                             unsigned_text);
    enum ki_status status =
        ki_note_sign(&audit->key, audit->config.origin, unsigned_text, text, diag);
    if (status == KI_OK) {
        status = ki_audit_replace(audit->folder, "checkpoint", text, diag);
    }
    if (status == KI_OK) {
        status = ki_audit_mark_write(audit->folder, "state.json", &audit->mark, diag);
    }
    if (status == KI_OK) {
        audit->covered = audit->mark.tree.size;
    }
    return status;
}

static enum ki_status commit_locked(struct ki_audit *audit, struct ki_diag *diag)
{
    char text[KI_AUDIT_CHECKPOINT_NBYTES];
    enum ki_status status = ki_audit_catch_up(audit, diag);
    uint64_t before = audit->mark.tree.size;
    if (status == KI_OK) {
        status = ki_audit_write_pending(audit, diag);
    }
    bool is_due =
        before / CHECKPOINT_ENTRIES != audit->mark.tree.size / CHECKPOINT_ENTRIES;
    return status == KI_OK && is_due ? ki_audit_sign(audit, text, diag) : status;
}

enum ki_status ki_audit_commit(struct ki_audit *audit, struct ki_diag *diag)
{
    int lock;
    if (audit->nbodies == 0) {
        return KI_OK;
    }
    enum ki_status status = ki_audit_lock(audit, &lock, diag);
    if (status == KI_OK) {
        status = commit_locked(audit, diag);
        (void)close(lock);
    }
    return status;
}

static enum ki_status note_policy_locked(struct ki_audit *audit, const char *version,
                                         struct ki_diag *diag)
{
    enum ki_status status = ki_audit_catch_up(audit, diag);
    char last[KI_POLICY_VERSION_NBYTES];
    (void)snprintf(last, sizeof last, "%s",
                   audit->mark.policy[0] ? audit->mark.policy
                                         : ki_policy_version(NULL));
    if (status != KI_OK || strcmp(last, version) == 0) {
        return status;
    }
    status = ki_audit_add_policy(audit, last, version);
    return status == KI_OK ? ki_audit_write_pending(audit, diag) : status;
}

enum ki_status ki_audit_note_policy(struct ki_audit *audit, const char *version,
                                    struct ki_diag *diag)
{
    int lock;
    enum ki_status status = ki_audit_lock(audit, &lock, diag);
    if (status == KI_OK) {
        status = note_policy_locked(audit, version, diag);
        (void)close(lock);
    }
    return status;
}

enum ki_status ki_audit_checkpoint(struct ki_audit *audit,
                                   char text[KI_AUDIT_CHECKPOINT_NBYTES],
                                   struct ki_diag *diag)
{
    int lock;
    enum ki_status status = ki_audit_lock(audit, &lock, diag);
    if (status != KI_OK) {
        return status;
    }
    status = ki_audit_catch_up(audit, diag);
    if (status == KI_OK) {
        status = ki_audit_write_pending(audit, diag);
    }
    if (status == KI_OK) {
        status = ki_audit_sign(audit, text, diag);
    }
    (void)close(lock);
    return status;
}
