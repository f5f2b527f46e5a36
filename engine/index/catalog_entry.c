/* SPDX-License-Identifier: Apache-2.0 */
/* The entries of the catalog. */
#include <stdlib.h>
#include <string.h>

#include "base/checked.h"
#include "base/diag.h"
#include "index/catalog_private.h"
#include "index/record.h"

struct entry_key {
    uint8_t bytes[KI_ENTRY_KEY_NBYTES];
    size_t nbytes;
};

/* Makes list_id the current list of the transaction. */
static enum ki_status select_list(struct ki_txn *txn, uint32_t list_id,
                                  struct ki_diag *diag)
{
    if (txn->has_list && txn->list.id == list_id) {
        return KI_OK;
    }
    struct ki_list_info *lists = NULL;
    size_t nlists = 0;
    enum ki_status status = ki_txn_list_all(txn, &lists, &nlists, diag);
    if (status != KI_OK) {
        return status;
    }
    status = KI_ERR_NOT_FOUND;
    for (size_t i = 0; i < nlists; i++) {
        if (lists[i].id == list_id) {
            txn->list = lists[i];
            txn->has_list = true;
            status = KI_OK;
        }
    }
    free(lists);
    return status == KI_OK
               ? KI_OK
               : ki_diag_set(diag, status, "there is no list of id %u", list_id);
}

/* True with the row in *row if the entry exists. */
static enum ki_status entry_read(struct ki_txn *txn, const struct entry_key *key,
                                 struct ki_entry_row *row, bool *exists,
                                 struct ki_diag *diag)
{
    MDB_val name = ki_val(key->bytes, key->nbytes);
    MDB_val data;
    int result = mdb_get(txn->txn, txn->entries, &name, &data);
    *exists = result == MDB_SUCCESS;
    if (result == MDB_NOTFOUND) {
        return KI_OK;
    }
    if (result != MDB_SUCCESS) {
        return ki_lmdb_failed(diag, result, "read the catalog");
    }
    if (!ki_entry_row_unpack(data.mv_data, data.mv_size, row)) {
        return ki_diag_set(diag, KI_ERR_DAMAGED,
                           "catalog.mdb: the row of an entry is "
                           "damaged");
    }
    return KI_OK;
}

static enum ki_status entry_write(struct ki_txn *txn, const struct entry_key *key,
                                  const struct ki_entry_row *row, struct ki_diag *diag)
{
    uint8_t packed[KI_ENTRY_ROW_NBYTES];
    size_t nbytes = ki_entry_row_pack(row, packed);
    if (nbytes == 0) {
        return ki_diag_set(diag, KI_ERR_ARGUMENT, "an entry does not fit its row");
    }
    MDB_val name = ki_val(key->bytes, key->nbytes);
    MDB_val data = ki_val(packed, nbytes);
    int result = mdb_put(txn->txn, txn->entries, &name, &data, 0);
    return result == MDB_SUCCESS ? KI_OK
                                 : ki_lmdb_failed(diag, result, "write the catalog");
}

static bool has_inline(const struct ki_entry_row *row, const struct ki_hash *hash)
{
    for (size_t i = 0; i < row->nhashes; i++) {
        if (row->hashes[i].kind == hash->kind &&
            memcmp(row->hashes[i].bytes, hash->bytes, sizeof hash->bytes) == 0) {
            return true;
        }
    }
    return false;
}

/* Adds one hash, in the row while there is room, else as a row of its own. */
static enum ki_status hash_add(struct ki_txn *txn, const struct entry_key *key,
                               struct ki_entry_row *row, const struct ki_hash *hash,
                               bool *is_new, struct ki_diag *diag)
{
    *is_new = false;
    if (has_inline(row, hash)) {
        return KI_OK;
    }
    if (row->nhashes < KI_INLINE_HASHES) {
        row->hashes[row->nhashes++] = *hash;
        *is_new = true;
        return KI_OK;
    }
    uint8_t bytes[KI_HASH_KEY_NBYTES];
    size_t nbytes = ki_hash_key(key->bytes, key->nbytes, hash, bytes);
    MDB_val name = ki_val(bytes, nbytes);
    MDB_val empty = ki_val("", 0);
    int result = mdb_put(txn->txn, txn->entries, &name, &empty, MDB_NOOVERWRITE);
    if (result == MDB_KEYEXIST) {
        return KI_OK;
    }
    *is_new = result == MDB_SUCCESS;
    return *is_new ? KI_OK : ki_lmdb_failed(diag, result, "write the catalog");
}

