/* SPDX-License-Identifier: Apache-2.0 */
/* The lists of the catalog. */
#include <stdlib.h>
#include <string.h>

#include "base/checked.h"
#include "base/diag.h"
#include "index/catalog_private.h"
#include "index/record.h"

struct ki_list_info ki_list_info_default(void)
{
    return (struct ki_list_info){
        .purpose = KI_PURPOSE_MATCH,
        .action = KI_ACTION_REVIEW,
        .radius = KI_RADIUS_DEFAULT,
        .min_quality = KI_QUALITY_DEFAULT,
    };
}

/* Letters, digits, '.', '_' and '-', not first '.' or '-': names are printed, typed on
 * command lines and used in file names. */
static bool is_name(const char *text, size_t capacity)
{
    size_t length = strnlen(text, capacity);
    if (length == 0 || length >= capacity || text[0] == '.' || text[0] == '-') {
        return false;
    }
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                  "0123456789._-";
    return strspn(text, letters) == length;
}

static enum ki_status check_info(const struct ki_list_info *info, struct ki_diag *diag)
{
    if (!is_name(info->name, sizeof info->name)) {
        return ki_diag_set(diag, KI_ERR_ARGUMENT,
                           "a list name has 1 to %d letters, digits, '.', '_' or '-' "
                           "and does not begin with '.' or '-'",
                           KI_LIST_NAME_NBYTES - 1);
    }
    if (info->source[0] && !is_name(info->source, sizeof info->source)) {
        return ki_diag_set(diag, KI_ERR_ARGUMENT,
                           "a source has 1 to %d letters, digits, '.', '_' or '-' and "
                           "does not begin with '.' or '-'",
                           KI_LIST_SOURCE_NBYTES - 1);
    }
    if (info->radius > KI_RADIUS_MAX) {
        return ki_diag_set(diag, KI_ERR_ARGUMENT, "the radius is 0 to %d",
                           KI_RADIUS_MAX);
    }
    if (info->min_quality > KI_QUALITY_MAX || (unsigned)info->purpose >= KI_NPURPOSES ||
        (unsigned)info->action >= KI_NACTIONS) {
        return ki_diag_set(diag, KI_ERR_ARGUMENT,
                           "quality, purpose or action is out "
                           "of range");
    }
    return KI_OK;
}

/* KI_ERR_NOT_FOUND without a message if there is none. */
static enum ki_status list_read(struct ki_txn *txn, const char *name,
                                struct ki_list_info *out, struct ki_diag *diag)
{
    MDB_val key = ki_val(name, strlen(name));
    MDB_val row;
    int result = key.mv_size == 0 || key.mv_size >= KI_LIST_NAME_NBYTES
                     ? MDB_NOTFOUND
                     : mdb_get(txn->txn, txn->tables[KI_TABLE_LISTS], &key, &row);
    if (result == MDB_NOTFOUND) {
        return KI_ERR_NOT_FOUND;
    }
    if (result != MDB_SUCCESS) {
        return ki_lmdb_failed(diag, result, "read the catalog");
    }
    if (!ki_list_row_unpack(name, strlen(name), row.mv_data, row.mv_size, out)) {
        return ki_diag_set(diag, KI_ERR_DAMAGED,
                           "catalog.mdb: the row of list %s is "
                           "damaged",
                           name);
    }
    return KI_OK;
}

static enum ki_status list_write(struct ki_txn *txn, const struct ki_list_info *info,
                                 struct ki_diag *diag)
{
    uint8_t row[KI_LIST_ROW_NBYTES];
    size_t nbytes = ki_list_row_pack(info, row);
    MDB_val key = ki_val(info->name, strlen(info->name));
    MDB_val data = ki_val(row, nbytes);
    int result = ki_row_put(txn, KI_TABLE_LISTS, &key, &data);
    if (result != MDB_SUCCESS) {
        return ki_catalog_write_failed(txn, result, "write", diag);
    }
    txn->is_changed = true;
    return KI_OK;
}

enum ki_status ki_txn_flush_list(struct ki_txn *txn, struct ki_diag *diag)
{
    if (!txn->has_list || !txn->is_list_changed) {
        return KI_OK;
    }
    txn->list.serial++;
    txn->is_list_changed = false;
    return list_write(txn, &txn->list, diag);
}

enum ki_status ki_txn_list_find(struct ki_txn *txn, const char *name,
                                struct ki_list_info *out, struct ki_diag *diag)
{
    enum ki_status status = ki_txn_flush_list(txn, diag);
    struct ki_list_info info;
    if (status == KI_OK) {
        status = list_read(txn, name, &info, diag);
    }
    if (status == KI_ERR_NOT_FOUND) {
        return ki_diag_set(diag, status, "there is no list %.*s",
                           KI_LIST_NAME_NBYTES - 1, name);
    }
    if (status != KI_OK) {
        return status;
    }
    txn->list = info;
    txn->has_list = true;
    *out = info;
    return KI_OK;
}

