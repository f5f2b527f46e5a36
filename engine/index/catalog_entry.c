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
           strlen(entry->category_code) < KI_CATEGORY_NBYTES &&
           memchr(entry->from.member, '\0', sizeof entry->from.member);
}

/* What the source told now goes before what it told earlier. */
static bool merge_provenance(struct ki_provenance *row,
                             const struct ki_provenance *from)
{
    struct ki_provenance before = *row;
    if (from->member[0]) {
        memcpy(row->member, from->member, strlen(from->member) + 1);
    }
    if (from->updated != 0) {
        row->updated = from->updated;
    }
    if (from->nvotes_for > 0 || from->nvotes_against > 0) {
        row->nvotes_for = from->nvotes_for;
        row->nvotes_against = from->nvotes_against;
    }
    return strcmp(row->member, before.member) != 0 || row->updated != before.updated ||
           row->nvotes_for != before.nvotes_for ||
           row->nvotes_against != before.nvotes_against;
}

static bool merge_doubts(struct ki_entry_row *row, const struct ki_entry *entry,
                         bool has_new_hash)
{
    unsigned doubts = row->doubts | entry->doubts;
    bool is_released_anew = (entry->doubts & KI_DOUBT_RELEASED) != 0;
    if (has_new_hash && (entry->doubts & KI_DOUBTS) && !is_released_anew) {
        doubts &= ~(unsigned)KI_DOUBT_RELEASED;
    }
    bool is_changed = doubts != row->doubts;
    row->doubts = doubts;
    return is_changed;
}

static enum ki_status entry_merge(struct ki_txn *txn, const struct entry_key *key,
                                  const struct ki_entry *entry,
                                  struct ki_entry_row *row, bool *is_changed,
                                  struct ki_diag *diag)
{
    bool has_new_hash = false;
    *is_changed = set_label(row->category_scheme, entry->category_scheme);
    *is_changed = set_label(row->category_code, entry->category_code) || *is_changed;
    *is_changed = merge_provenance(&row->from, &entry->from) || *is_changed;
    for (size_t i = 0; i < entry->nhashes; i++) {
        bool is_new = false;
        enum ki_status status =
            hash_add(txn, key, row, &entry->hashes[i], &is_new, diag);
        if (status != KI_OK) {
            return status;
        }
        txn->list.nhashes[entry->hashes[i].kind] += is_new;
        has_new_hash = has_new_hash || is_new;
    }
    *is_changed = merge_doubts(row, entry, has_new_hash) || *is_changed || has_new_hash;
    return KI_OK;
}

static uint64_t count_quarantined(const struct ki_entry_row *row)
{
    const struct ki_entry entry = {.doubts = row->doubts};
    return ki_entry_withholds(&entry, KI_KIND_PDQ);
}

static void note_import(const struct ki_txn *txn, struct ki_entry_row *row,
                        bool existed)
{
    row->from.changed_by = txn->import;
    if (!existed && row->from.added_by == 0) {
        row->from.added_by = txn->import;
    }
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
    struct ki_entry_row row = {.id_nbytes = entry->id_nbytes,
                               .from.added_by = entry->from.added_by};
    bool exists = false;
    bool is_changed = false;
    memcpy(row.id, entry->id, entry->id_nbytes);
    key.nbytes = ki_entry_key(list_id, entry->id, entry->id_nbytes, key.bytes);
    status = entry_read(txn, &key, &row, &exists, diag);
    uint64_t was_quarantined = count_quarantined(&row);
    if (status == KI_OK) {
        status = entry_merge(txn, &key, entry, &row, &is_changed, diag);
    }
    if (status == KI_OK && is_changed) {
        note_import(txn, &row, exists);
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
    txn->list.nquarantined += count_quarantined(&row) - was_quarantined;
    txn->is_list_changed = txn->is_list_changed || is_changed;
    txn->is_changed = txn->is_changed || is_changed;
    return KI_OK;
}

uint64_t ki_txn_nquarantined(const struct ki_txn *txn)
{
    return txn->has_list ? txn->list.nquarantined : 0;
}

enum ki_status ki_txn_entry_doubt(struct ki_txn *txn, uint32_t list_id, const char *id,
                                  size_t id_nbytes, unsigned doubts, unsigned mask,
                                  bool *existed, struct ki_diag *diag)
{
    struct entry_key key;
    struct ki_entry_row row = {0};
    *existed = false;
    if (id_nbytes == 0 || id_nbytes > KI_ENTRY_ID_NBYTES) {
        return KI_OK; /* there is no such entry */
    }
    key.nbytes = ki_entry_key(list_id, id, id_nbytes, key.bytes);
    enum ki_status status = ki_txn_select_list(txn, list_id, diag);
    if (status == KI_OK) {
        status = entry_read(txn, &key, &row, existed, diag);
    }
    unsigned wanted = (doubts & mask) | (row.doubts & ~mask);
    if (status != KI_OK || !*existed || wanted == row.doubts) {
        return status;
    }
    uint64_t was_quarantined = count_quarantined(&row);
    row.doubts = wanted;
    status = entry_write(txn, &key, &row, diag);
    if (status == KI_OK) {
        status = ki_txn_mark_dirty(txn, key.bytes, key.nbytes, id, id_nbytes, diag);
    }
    txn->list.nquarantined += count_quarantined(&row) - was_quarantined;
    txn->is_list_changed = true;
    txn->is_changed = true;
    return status;
}

enum ki_status ki_txn_entry_find(struct ki_txn *txn, uint32_t list_id, const char *id,
                                 size_t id_nbytes, ki_entry_visit visit, void *context,
                                 struct ki_diag *diag)
{
    uint8_t key[KI_ENTRY_KEY_NBYTES];
    if (id_nbytes == 0 || id_nbytes > KI_ENTRY_ID_NBYTES) {
        return KI_OK;
    }
    size_t nbytes = ki_entry_key(list_id, id, id_nbytes, key);
    return ki_txn_entry_visit(txn, key, nbytes, visit, context, diag);
}
