/* SPDX-License-Identifier: Apache-2.0 */
/* Walking over the entries of the catalog: all, one list's, or those changed since the
 * last publication. */
#include <stdlib.h>
#include <string.h>

#include "base/checked.h"
#include "base/diag.h"
#include "index/catalog_private.h"
#include "index/record.h"

/* A walk over the entry rows of one list or of all, each with its hash rows. */
struct walk {
    MDB_cursor *cursor;
    MDB_val key;
    MDB_val data;
    int result; /* of the last move */
    struct ki_entry_row row;
    uint8_t entry_key[KI_ENTRY_KEY_NBYTES];
    size_t entry_key_nbytes;
    struct ki_hash *hashes;
    size_t nhashes;
    size_t capacity;
    uint64_t digest; /* of the rows so far */
};

static void walk_count(struct walk *walk, const MDB_val *key, const MDB_val *data)
{
    walk->digest +=
        ki_row_digest(key->mv_data, key->mv_size, data->mv_data, data->mv_size);
}

/* What was walked over must be all that was written. */
static enum ki_status expect_digest(const struct walk *walk, const struct ki_txn *txn,
                                    enum ki_table table, struct ki_diag *diag)
{
    return walk->digest == txn->state.digests[table]
               ? KI_OK
               : ki_diag_set(diag, KI_ERR_DAMAGED,
                             "%s is damaged: rows of its table %s are missing or wrong",
                             txn->catalog->path, ki_table_name(table));
}

static bool walk_push(struct walk *walk, const struct ki_hash *hash)
{
    void *items = walk->hashes;
    if (!ki_array_reserve(&items, &walk->capacity, walk->nhashes + 1, sizeof *hash)) {
        return false;
    }
    walk->hashes = items;
    walk->hashes[walk->nhashes++] = *hash;
    return true;
}

/* Reads the entry row under the cursor and moves past it and its hash rows. */
static enum ki_status walk_entry(struct walk *walk, struct ki_diag *diag)
{
    walk->entry_key_nbytes = walk->key.mv_size;
    if (walk->key.mv_size < 6 || walk->key.mv_size > KI_ENTRY_KEY_NBYTES ||
        !ki_entry_row_unpack(walk->key.mv_data, walk->key.mv_size, walk->data.mv_data,
                             walk->data.mv_size, &walk->row)) {
        return ki_diag_set(diag, KI_ERR_DAMAGED,
                           "catalog.mdb: the row of an entry is "
                           "damaged");
    }
    memcpy(walk->entry_key, walk->key.mv_data, walk->key.mv_size);
    walk_count(walk, &walk->key, &walk->data);
    walk->nhashes = 0;
    bool is_good = true;
    for (size_t i = 0; i < walk->row.nhashes; i++) {
        is_good = is_good && walk_push(walk, &walk->row.hashes[i]);
    }
    struct ki_hash hash;
    for (;;) {
        walk->result = mdb_cursor_get(walk->cursor, &walk->key, &walk->data, MDB_NEXT);
        if (walk->result != MDB_SUCCESS ||
            !ki_hash_row_parse(walk->entry_key, walk->entry_key_nbytes,
                               walk->key.mv_data, walk->key.mv_size, walk->data.mv_data,
                               walk->data.mv_size, &hash)) {
            break;
        }
        walk_count(walk, &walk->key, &walk->data);
        is_good = is_good && walk_push(walk, &hash);
    }
    return is_good ? KI_OK
                   : ki_diag_set(diag, KI_ERR_NO_MEMORY, "no memory for an entry");
}

/* The entry under the cursor, of the list owner. */
static enum ki_status visit_entry(struct walk *walk, uint32_t owner,
                                  ki_entry_visit visit, void *context,
                                  struct ki_diag *diag)
{
    enum ki_status status = walk_entry(walk, diag);
    if (status != KI_OK) {
        return status;
    }
    struct ki_entry entry = {
        .id = walk->row.id,
        .id_nbytes = walk->row.id_nbytes,
        .category_scheme = walk->row.category_scheme,
        .category_code = walk->row.category_code,
        .hashes = walk->hashes,
        .nhashes = walk->nhashes,
        .from = walk->row.from,
        .doubts = walk->row.doubts,
    };
    return visit(context, owner, &entry);
}

static enum ki_status walk_all(struct walk *walk, uint32_t list_id,
                               ki_entry_visit visit, void *context,
                               struct ki_diag *diag)
{
    while (walk->result == MDB_SUCCESS) {
        if (walk->key.mv_size < 4) {
            return ki_diag_set(diag, KI_ERR_DAMAGED, "catalog.mdb: a key is damaged");
        }
        uint32_t owner = ki_list_of_key(walk->key.mv_data);
        if (list_id != 0 && owner != list_id) {
            return KI_OK;
        }
        enum ki_status status = visit_entry(walk, owner, visit, context, diag);
        if (status != KI_OK) {
            return status;
        }
    }
    return walk->result == MDB_NOTFOUND
               ? KI_OK
               : ki_lmdb_failed(diag, walk->result, "read the catalog");
}