static bool set_label(char label[KI_CATEGORY_NBYTES], const char *text)
{
    if (!text[0] || strcmp(label, text) == 0) {
        return false;
    }
    memcpy(label, text, strlen(text) + 1);
    return true;
}

static bool is_entry(const struct ki_entry *entry)
{
    return entry->id_nbytes >= 1 && entry->id_nbytes <= KI_ENTRY_ID_NBYTES &&
           !memchr(entry->id, '\0', entry->id_nbytes) && entry->nhashes >= 1 &&
           strlen(entry->category_scheme) < KI_CATEGORY_NBYTES &&
           strlen(entry->category_code) < KI_CATEGORY_NBYTES;
}

static enum ki_status entry_merge(struct ki_txn *txn, const struct entry_key *key,
                                  const struct ki_entry *entry,
                                  struct ki_entry_row *row, bool *is_changed,
                                  struct ki_diag *diag)
{
    *is_changed = set_label(row->category_scheme, entry->category_scheme);
    *is_changed = set_label(row->category_code, entry->category_code) || *is_changed;
    for (size_t i = 0; i < entry->nhashes; i++) {
        bool is_new = false;
        enum ki_status status =
            hash_add(txn, key, row, &entry->hashes[i], &is_new, diag);
        if (status != KI_OK) {
            return status;
        }
        txn->list.nhashes[entry->hashes[i].kind] += is_new;
        *is_changed = *is_changed || is_new;
    }
    return KI_OK;
}

enum ki_status ki_txn_entry_add(struct ki_txn *txn, uint32_t list_id,
                                const struct ki_entry *entry,
                                enum ki_entry_change *change, struct ki_diag *diag)
{
    if (!is_entry(entry)) {
        return ki_diag_set(diag, KI_ERR_ARGUMENT, "an entry breaks its own rules");
    }
    enum ki_status status = select_list(txn, list_id, diag);
    if (status != KI_OK) {
        return status;
    }
    struct entry_key key;
    struct ki_entry_row row = {.id_nbytes = entry->id_nbytes};
    bool exists = false;
    bool is_changed = false;
    memcpy(row.id, entry->id, entry->id_nbytes);
    key.nbytes = ki_entry_key(list_id, entry->id, entry->id_nbytes, key.bytes);
    status = entry_read(txn, &key, &row, &exists, diag);
    if (status == KI_OK) {
        status = entry_merge(txn, &key, entry, &row, &is_changed, diag);
    }
    if (status == KI_OK && is_changed) {
        status = entry_write(txn, &key, &row, diag);
    }
    if (status != KI_OK) {
        return status;
    }
    *change = !exists      ? KI_ENTRY_ADDED
              : is_changed ? KI_ENTRY_UPDATED
                           : KI_ENTRY_UNCHANGED;
    txn->list.nentries += !exists;
    txn->is_list_changed = txn->is_list_changed || is_changed;
    txn->is_changed = txn->is_changed || is_changed;
    return KI_OK;
}

/* A walk over the entry rows of one list or of all, each with its hash rows. */
struct walk {
    MDB_cursor *cursor;
    MDB_val key;
    MDB_val data;
    int result; /* of the last move */
    struct ki_entry_row row;
    struct entry_key entry_key;
    struct ki_hash *hashes;
    size_t nhashes;
    size_t capacity;
};

static uint32_t list_id_of(const MDB_val *key)
{
    const uint8_t *bytes = key->mv_data;
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 |
           (uint32_t)bytes[2] << 8 | bytes[3];
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
    walk->entry_key.nbytes = walk->key.mv_size;
    if (walk->key.mv_size < 6 || walk->key.mv_size > KI_ENTRY_KEY_NBYTES ||
        !ki_entry_row_unpack(walk->data.mv_data, walk->data.mv_size, &walk->row)) {
        return ki_diag_set(diag, KI_ERR_DAMAGED,
                           "catalog.mdb: the row of an entry is "
                           "damaged");
    }
    memcpy(walk->entry_key.bytes, walk->key.mv_data, walk->key.mv_size);
    walk->nhashes = 0;
    bool is_good = true;
    for (size_t i = 0; i < walk->row.nhashes; i++) {
        is_good = is_good && walk_push(walk, &walk->row.hashes[i]);
    }
    struct ki_hash hash;
    for (;;) {
        walk->result = mdb_cursor_get(walk->cursor, &walk->key, &walk->data, MDB_NEXT);
        if (walk->result != MDB_SUCCESS ||
            !ki_hash_key_parse(walk->entry_key.bytes, walk->entry_key.nbytes,
                               walk->key.mv_data, walk->key.mv_size, &hash)) {
            break;
        }
        is_good = is_good && walk_push(walk, &hash);
    }
    return is_good ? KI_OK
                   : ki_diag_set(diag, KI_ERR_NO_MEMORY, "no memory for an entry");
}

