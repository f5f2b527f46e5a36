/* SPDX-License-Identifier: Apache-2.0 */
#include "list/replace.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/checked.h"
#include "base/diag.h"
#include "base/hash_order.h"
#include "index/spool.h"

bool ki_union_add(struct ki_union *all, const struct ki_staged *staged)
{
    const struct ki_entry *entry = &staged->entry;
    void *items = all->hashes;
    if (!ki_array_reserve(&items, &all->capacity, all->nhashes + entry->nhashes,
                          sizeof *all->hashes)) {
        return false;
    }
    all->hashes = items;
    if (entry->nhashes > 0) {
        memcpy(all->hashes + all->nhashes, entry->hashes,
               entry->nhashes * sizeof *entry->hashes);
    }
    all->nhashes += entry->nhashes;
    unsigned doubts = all->entry.doubts | entry->doubts;
    all->entry = *entry;
    all->entry.doubts = doubts;
    if (staged->is_last) {
        all->entry.nhashes = ki_hashes_make_set(all->hashes, all->nhashes);
        all->entry.hashes = all->hashes;
        all->entry.doubts = doubts;
        all->nhashes = 0;
    }
    return true;
}

void ki_union_free(struct ki_union *all)
{
    free(all->hashes);
}

/* Ids of entries that go: u16 size and bytes, one after the other. */
struct leavers {
    const struct ki_staging *staging;
    struct ki_spool ids;
    struct ki_diag *diag;
};

static enum ki_status failed(struct ki_diag *diag, int result)
{
    return result == ENOMEM
               ? ki_diag_set(diag, KI_ERR_NO_MEMORY, "no memory to replace a list")
               : ki_diag_errno(diag, result, "cannot write a temporary file");
}

static enum ki_status note_leaver(void *context, uint32_t list_id,
                                  const struct ki_entry *entry)
{
    struct leavers *leavers = context;
    (void)list_id;
    if (ki_staging_has(leavers->staging, entry->id, entry->id_nbytes)) {
        return KI_OK;
    }
    uint16_t nbytes = (uint16_t)entry->id_nbytes;
    int result = ki_spool_append(&leavers->ids, &nbytes, sizeof nbytes);
    if (result == 0) {
        result = ki_spool_append(&leavers->ids, entry->id, nbytes);
    }
    return result == 0 ? KI_OK : failed(leavers->diag, result);
}

static enum ki_status remove_all(struct ki_txn *txn, uint32_t list_id,
                                 struct ki_spool *ids, uint64_t *nremoved,
                                 struct ki_diag *diag)
{
    void *map = NULL;
    int result = ki_spool_map(ids, &map);
    if (result != 0) {
        return failed(diag, result);
    }
    const char *id = map;
    size_t left = ids->nbytes;
    enum ki_status status = KI_OK;
    while (left > 0 && status == KI_OK) {
        uint16_t nbytes;
        bool existed = false;
        memcpy(&nbytes, id, sizeof nbytes);
        status = ki_txn_entry_remove(txn, list_id, id + sizeof nbytes, nbytes, &existed,
                                     diag);
        *nremoved += existed;
        id += sizeof nbytes + nbytes;
        left -= sizeof nbytes + nbytes;
    }
    return status;
}

enum ki_status ki_replace_remove(struct ki_txn *txn, uint32_t list_id,
                                 const struct ki_staging *staging, const char *folder,
                                 uint64_t *nremoved, struct ki_diag *diag)
{
    struct leavers leavers = {
        .staging = staging, .ids = {.folder = folder}, .diag = diag};
    enum ki_status status = ki_txn_entries(txn, list_id, note_leaver, &leavers, diag);
    if (status == KI_OK) {
        status = remove_all(txn, list_id, &leavers.ids, nremoved, diag);
    }
    ki_spool_close(&leavers.ids);
    return status;
}
