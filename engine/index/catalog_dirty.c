/* SPDX-License-Identifier: Apache-2.0 */
/* Which entries have changed since the last publication. */
#include "base/diag.h"
#include "index/catalog_private.h"
#include "index/record.h"

enum ki_status ki_txn_mark_dirty(struct ki_txn *txn, const void *key, size_t nbytes,
                                 const char *id, size_t id_nbytes, struct ki_diag *diag)
{
    if (txn->state.generation == 0) {
        return KI_OK;
    }
    MDB_val name = ki_val(key, nbytes);
    MDB_val data = ki_val(id, id_nbytes);
    int result = ki_row_put(txn, ki_txn_dirty_table(txn), &name, &data);
    return result == MDB_SUCCESS ? KI_OK
                                 : ki_catalog_write_failed(txn, result, "write", diag);
}

enum ki_status ki_txn_dirty_count(struct ki_txn *txn, uint64_t *count,
                                  struct ki_diag *diag)
{
    MDB_stat stat;
    int result = mdb_stat(txn->txn, txn->tables[ki_txn_dirty_table(txn)], &stat);
    *count = result == MDB_SUCCESS ? stat.ms_entries : 0;
    return result == MDB_SUCCESS ? KI_OK
                                 : ki_lmdb_failed(diag, result, "read the catalog");
}

static int find(struct ki_txn *txn, enum ki_table table, const MDB_val *key,
                bool *is_found)
{
    MDB_val name = *key;
    MDB_val data;
    int result = mdb_get(txn->txn, txn->tables[table], &name, &data);
    *is_found = *is_found || result == MDB_SUCCESS;
    return result == MDB_NOTFOUND ? MDB_SUCCESS : result;
}

enum ki_status ki_txn_is_dirty(struct ki_txn *txn, uint32_t list_id, const char *id,
                               size_t id_nbytes, bool *is_dirty, struct ki_diag *diag)
{
    uint8_t key[KI_ENTRY_KEY_NBYTES];
    MDB_val name = ki_val(key, ki_entry_key(list_id, id, id_nbytes, key));
    *is_dirty = false;
    int result = find(txn, ki_txn_dirty_table(txn), &name, is_dirty);
    return result == MDB_SUCCESS ? KI_OK
                                 : ki_lmdb_failed(diag, result, "read the catalog");
}

enum ki_status ki_txn_is_unpublished(struct ki_txn *txn, uint64_t generation,
                                     uint32_t list_id, const char *id, size_t id_nbytes,
                                     bool *is_unpublished, struct ki_diag *diag)
{
    uint8_t key[KI_ENTRY_KEY_NBYTES];
    MDB_val name = ki_val(key, ki_entry_key(list_id, id, id_nbytes, key));
    *is_unpublished = false;
    int result = find(txn, ki_txn_dirty_table(txn), &name, is_unpublished);
    if (result == MDB_SUCCESS && generation < txn->state.generation) {
        result = find(txn, ki_txn_pending_table(txn), &name, is_unpublished);
    }
    return result == MDB_SUCCESS ? KI_OK
                                 : ki_lmdb_failed(diag, result, "read the catalog");
}

static int copy_rows(struct ki_txn *txn, enum ki_table from, enum ki_table to)
{
    MDB_cursor *cursor = NULL;
    MDB_val key;
    MDB_val id;
    int result = mdb_cursor_open(txn->txn, txn->tables[from], &cursor);
    if (result != MDB_SUCCESS) {
        return result;
    }
    result = mdb_cursor_get(cursor, &key, &id, MDB_FIRST);
    while (result == MDB_SUCCESS) {
        result = ki_row_put(txn, to, &key, &id);
        if (result == MDB_SUCCESS) {
            result = mdb_cursor_get(cursor, &key, &id, MDB_NEXT);
        }
    }
    mdb_cursor_close(cursor);
    return result == MDB_NOTFOUND ? MDB_SUCCESS : result;
}

enum ki_status ki_txn_pending_drop(struct ki_txn *txn, struct ki_diag *diag)
{
    int result = ki_rows_clear(txn, ki_txn_pending_table(txn));
    return result == MDB_SUCCESS ? KI_OK
                                 : ki_catalog_write_failed(txn, result, "write", diag);
}

enum ki_status ki_txn_pending_keep(struct ki_txn *txn, struct ki_diag *diag)
{
    int result = copy_rows(txn, ki_txn_pending_table(txn), ki_txn_dirty_table(txn));
    return result == MDB_SUCCESS ? ki_txn_pending_drop(txn, diag)
                                 : ki_catalog_write_failed(txn, result, "write", diag);
}
