/* SPDX-License-Identifier: Apache-2.0 */
/* Counting results, and telling the counts at the end. */
#ifndef KI_KNOWNIMAGE_SCAN_SUMMARY_H
#define KI_KNOWNIMAGE_SCAN_SUMMARY_H

#include <knownimage/scan.h>

/* Adds one result. */
void scan_summary_count(struct ki_scan_summary *sum, const struct ki_result *result);

/* Adds all counts of another summary. */
void scan_summary_add(struct ki_scan_summary *sum, const struct ki_scan_summary *more);

/* Tells it on stderr. */
void scan_summary_print(const struct ki_scan_summary *sum, double seconds);

#endif
