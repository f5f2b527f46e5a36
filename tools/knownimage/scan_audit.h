/* SPDX-License-Identifier: Apache-2.0 */
/* Results of a scan wait until the audit log tells the matches among them. */
#ifndef KI_KNOWNIMAGE_SCAN_AUDIT_H
#define KI_KNOWNIMAGE_SCAN_AUDIT_H

#include <stdbool.h>
#include <stdio.h>

#include <knownimage/audit.h>

struct scan_audit;

/* *out is NULL if the index has no log. False after a message. */
bool scan_audit_begin(const char *folder, const struct ki_index *index,
                      const struct ki_scan_options *options, struct scan_audit **out);

/* Where to write the next result; then pass it. Results leave for stdout in their
 * order, and not before every match so far is durable: after at most 64 of them or 10
 * ms. */
FILE *scan_audit_lock(struct scan_audit *audit);
void scan_audit_unlock(struct scan_audit *audit, const struct ki_result *result);

/* False once entries could not be made durable: their results are not printed. */
bool scan_audit_is_good(struct scan_audit *audit);

/* Lets the rest out and frees; NULL is allowed. False after a message. */
bool scan_audit_end(struct scan_audit *audit);

#endif
