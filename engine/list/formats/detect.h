/* SPDX-License-Identifier: Apache-2.0 */
/* Which format a list file has, told from how it begins. */
#ifndef KI_LIST_FORMATS_DETECT_H
#define KI_LIST_FORMATS_DETECT_H

#include <stdbool.h>
#include <stddef.h>

#include <knownimage/status.h>

#include "list/formats/format.h"

enum { KI_DETECT_NBYTES = 65536, KI_DETECT_NLINES = 100 };

struct ki_detected {
    const struct ki_list_format *format;
    bool is_64_sha256; /* as in struct ki_list_parser */
    bool is_nothing;   /* blank lines and comments at most, which any format reads */
};

/* data: the first KI_DETECT_NBYTES bytes of the file, or all of it (is_whole). kind: an
 * enum ki_kind that the caller has stated for lines that do not say, or -1. Without
 * it, whether 64 hex digits are a PDQ hash or a SHA-256 is never guessed.
 * Errors: KI_ERR_FORMAT, its message tells what was seen and what to state. */
enum ki_status ki_list_detect(const char *data, size_t nbytes, bool is_whole, int kind,
                              struct ki_detected *out, struct ki_diag *diag);

/* The format of a file that is no list of lines: JSON, XML, a database, a binary hash
 * set. NULL if it is none of ours; then *seen is what it looks like, as in "a PDF
 * document", or NULL if nothing is known by its first bytes, as of lines. */
const struct ki_list_format *ki_foreign_format(const char *data, size_t nbytes,
                                               const char **seen);

/* The format of a table whose header is not for the format csv; NULL if it is none. */
const struct ki_list_format *ki_foreign_table(struct ki_span header);

#endif
