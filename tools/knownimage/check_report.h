/* SPDX-License-Identifier: Apache-2.0 */
/* What a check of a list found, as one object of JSON or as text. */
#ifndef KI_KNOWNIMAGE_CHECK_REPORT_H
#define KI_KNOWNIMAGE_CHECK_REPORT_H

#include <knownimage/list.h>

#include "knownimage/benign.h"

struct suspect {
    struct ki_suspect found;
    char *entry; /* its id, owned; what found points to */
};

struct suspects {
    struct suspect *items;
    size_t nitems;
    size_t capacity;
    bool has_memory; /* none was left out for want of it */
};
/* From none, with has_memory set. */
void suspects_add(struct suspects *suspects, const struct ki_suspect *suspect);
void suspects_free(struct suspects *suspects);

struct check_report {
    const char *list;
    const char *benign;       /* list or path; NULL if nothing was compared with */
    const struct benign *own; /* pictures, or NULL */
    uint32_t most_neighbours;
    bool is_quarantine;
    struct ki_check_result result;
    struct suspects suspects;
};

void check_report_json(const struct check_report *report);
void check_report_text(const struct check_report *report);

#endif
