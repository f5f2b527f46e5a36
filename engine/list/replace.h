/* SPDX-License-Identifier: Apache-2.0 */
/* Making a list what a file says it is. */
#ifndef KI_LIST_REPLACE_H
#define KI_LIST_REPLACE_H

#include <stddef.h>

#include "index/catalog.h"
#include "list/staging.h"

/* All records of one id together: an entry with the hashes of all, and of the rest what
 * came last. Zero-initialise; free with ki_union_free. */
struct ki_union {
    struct ki_entry entry; /* its pointers are those of the last record, and hashes */
    struct ki_hash *hashes;
    size_t nhashes;
    size_t capacity;
};

/* Adds a record; with the last one of its id the union is whole, and entry holds it
 * until the next is added. False if there is no memory. */
bool ki_union_add(struct ki_union *all, const struct ki_staged *staged);
void ki_union_free(struct ki_union *all);

/* Removes the entries of the list that the staged records, sorted, do not name. */
enum ki_status ki_replace_remove(struct ki_txn *txn, uint32_t list_id,
                                 const struct ki_staging *staging, const char *folder,
                                 uint64_t *nremoved, struct ki_diag *diag);

#endif
