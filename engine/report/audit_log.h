/* SPDX-License-Identifier: Apache-2.0 */
/* A log that is open to be written. Internal to audit_*.c. */
#ifndef KI_REPORT_AUDIT_LOG_H
#define KI_REPORT_AUDIT_LOG_H

#include <knownimage/audit.h>

#include "report/audit_files.h"

struct ki_audit {
    char folder[KI_PATH_NBYTES];
    struct ki_audit_config config;
    struct ki_secret_key key;
    struct ki_sha256 *hasher;
    struct ki_audit_mark mark; /* all that was read or written */
    uint64_t covered;          /* by the last checkpoint this process made */
    bool has_written;
    char **bodies; /* entries without the prefix, not yet written */
    size_t nbodies;
    size_t capacity;
};

/* Takes over body, an entry from its "type" to its last brace; freed on errors too. */
enum ki_status ki_audit_add(struct ki_audit *audit, char *body);

/* An entry "policy"; ki_audit_take_line reads it. */
KI_MUST_CHECK enum ki_status ki_audit_add_policy(struct ki_audit *audit,
                                                 const char *old, const char *new);

/* Reads what others have written and cuts what a crash left; under the lock. */
enum ki_status ki_audit_catch_up(struct ki_audit *audit, struct ki_diag *diag);
/* Writes what is pending; under the lock, after catching up. */
enum ki_status ki_audit_write_pending(struct ki_audit *audit, struct ki_diag *diag);
enum ki_status ki_audit_sign(struct ki_audit *audit,
                             char text[KI_AUDIT_CHECKPOINT_NBYTES],
                             struct ki_diag *diag);
enum ki_status ki_audit_lock(const struct ki_audit *audit, int *lock,
                             struct ki_diag *diag);

#endif
