/* SPDX-License-Identifier: Apache-2.0 */
/* Adding entries to the catalog. */
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

enum ki_status ki_txn_select_list(struct ki_txn *txn, uint32_t list_id,
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
    int result = mdb_get(txn->txn, txn->tables[KI_TABLE_ENTRIES], &name, &data);
    *exists = result == MDB_SUCCESS;
    if (result == MDB_NOTFOUND) {
        return KI_OK;
    }
    if (result != MDB_SUCCESS) {
        return ki_lmdb_failed(diag, result, "read the catalog");
    }
    if (!ki_entry_row_unpack(key->bytes, key->nbytes, data.mv_data, data.mv_size,
                             row)) {
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
    int result = ki_row_put(txn, KI_TABLE_ENTRIES, &name, &data);
    return result == MDB_SUCCESS ? KI_OK
                                 : ki_catalog_write_failed(txn, result, "write", diag);
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
    if (nbytes == 0) {
        return ki_diag_set(diag, KI_ERR_UNSUPPORTED, "OpenSSL offers no SHA256 here");
    }
    MDB_val name = ki_val(bytes, nbytes);
    MDB_val data = ki_val(hash->bytes, ki_hash_row_nbytes(hash->kind));
    int result = ki_row_insert(txn, KI_TABLE_ENTRIES, &name, &data);
    if (result == MDB_KEYEXIST) {
        return KI_OK;
    }
    *is_new = result == MDB_SUCCESS;
    return *is_new ? KI_OK : ki_catalog_write_failed(txn, result, "write", diag);
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
    enum ki_status status = ki_txn_select_list(txn, list_id, diag);
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
    if (status == KI_OK && is_changed) {
        status =
            ki_txn_mark_dirty(txn, key.bytes, key.nbytes, row.id, row.id_nbytes, diag);
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
