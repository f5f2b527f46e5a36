/* SPDX-License-Identifier: Apache-2.0 */
/* Whether entries are in a generation, by their names: for those who check what was
 * said of it. No index is kept of that, so all of it is read, once for all questions.
 */
#ifndef KI_INDEX_ENTRIES_H
#define KI_INDEX_ENTRIES_H

#include <knownimage/index.h>

struct ki_entry_query {
    uint32_t list_id;
    const char *id; /* of the entry, terminated */
    bool is_found;  /* out */
    unsigned kinds; /* out: mask of enum ki_kind, of its hashes */
    /* Out, of one that is found; texts live as long as the index. */
    const char *category_scheme;
    const char *category_code;
    uint32_t nvotes_for;
    uint32_t nvotes_against;
};

/* Answers all queries, of which several may be the same. Memory is that of the queries.
 * Errors: KI_ERR_NO_MEMORY. */
KI_MUST_CHECK enum ki_status ki_index_find_entries(const struct ki_index *index,
                                                   struct ki_entry_query *queries,
                                                   size_t nqueries);

#endif
