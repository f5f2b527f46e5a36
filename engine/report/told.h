/* SPDX-License-Identifier: Apache-2.0 */
/* Reading back what scans and the audit log say of matches: lines of NDJSON with a
 * "verdict", or with "type":"match". */
#ifndef KI_REPORT_TOLD_H
#define KI_REPORT_TOLD_H

#include "match/replay.h"

enum ki_told_kind {
    KI_TOLD_BAD = 0, /* no such line, or it contradicts itself */
    KI_TOLD_OTHER,   /* one that tells no match */
    KI_TOLD_SCAN,
    KI_TOLD_AUDIT /* tells neither path nor size */
};

struct ki_told_line {
    enum ki_told_kind kind;
    struct ki_told told; /* of KI_TOLD_SCAN and KI_TOLD_AUDIT */
    const char *path;    /* terminated; NULL: not told */
    bool has_nbytes;
    uint64_t nbytes; /* of the picture's file */
    bool has_fidelity;
    enum ki_fidelity fidelity;
    void *object; /* what strings stand in: of jansson, */
    char *bytes;  /* and those that were not UTF-8 */
};

/* text without its newline. Free with ki_told_free whatever the kind. KI_ERR_NO_MEMORY.
 */
KI_MUST_CHECK enum ki_status ki_told_parse(const char *text, size_t nbytes,
                                           struct ki_told_line *out);
void ki_told_free(struct ki_told_line *line);

#endif
