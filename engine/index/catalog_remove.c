/* SPDX-License-Identifier: Apache-2.0 */
/* Removing entries and lists from the catalog. */
#include <string.h>

#include "base/diag.h"
#include "index/catalog_private.h"
#include "index/record.h"

/* Deletes every row of the table whose key begins with the prefix. */
static enum ki_status delete_rows(struct ki_txn *txn, MDB_dbi table, const void *prefix,
                                  size_t nbytes, struct ki_diag *diag)
{
    MDB_cursor *cursor = NULL;
    int result = mdb_cursor_open(txn->txn, table, &cursor);
    if (result != MDB_SUCCESS) {
        return ki_lmdb_failed(diag, result, "write the catalog");
    }
    /* Sought anew after each deletion: where the cursor stands after deleting the last
     * row of a page differs between LMDB releases. */
    while (result == MDB_SUCCESS) {
        MDB_val key = ki_val(prefix, nbytes);
        MDB_val data;
        result = mdb_cursor_get(cursor, &key, &data, MDB_SET_RANGE);
        if (result == MDB_SUCCESS &&
            (key.mv_size < nbytes || memcmp(key.mv_data, prefix, nbytes) != 0)) {
            break;
        }
        if (result == MDB_SUCCESS) {
            result = mdb_cursor_del(cursor, 0);
        }
    }
    mdb_cursor_close(cursor);
    return result == MDB_SUCCESS || result == MDB_NOTFOUND
               ? KI_OK
               : ki_lmdb_failed(diag, result, "write the catalog");
}

enum ki_status ki_txn_list_remove(struct ki_txn *txn, const char *name,
                                  uint64_t *nentries, struct ki_diag *diag)
{
    struct ki_list_info info;
    enum ki_status status = ki_txn_list_find(txn, name, &info, diag);
    if (status != KI_OK) {
        return status;
    }
    uint8_t prefix[4];
    ki_list_key(info.id, prefix);
    status = delete_rows(txn, txn->entries, prefix, sizeof prefix, diag);
    if (status == KI_OK) {
        status = delete_rows(txn, txn->dirty, prefix, sizeof prefix, diag);
    }
    if (status != KI_OK) {
        return status;
    }
    MDB_val key = ki_val(name, strlen(name));
    int result = mdb_del(txn->txn, txn->lists, &key, NULL);
    if (result != MDB_SUCCESS) {
        return ki_lmdb_failed(diag, result, "write the catalog");
    }
    txn->has_list = false;
    txn->is_list_changed = false;
    txn->is_changed = true;
    *nentries = info.nentries;
    return KI_OK;
}

static enum ki_status uncount(void *context, uint32_t list_id,
                              const struct ki_entry *entry)
{
    struct ki_txn *txn = context;
    (void)list_id;
    txn->list.nentries--;
    for (size_t i = 0; i < entry->nhashes; i++) {
        txn->list.nhashes[entry->hashes[i].kind]--;
    }
    return KI_OK;
}

enum ki_status ki_txn_entry_remove(struct ki_txn *txn, uint32_t list_id, const char *id,
                                   size_t id_nbytes, bool *existed,
                                   struct ki_diag *diag)
{
    *existed = false;
    if (id_nbytes == 0 || id_nbytes > KI_ENTRY_ID_NBYTES ||
        memchr(id, '\0', id_nbytes)) {
        return ki_diag_set(diag, KI_ERR_ARGUMENT, "an entry id has 1 to %d bytes",
                           KI_ENTRY_ID_NBYTES);
    }
    enum ki_status status = ki_txn_select_list(txn, list_id, diag);
    if (status != KI_OK) {
        return status;
    }
    uint64_t before = txn->list.nentries;
    uint8_t key[KI_ENTRY_KEY_NBYTES];
    size_t nbytes = ki_entry_key(list_id, id, id_nbytes, key);
    status = ki_txn_entry_visit(txn, key, nbytes, uncount, txn, diag);
    *existed = txn->list.nentries != before;
    if (status != KI_OK || !*existed) {
        return status;
    }
    status = delete_rows(txn, txn->entries, key, nbytes, diag);
    if (status == KI_OK) {
        status = ki_txn_mark_dirty(txn, key, nbytes, id, id_nbytes, diag);
    }
    txn->is_list_changed = true;
    txn->is_changed = true;
    return status;
}