static enum ki_status walk_all(struct walk *walk, uint32_t list_id,
                               ki_entry_visit visit, void *context,
                               struct ki_diag *diag)
{
    while (walk->result == MDB_SUCCESS) {
        if (walk->key.mv_size < 4) {
            return ki_diag_set(diag, KI_ERR_DAMAGED, "catalog.mdb: a key is damaged");
        }
        uint32_t owner = list_id_of(&walk->key);
        if (list_id != 0 && owner != list_id) {
            return KI_OK;
        }
        enum ki_status status = walk_entry(walk, diag);
        if (status == KI_OK) {
            struct ki_entry entry = {
                .id = walk->row.id,
                .id_nbytes = walk->row.id_nbytes,
                .category_scheme = walk->row.category_scheme,
                .category_code = walk->row.category_code,
                .hashes = walk->hashes,
                .nhashes = walk->nhashes,
            };
            status = visit(context, owner, &entry);
        }
        if (status != KI_OK) {
            return status;
        }
    }
    return walk->result == MDB_NOTFOUND
               ? KI_OK
               : ki_lmdb_failed(diag, walk->result, "read the catalog");
}

/* Puts the cursor on the first row of a list (0: of all). */
static void walk_begin(struct walk *walk, uint32_t list_id)
{
    uint8_t prefix[4] = {(uint8_t)(list_id >> 24), (uint8_t)(list_id >> 16),
                         (uint8_t)(list_id >> 8), (uint8_t)list_id};
    walk->key = ki_val(prefix, sizeof prefix);
    walk->result = mdb_cursor_get(walk->cursor, &walk->key, &walk->data, MDB_SET_RANGE);
}

enum ki_status ki_txn_entries(struct ki_txn *txn, uint32_t list_id,
                              ki_entry_visit visit, void *context, struct ki_diag *diag)
{
    struct walk *walk = calloc(1, sizeof *walk);
    if (!walk) {
        return ki_diag_set(diag, KI_ERR_NO_MEMORY, "no memory to walk the catalog");
    }
    int result = mdb_cursor_open(txn->txn, txn->entries, &walk->cursor);
    if (result != MDB_SUCCESS) {
        free(walk);
        return ki_lmdb_failed(diag, result, "read the catalog");
    }
    walk_begin(walk, list_id);
    enum ki_status status = walk_all(walk, list_id, visit, context, diag);
    mdb_cursor_close(walk->cursor);
    free(walk->hashes);
    free(walk);
    return status;
}

static enum ki_status delete_rows(struct ki_txn *txn, uint32_t list_id,
                                  struct ki_diag *diag)
{
    struct walk walk = {0};
    int result = mdb_cursor_open(txn->txn, txn->entries, &walk.cursor);
    if (result != MDB_SUCCESS) {
        return ki_lmdb_failed(diag, result, "write the catalog");
    }
    /* Sought anew after each deletion: where the cursor stands after deleting the last
     * row of a page differs between LMDB releases. */
    for (walk_begin(&walk, list_id);
         walk.result == MDB_SUCCESS && result == MDB_SUCCESS;
         walk_begin(&walk, list_id)) {
        if (walk.key.mv_size < 4 || list_id_of(&walk.key) != list_id) {
            break;
        }
        result = mdb_cursor_del(walk.cursor, 0);
    }
    if (result == MDB_SUCCESS) {
        result = walk.result;
    }
    mdb_cursor_close(walk.cursor);
    return result == MDB_SUCCESS || result == MDB_NOTFOUND
               ? KI_OK
               : ki_lmdb_failed(diag, result, "write the catalog");
}

enum ki_status ki_txn_list_remove(struct ki_txn *txn, const char *name,
                                  uint64_t *nentries, struct ki_diag *diag)
{
    struct ki_list_info info;
    enum ki_status status = ki_txn_list_find(txn, name, &info, diag);
    if (status == KI_OK) {
        status = delete_rows(txn, info.id, diag);
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
