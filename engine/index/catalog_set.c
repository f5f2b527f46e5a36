/* SPDX-License-Identifier: Apache-2.0 */
/* Replacing entries of the catalog. */
#include <string.h>

#include "index/catalog_private.h"
#include "index/record.h"

struct comparison {
    const struct ki_entry *entry; /* as it is to be */
    bool exists;
    bool has_same_hashes;
    bool is_same;
    unsigned doubts;   /* of the old one that stay if the hashes do */
    uint32_t added_by; /* the old one */
};

static bool holds(const struct ki_entry *entry, const struct ki_hash *hash)
{
    for (size_t i = 0; i < entry->nhashes; i++) {
        const struct ki_hash *other = &entry->hashes[i];
        if (other->kind == hash->kind &&
            memcmp(other->bytes, hash->bytes, sizeof hash->bytes) == 0) {
            return true;
        }
    }
    return false;
}

static bool holds_all(const struct ki_entry *entry, const struct ki_entry *other)
{
    for (size_t i = 0; i < other->nhashes; i++) {
        if (!holds(entry, &other->hashes[i])) {
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
    /* An entry holds no hash twice: more of them cannot be the same. */
    comparison->has_same_hashes = old->nhashes <= entry->nhashes &&
                                  holds_all(entry, old) && holds_all(old, entry);
    comparison->doubts = comparison->has_same_hashes ? old->doubts : 0;
    comparison->added_by = old->from.added_by;
    comparison->is_same = comparison->has_same_hashes && has_same_labels(old, entry) &&
                          (entry->doubts & ~old->doubts) == 0;
    return KI_OK;
}

enum ki_status ki_txn_entry_set(struct ki_txn *txn, uint32_t list_id,
                                const struct ki_entry *entry,
                                enum ki_entry_change *change, struct ki_diag *diag)
{
    struct comparison comparison = {.entry = entry};
    uint8_t key[KI_ENTRY_KEY_NBYTES];
    size_t nbytes = ki_entry_key(list_id, entry->id, entry->id_nbytes, key);
    enum ki_status status =
        ki_txn_entry_visit(txn, key, nbytes, compare, &comparison, diag);
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
