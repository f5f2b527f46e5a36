/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Results as text. A format is one file and one line of the table in report.c.
 * Write errors stay in the stream (ferror); the caller asks for them.
 */
#ifndef KI_REPORT_REPORT_H
#define KI_REPORT_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include <knownimage/match.h>

/* How the results of a scan are written. begin and end are called once each; they are
 * never NULL. The hash of the picture itself is not printed by any format. */
struct ki_report_format {
    const char *name;
    void (*begin)(FILE *out);
    void (*result)(FILE *out, const char *path, const struct ki_result *result);
    void (*end)(FILE *out);
};

extern const struct ki_report_format ki_report_ndjson;
extern const struct ki_report_format ki_report_text;
extern const struct ki_report_format ki_report_csv;

/* The formats i = 0, 1, …, then NULL; the first is the default. */
const struct ki_report_format *ki_report_format_at(size_t i);
const struct ki_report_format *ki_report_format_find(const char *name); /* or NULL */

/* begin or end of formats that have none. */
void ki_report_nothing(FILE *out);

/* The hit to show if only one can be: the first that made the match, or the first at
 * all if none did; NULL if there is none. */
const struct ki_hit *ki_report_best_hit(const struct ki_result *result);

/* The causes of a demotion, parted by the separator; nothing if there is none. */
void ki_report_demoted(FILE *out, const struct ki_result *result, char separator);

/* The line of one lookup. query is what was asked, as text of any bytes. */
struct ki_report_lookup {
    const char *query;
    size_t query_nbytes;
    enum ki_verdict verdict;
    const char *reason; /* NULL unless not examined */
    const struct ki_hit *hits;
    size_t nhits;
    const char *policy; /* its version */
};
void ki_report_lookup_line(FILE *out, const struct ki_report_lookup *lookup);

/* The line of the hashes of one file: what options asked for, null where it could not
 * be computed. is_degraded: as in struct ki_result. */
void ki_report_hash_line(FILE *out, const char *path, const struct ki_hashes *hashes,
                         const struct ki_hash_options *options, bool is_degraded);

#endif
