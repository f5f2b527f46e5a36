/* SPDX-License-Identifier: Apache-2.0 */
/* What commands tell the audit log, if the index has one. */
#ifndef KI_KNOWNIMAGE_AUDITED_H
#define KI_KNOWNIMAGE_AUDITED_H

#include <stdbool.h>

#include <knownimage/audit.h>

/* Opens the log; *out is NULL if it is not enabled. False after a message. */
bool audited_open(const char *folder, struct ki_audit **out);

/* The same, before anything is changed, and tells that it is about to be, so that
 * nothing is done, whatever becomes of this process, that the log does not show. list:
 * NULL if it is of none. */
bool audited_begin(const char *folder, const char *what, const char *list,
                   struct ki_audit **out);

/* It ended with an error: nothing was put in force. NULL is allowed. */
void audited_failed(struct ki_audit *audit, const char *what, const char *list);

/* Adds one entry, if there is a log, and closes it. False after a message: the change
 * is made, but not told. *audit becomes NULL. */
bool audited_import(struct ki_audit **audit, const char *list,
                    const struct ki_import_result *result);
bool audited_list(struct ki_audit **audit, const char *what,
                  const struct ki_list_info *info, uint64_t generation);
bool audited_removal(struct ki_audit **audit, const char *list, uint64_t nremoved,
                     uint64_t generation);
bool audited_release(struct ki_audit **audit, const char *list, uint64_t nreleased,
                     uint64_t generation);
bool audited_quarantine(struct ki_audit **audit, const char *list,
                        uint64_t nquarantined, uint64_t generation);
bool audited_publication(struct ki_audit **audit, const char *what,
                         uint64_t generation);

/* Closes a log that nothing was added to; NULL is allowed. */
void audited_drop(struct ki_audit *audit);

#endif
