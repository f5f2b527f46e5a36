/* SPDX-License-Identifier: Apache-2.0 */
/* Replacing entries of the catalog. */
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/hash_order.h"
#include "index/catalog_private.h"
#include "index/record.h"

struct comparison {
    const struct ki_entry *entry; /* as it is to be */
    struct ki_hash *hashes;       /* its hashes, as a set */
    size_t nhashes;
    bool exists;
    bool has_same_hashes;
    bool is_same;
    unsigned doubts;   /* of the old one that stay if the hashes do */
    uint32_t added_by; /* the old one */
};

/* An entry holds no hash twice: as many, all of them in the set, are the same. */
static bool has_same_hashes(const struct comparison *comparison,
                            const struct ki_entry *old)
{
    if (old->nhashes != comparison->nhashes) {
        return false;
    }
    for (size_t i = 0; i < old->nhashes; i++) {
        if (!ki_hashes_hold(comparison->hashes, comparison->nhashes, &old->hashes[i])) {
            return false;
        }
    }
    return true;
}

static bool has_same_labels(const struct ki_entry *a, const struct ki_entry *b)
{
    return strcmp(a->category_scheme, b->category_scheme) == 0 &&
           strcmp(a->category_code, b->category_code) == 0 &&
           strcmp(a->from.member, b->from.member) == 0 &&
           a->from.updated == b->from.updated &&
           a->from.nvotes_for == b->from.nvotes_for &&
           a->from.nvotes_against == b->from.nvotes_against;
}

static enum ki_status compare(void *context, uint32_t list_id,
                              const struct ki_entry *old)
{
    struct comparison *comparison = context;
    const struct ki_entry *entry = comparison->entry;
    (void)list_id;
    comparison->exists = true;
    comparison->has_same_hashes = has_same_hashes(comparison, old);
    comparison->doubts = comparison->has_same_hashes ? old->doubts : 0;
    comparison->added_by = old->from.added_by;
    comparison->is_same = comparison->has_same_hashes && has_same_labels(old, entry) &&
                          (entry->doubts & ~old->doubts) == 0;
    return KI_OK;
}

/* Whether there is such an entry, and what is different. */
static enum ki_status compare_with_old(struct ki_txn *txn, uint32_t list_id,
                                       const struct ki_entry *entry,
                                       struct comparison *comparison,
                                       struct ki_diag *diag)
{
    uint8_t key[KI_ENTRY_KEY_NBYTES];
    size_t nbytes = ki_entry_key(list_id, entry->id, entry->id_nbytes, key);
    *comparison = (struct comparison){.entry = entry};
    comparison->hashes = calloc(entry->nhashes + 1, sizeof *comparison->hashes);
    if (!comparison->hashes) {
        return ki_diag_set(diag, KI_ERR_NO_MEMORY, "no memory for an entry");
    }
    if (entry->nhashes > 0) {
        memcpy(comparison->hashes, entry->hashes,
               entry->nhashes * sizeof *comparison->hashes);
    }
    comparison->nhashes = ki_hashes_make_set(comparison->hashes, entry->nhashes);
    enum ki_status status =
        ki_txn_entry_visit(txn, key, nbytes, compare, comparison, diag);
    free(comparison->hashes);
    comparison->hashes = NULL;
    return status;
}

enum ki_status ki_txn_entry_set(struct ki_txn *txn, uint32_t list_id,
                                const struct ki_entry *entry,
                                enum ki_entry_change *change, struct ki_diag *diag)
{
    struct comparison comparison;
    enum ki_status status = compare_with_old(txn, list_id, entry, &comparison, diag);
    if (status != KI_OK || comparison.is_same) {
        *change = KI_ENTRY_UNCHANGED;
        return status;
    }
    if (comparison.exists) {
        bool existed = false;
        status = ki_txn_entry_remove(txn, list_id, entry->id, entry->id_nbytes,
                                     &existed, diag);
    }
    if (status == KI_OK) {
        struct ki_entry fresh = *entry;
        fresh.doubts |= comparison.doubts;
        fresh.from.added_by = comparison.added_by;
        status = ki_txn_entry_add(txn, list_id, &fresh, change, diag);
    }
    if (status == KI_OK && comparison.exists) {
        *change = KI_ENTRY_UPDATED;
    }
    return status;
}
