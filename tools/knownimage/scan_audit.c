/* SPDX-License-Identifier: Apache-2.0 */
#include "knownimage/scan_audit.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "common/message.h"
#include "knownimage/audited.h"

enum { WAIT_NS = 10 * 1000 * 1000 };

struct scan_audit {
    struct ki_audit *log;
    char id[KI_AUDIT_SCAN_ID_NBYTES];
    pthread_mutex_t mutex;
    pthread_cond_t has_work;
    pthread_t flusher;
    char *text; /* results that wait */
    size_t nbytes;
    FILE *waiting;
    enum ki_status status;
    struct ki_diag diag;
    bool is_over;
};

/* Under the mutex. What could not be told is not said either. */
static void let_out(struct scan_audit *audit)
{
    if (audit->status == KI_OK) {
        audit->status = ki_audit_commit(audit->log, &audit->diag);
    }
    if (fflush(audit->waiting) != 0 && audit->status == KI_OK) {
        audit->status = KI_ERR_NO_MEMORY;
    }
    if (audit->status == KI_OK) {
        (void)fwrite(audit->text, 1, audit->nbytes, stdout);
        (void)fflush(stdout);
        rewind(audit->waiting);
    }
}

static void *flush_now_and_then(void *context)
{
    struct scan_audit *audit = context;
    const struct timespec pause = {.tv_nsec = WAIT_NS};
    (void)pthread_mutex_lock(&audit->mutex);
    while (!audit->is_over) {
        if (ki_audit_npending(audit->log) == 0 || audit->status != KI_OK) {
            (void)pthread_cond_wait(&audit->has_work, &audit->mutex);
            continue;
        }
        (void)pthread_mutex_unlock(&audit->mutex);
        (void)nanosleep(&pause, NULL);
        (void)pthread_mutex_lock(&audit->mutex);
        if (ki_audit_npending(audit->log) > 0) {
            let_out(audit);
        }
    }
    (void)pthread_mutex_unlock(&audit->mutex);
    return NULL;
}

static bool start(struct scan_audit *audit)
{
    (void)pthread_mutex_init(&audit->mutex, NULL);
    (void)pthread_cond_init(&audit->has_work, NULL);
    audit->waiting = open_memstream(&audit->text, &audit->nbytes);
    return audit->waiting &&
           pthread_create(&audit->flusher, NULL, flush_now_and_then, audit) == 0;
}

bool scan_audit_begin(const char *folder, const struct ki_index *index,
                      const struct ki_scan_options *options, struct scan_audit **out)
{
    struct ki_audit *log;
    struct ki_diag diag = {0};
    *out = NULL;
    if (!audited_open(folder, &log) || !log) {
        return !ki_audit_is_enabled(folder);
    }
    struct scan_audit *audit = calloc(1, sizeof *audit);
    enum ki_status status = audit ? KI_OK : KI_ERR_NO_MEMORY;
    if (status == KI_OK) {
        audit->log = log;
        status = ki_audit_note_policy(log, ki_policy_version(options->policy), &diag);
    }
    if (status == KI_OK) {
        status = ki_audit_add_scan(log, index, options, audit->id);
    }
    if (status == KI_OK) {
        status = ki_audit_commit(log, &diag);
    }
    if (status == KI_OK && !start(audit)) {
        status = KI_ERR_NO_MEMORY;
    }
    if (status == KI_OK) {
        *out = audit;
        return true;
    }
    message_status(status, &diag);
    audited_drop(log);
    if (audit && audit->waiting) {
        (void)fclose(audit->waiting);
        free(audit->text);
    }
    free(audit);
    return false;
}

FILE *scan_audit_lock(struct scan_audit *audit)
{
    (void)pthread_mutex_lock(&audit->mutex);
    return audit->waiting;
}

void scan_audit_unlock(struct scan_audit *audit, const struct ki_result *result)
{
    if (result->verdict == KI_VERDICT_MATCH && audit->status == KI_OK) {
        audit->status = ki_audit_add_match(audit->log, audit->id, result);
    }
    size_t npending = ki_audit_npending(audit->log);
    if (npending == 0 || npending >= KI_AUDIT_GROUP) {
        let_out(audit);
    } else {
        (void)pthread_cond_signal(&audit->has_work);
    }
    (void)pthread_mutex_unlock(&audit->mutex);
}

bool scan_audit_is_good(struct scan_audit *audit)
{
    (void)pthread_mutex_lock(&audit->mutex);
    bool is_good = audit->status == KI_OK;
    (void)pthread_mutex_unlock(&audit->mutex);
    return is_good;
}

bool scan_audit_end(struct scan_audit *audit)
{
    if (!audit) {
        return true;
    }
    (void)pthread_mutex_lock(&audit->mutex);
    let_out(audit);
    audit->is_over = true;
    (void)pthread_cond_signal(&audit->has_work);
    (void)pthread_mutex_unlock(&audit->mutex);
    (void)pthread_join(audit->flusher, NULL);
    enum ki_status status = audit->status;
    enum ki_status closed = ki_audit_close(audit->log, &audit->diag);
    if (status == KI_OK) {
        status = closed;
    }
    if (status != KI_OK) {
        message_status(status, &audit->diag);
        message("results that the audit log cannot tell are not printed");
    }
    (void)fclose(audit->waiting);
    free(audit->text);
    (void)pthread_cond_destroy(&audit->has_work);
    (void)pthread_mutex_destroy(&audit->mutex);
    free(audit);
    return status == KI_OK;
}
