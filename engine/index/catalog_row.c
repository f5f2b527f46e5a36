/* SPDX-License-Identifier: Apache-2.0 */
/* Writing rows of the catalog, with the digests of their tables. */
#include <string.h>

#include "index/catalog_private.h"

enum ki_table ki_txn_dirty_table(const struct ki_txn *txn)
{
    return txn->state.dirty ? KI_TABLE_DIRTY_TOO : KI_TABLE_DIRTY;
}

enum ki_table ki_txn_pending_table(const struct ki_txn *txn)
{
    return txn->state.dirty ? KI_TABLE_DIRTY : KI_TABLE_DIRTY_TOO;
}

static uint64_t digest(const MDB_val *key, const MDB_val *data)
{
    return ki_row_digest(key->mv_data, key->mv_size, data->mv_data, data->mv_size);
}

/* On MDB_KEYEXIST *data becomes the row that is there. */
static int insert(struct ki_txn *txn, enum ki_table table, const MDB_val *key,
                  MDB_val *data)
{
    MDB_val name = *key;
    uint64_t added = digest(key, data);
    int result = mdb_put(txn->txn, txn->tables[table], &name, data, MDB_NOOVERWRITE);
    if (result == MDB_SUCCESS) {
        txn->state.digests[table] += added;
        txn->is_touched = true;
    }
    return result;
}

int ki_row_insert(struct ki_txn *txn, enum ki_table table, const MDB_val *key,
                  const MDB_val *data)
{
    MDB_val value = *data;
    return insert(txn, table, key, &value);
}

int ki_row_put(struct ki_txn *txn, enum ki_table table, const MDB_val *key,
               const MDB_val *data)
{
    MDB_val old = *data;
    int result = insert(txn, table, key, &old);
    if (result != MDB_KEYEXIST) {
        return result;
    }
    MDB_val name = *key;
    MDB_val value = *data;
    uint64_t removed = digest(key, &old);
    result = mdb_put(txn->txn, txn->tables[table], &name, &value, 0);
    if (result == MDB_SUCCESS) {
        txn->state.digests[table] += digest(key, data) - removed;
        txn->is_touched = true;
    }
    return result;
}

int ki_row_delete(struct ki_txn *txn, enum ki_table table, const MDB_val *key)
{
    MDB_val name = *key;
    MDB_val data;
    int result = mdb_get(txn->txn, txn->tables[table], &name, &data);
    if (result != MDB_SUCCESS) {
        return result;
    }
    txn->state.digests[table] -= digest(key, &data);
    txn->is_touched = true;
    return mdb_del(txn->txn, txn->tables[table], &name, NULL);
}

int ki_rows_delete(struct ki_txn *txn, enum ki_table table, const void *prefix,
                   size_t nbytes)
{
    MDB_cursor *cursor = NULL;
    int result = mdb_cursor_open(txn->txn, txn->tables[table], &cursor);
    if (result != MDB_SUCCESS) {
        return result;
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
            txn->state.digests[table] -= digest(&key, &data);
            txn->is_touched = true;
            result = mdb_cursor_del(cursor, 0);
        }
    }
    mdb_cursor_close(cursor);
    return result == MDB_NOTFOUND ? MDB_SUCCESS : result;
}

int ki_rows_clear(struct ki_txn *txn, enum ki_table table)
{
    MDB_stat stat;
    int result = mdb_stat(txn->txn, txn->tables[table], &stat);
    if (result != MDB_SUCCESS || stat.ms_entries == 0) {
        return result;
    }
    txn->state.digests[table] = 0;
    txn->is_touched = true;
    return mdb_drop(txn->txn, txn->tables[table], 0);
}
