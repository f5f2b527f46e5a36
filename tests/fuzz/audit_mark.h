/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KI_TESTS_FUZZ_AUDIT_MARK_H
#define KI_TESTS_FUZZ_AUDIT_MARK_H

#include <string.h>

#include "report/audit_files.h"

static inline bool is_same_mark(const struct ki_audit_mark *a,
                                const struct ki_audit_mark *b)
{
    return a->tree.size == b->tree.size && a->file == b->file &&
           a->offset == b->offset && a->file_time_us == b->file_time_us &&
           memcmp(a->last, b->last, sizeof a->last) == 0 &&
           strcmp(a->policy, b->policy) == 0 &&
           memcmp(a->tree.nodes, b->tree.nodes,
                  (size_t)ki_tree_nnodes(a->tree.size) * KI_SHA256_NBYTES) == 0;
}

#endif