static enum ki_status append_lists(struct ki_txn *txn, MDB_cursor *cursor,
                                   struct ki_list_info **lists, size_t *nlists,
                                   struct ki_diag *diag)
{
    size_t capacity = 0;
    MDB_val key;
    MDB_val row;
    int result = mdb_cursor_get(cursor, &key, &row, MDB_FIRST);
    for (; result == MDB_SUCCESS;
         result = mdb_cursor_get(cursor, &key, &row, MDB_NEXT)) {
        void *items = *lists;
        if (!ki_array_reserve(&items, &capacity, *nlists + 1, sizeof **lists)) {
            return ki_diag_set(diag, KI_ERR_NO_MEMORY, "no memory for the lists");
        }
        *lists = items;
        if (!ki_list_row_unpack(key.mv_data, key.mv_size, row.mv_data, row.mv_size,
                                &(*lists)[*nlists])) {
            return ki_diag_set(diag, KI_ERR_DAMAGED,
                               "catalog.mdb of %s: the row of a "
                               "list is damaged",
                               txn->catalog->folder);
        }
        (*nlists)++;
    }
    return result == MDB_NOTFOUND ? KI_OK
                                  : ki_lmdb_failed(diag, result, "read the catalog");
}

enum ki_status ki_txn_list_all(struct ki_txn *txn, struct ki_list_info **lists,
                               size_t *nlists, struct ki_diag *diag)
{
    enum ki_status status = ki_txn_flush_list(txn, diag);
    if (status != KI_OK) {
        return status;
    }
    MDB_cursor *cursor = NULL;
    int result = mdb_cursor_open(txn->txn, txn->tables[KI_TABLE_LISTS], &cursor);
    if (result != MDB_SUCCESS) {
        return ki_lmdb_failed(diag, result, "read the catalog");
    }
    struct ki_list_info *found = NULL;
    size_t nfound = 0;
    status = append_lists(txn, cursor, &found, &nfound, diag);
    mdb_cursor_close(cursor);
    if (status != KI_OK) {
        free(found);
        return status;
    }
    *lists = found;
    *nlists = nfound;
    return KI_OK;
}

static enum ki_status list_insert(struct ki_txn *txn, struct ki_list_info *info,
                                  struct ki_diag *diag)
{
    if (txn->state.nlist_ids >= UINT32_MAX) {
        return ki_diag_set(diag, KI_ERR_LIMIT, "the catalog has used up its list ids");
    }
    info->id = (uint32_t)++txn->state.nlist_ids;
    return list_write(txn, info, diag);
}

static bool has_same_key(const struct ki_list_trust *a, const struct ki_list_trust *b)
{
    return a->has_key == b->has_key &&
           (!a->has_key || (memcmp(a->key_id, b->key_id, sizeof a->key_id) == 0 &&
                            memcmp(a->key, b->key, sizeof a->key) == 0));
}

static bool has_same_policy(const struct ki_list_info *a, const struct ki_list_info *b)
{
    return strcmp(a->source, b->source) == 0 && a->purpose == b->purpose &&
           a->action == b->action && a->radius == b->radius &&
           a->min_quality == b->min_quality && has_same_key(&a->trust, &b->trust);
}

/* The key is the operator's, the rest of an update's. A list whose key is another one
 * now begins anew: serial numbers are its signer's. */
static struct ki_list_trust trust_of(const struct ki_list_trust *old,
                                     const struct ki_list_trust *wanted)
{
    if (has_same_key(old, wanted)) {
        return *old;
    }
    struct ki_list_trust trust = {.has_key = wanted->has_key};
    memcpy(trust.key_id, wanted->key_id, sizeof trust.key_id);
    memcpy(trust.key, wanted->key, sizeof trust.key);
    return trust;
}

enum ki_status ki_txn_list_set_trust(struct ki_txn *txn, uint32_t list_id,
                                     const struct ki_list_trust *trust,
                                     struct ki_diag *diag)
{
    enum ki_status status = ki_txn_select_list(txn, list_id, diag);
    if (status != KI_OK) {
        return status;
    }
    struct ki_list_trust *held = &txn->list.trust;
    bool is_changed = held->is_signed != trust->is_signed ||
                      held->update != trust->update ||
                      held->expires != trust->expires ||
                      memcmp(held->update_sha256, trust->update_sha256,
                             sizeof held->update_sha256) != 0;
    held->is_signed = trust->is_signed;
    held->update = trust->update;
    held->expires = trust->expires;
    memcpy(held->update_sha256, trust->update_sha256, sizeof held->update_sha256);
    txn->is_list_changed = txn->is_list_changed || is_changed;
    txn->is_changed = txn->is_changed || is_changed;
    return KI_OK;
}

enum ki_status ki_txn_list_add(struct ki_txn *txn, const struct ki_list_info *info,
                               bool update, struct ki_diag *diag)
{
    enum ki_status status = check_info(info, diag);
    if (status == KI_OK) {
        status = ki_txn_flush_list(txn, diag);
    }
    if (status != KI_OK) {
        return status;
    }
    txn->has_list = false;
    struct ki_list_info fresh = *info;
    if (!fresh.source[0]) {
        memcpy(fresh.source, fresh.name, sizeof fresh.source);
    }
    struct ki_list_info old = {0};
    status = list_read(txn, info->name, &old, diag);
    if (status != KI_OK && status != KI_ERR_NOT_FOUND) {
        return status;
    }
    if (status == KI_OK && !update) {
        return ki_diag_set(diag, KI_ERR_EXISTS, "there is a list %s already",
                           info->name);
    }
    fresh.trust = trust_of(&old.trust, &info->trust);
    if (status == KI_OK && has_same_policy(&old, &fresh)) {
        return KI_OK;
    }
    fresh.id = old.id;
    fresh.serial = old.serial + 1;
    fresh.nentries = old.nentries;
    memcpy(fresh.nhashes, old.nhashes, sizeof fresh.nhashes);
    fresh.nquarantined = old.nquarantined;
    return status == KI_OK ? list_write(txn, &fresh, diag)
                           : list_insert(txn, &fresh, diag);
}