/* NULL on failure, with the status. */
static struct walk *walk_open(struct ki_txn *txn, enum ki_status *status,
                              struct ki_diag *diag)
{
    struct walk *walk = calloc(1, sizeof *walk);
    if (!walk) {
        *status = ki_diag_set(diag, KI_ERR_NO_MEMORY, "no memory to walk the catalog");
        return NULL;
    }
    int result =
        mdb_cursor_open(txn->txn, txn->tables[KI_TABLE_ENTRIES], &walk->cursor);
    if (result != MDB_SUCCESS) {
        *status = ki_lmdb_failed(diag, result, "read the catalog");
        free(walk);
        return NULL;
    }
    return walk;
}

static void walk_close(struct walk *walk)
{
    mdb_cursor_close(walk->cursor);
    free(walk->hashes);
    free(walk);
}

enum ki_status ki_txn_entries(struct ki_txn *txn, uint32_t list_id,
                              ki_entry_visit visit, void *context, struct ki_diag *diag)
{
    enum ki_status status = KI_OK;
    struct walk *walk = walk_open(txn, &status, diag);
    if (!walk) {
        return status;
    }
    uint8_t prefix[4];
    ki_list_key(list_id, prefix);
    walk->key = ki_val(prefix, sizeof prefix);
    walk->result = mdb_cursor_get(walk->cursor, &walk->key, &walk->data, MDB_SET_RANGE);
    status = walk_all(walk, list_id, visit, context, diag);
    if (status == KI_OK && list_id == 0) {
        status = expect_digest(walk, txn, KI_TABLE_ENTRIES, diag);
    }
    walk_close(walk);
    return status;
}

/* The entry of that key; one without hashes stands for an entry that is gone. */
static enum ki_status visit_key(struct walk *walk, const MDB_val *key,
                                const MDB_val *id, ki_entry_visit visit, void *context,
                                struct ki_diag *diag)
{
    uint32_t owner = ki_list_of_key(key->mv_data);
    walk->key = *key;
    walk->result = mdb_cursor_get(walk->cursor, &walk->key, &walk->data, MDB_SET_KEY);
    if (walk->result == MDB_SUCCESS) {
        return visit_entry(walk, owner, visit, context, diag);
    }
    if (walk->result != MDB_NOTFOUND) {
        return ki_lmdb_failed(diag, walk->result, "read the catalog");
    }
    if (!id) {
        return KI_OK;
    }
    struct ki_entry gone = {
        .id = id->mv_data,
        .id_nbytes = id->mv_size,
        .category_scheme = "",
        .category_code = "",
    };
    return visit(context, owner, &gone);
}

enum ki_status ki_txn_entry_visit(struct ki_txn *txn, const void *key, size_t nbytes,
                                  ki_entry_visit visit, void *context,
                                  struct ki_diag *diag)
{
    enum ki_status status = KI_OK;
    struct walk *walk = walk_open(txn, &status, diag);
    if (!walk) {
        return status;
    }
    MDB_val sought = ki_val(key, nbytes);
    status = visit_key(walk, &sought, NULL, visit, context, diag);
    walk_close(walk);
    return status;
}

static enum ki_status walk_dirty(struct walk *walk, MDB_cursor *cursor,
                                 ki_entry_visit visit, void *context, uint64_t *digest,
                                 struct ki_diag *diag)
{
    MDB_val key;
    MDB_val id;
    int result = mdb_cursor_get(cursor, &key, &id, MDB_FIRST);
    for (; result == MDB_SUCCESS;
         result = mdb_cursor_get(cursor, &key, &id, MDB_NEXT)) {
        if (key.mv_size < 6 || id.mv_size == 0 || id.mv_size > KI_ENTRY_ID_NBYTES) {
            return ki_diag_set(diag, KI_ERR_DAMAGED, "catalog.mdb: a key is damaged");
        }
        *digest += ki_row_digest(key.mv_data, key.mv_size, id.mv_data, id.mv_size);
        enum ki_status status = visit_key(walk, &key, &id, visit, context, diag);
        if (status != KI_OK) {
            return status;
        }
    }
    return result == MDB_NOTFOUND ? KI_OK
                                  : ki_lmdb_failed(diag, result, "read the catalog");
}

enum ki_status ki_txn_dirty_entries(struct ki_txn *txn, ki_entry_visit visit,
                                    void *context, struct ki_diag *diag)
{
    enum ki_table table = ki_txn_dirty_table(txn);
    MDB_cursor *cursor = NULL;
    uint64_t digest = 0;
    enum ki_status status = KI_OK;
    struct walk *walk = walk_open(txn, &status, diag);
    if (!walk) {
        return status;
    }
    int result = mdb_cursor_open(txn->txn, txn->tables[table], &cursor);
    if (result != MDB_SUCCESS) {
        walk_close(walk);
        return ki_lmdb_failed(diag, result, "read the catalog");
    }
    status = walk_dirty(walk, cursor, visit, context, &digest, diag);
    walk->digest = digest;
    if (status == KI_OK) {
        status = expect_digest(walk, txn, table, diag);
    }
    mdb_cursor_close(cursor);
    walk_close(walk);
    return status;
}
