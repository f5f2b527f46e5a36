/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the signer of an update says of it, in the trusted comment of its signature:
 *
 *     list=NAME serial=N expires=2026-12-31T00:00:00Z
 *
 * in any order, parted by blanks or tabs, among other words, which mean nothing here.
 * Each stands there once at most. Serial numbers are 1 … 2^53 - 1, so that any JSON
 * reader has them exact; points in time are written like this one and not otherwise.
 */
#ifndef KI_LIST_UPDATE_H
#define KI_LIST_UPDATE_H

#include <stdbool.h>
#include <stdint.h>

#include <knownimage/index.h>

#include "list/formats/span.h"

#define KI_UPDATE_SERIAL_MAX ((UINT64_C(1) << 53) - 1)

/* Before this, 2026-01-01, no clock can be right: this program was not written yet. */
#define KI_UPDATE_CLOCK_MIN INT64_C(1767225600)

enum { KI_UPDATE_TEXT_NBYTES = 160 }; /* of the three words, with terminator */

struct ki_update {
    char list[KI_LIST_NAME_NBYTES]; /* "": not told */
    uint64_t serial;                /* 0: not told */
    int64_t expires;                /* seconds since 1970; 0: not told */
};

/* False, with *out untouched, for what is none. */
bool ki_update_read_list(struct ki_span text, char out[KI_LIST_NAME_NBYTES]);
bool ki_update_read_serial(struct ki_span text, uint64_t *out);
bool ki_update_read_time(struct ki_span text, int64_t *out);

/* Whatever of the three a comment tells. KI_ERR_REFUSED if one of them is malformed or
 * is told twice. */
enum ki_status ki_update_read(const char *comment, struct ki_update *out,
                              struct ki_diag *diag);

/* The three words of an update that tells all three. */
void ki_update_write(const struct ki_update *update, char out[KI_UPDATE_TEXT_NBYTES]);

/* Whether a list may take an update with that SHA-256, now (seconds since 1970):
 * KI_ERR_REFUSED if it does not tell all, is another list's, has expired, or has a
 * serial number that the list has gone past. *is_known: it is the very one that the
 * list took last. */
enum ki_status ki_update_check(const struct ki_update *update,
                               const struct ki_list_info *list,
                               const uint8_t sha256[KI_LIST_DIGEST_NBYTES], int64_t now,
                               bool *is_known, struct ki_diag *diag);

#endif
