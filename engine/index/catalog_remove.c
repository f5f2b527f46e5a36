/* SPDX-License-Identifier: Apache-2.0 */
/* Removing entries and lists from the catalog. */
#include <string.h>

#include "base/diag.h"
#include "index/catalog_private.h"
#include "index/record.h"

static enum ki_status delete_rows(struct ki_txn *txn, enum ki_table table,
                                  const void *prefix, size_t nbytes,
                                  struct ki_diag *diag)
{
    int result = ki_rows_delete(txn, table, prefix, nbytes);
    return result == MDB_SUCCESS ? KI_OK
                                 : ki_catalog_write_failed(txn, result, "write", diag);
}

static enum ki_status delete_row(struct ki_txn *txn, enum ki_table table,
                                 const void *key, size_t nbytes, struct ki_diag *diag)
{
    MDB_val name = ki_val(key, nbytes);
    int result = ki_row_delete(txn, table, &name);
    return result == MDB_SUCCESS ? KI_OK
                                 : ki_catalog_write_failed(txn, result, "write", diag);
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
    static const enum ki_table tables[] = {KI_TABLE_ENTRIES, KI_TABLE_DIRTY,
                                           KI_TABLE_DIRTY_TOO, KI_TABLE_REFUSALS};
    for (size_t i = 0; i < sizeof tables / sizeof *tables && status == KI_OK; i++) {
        status = delete_rows(txn, tables[i], prefix, sizeof prefix, diag);
    }
    if (status == KI_OK) {
        status = delete_row(txn, KI_TABLE_LISTS, name, strlen(name), diag);
    }
    if (status != KI_OK) {
        return status;
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
    txn->list.nquarantined -= ki_entry_withholds(entry, KI_KIND_PDQ);
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
    status = delete_rows(txn, KI_TABLE_ENTRIES, key, nbytes, diag);
    if (status == KI_OK) {
        status = ki_txn_mark_dirty(txn, key, nbytes, id, id_nbytes, diag);
    }
    txn->is_list_changed = true;
    txn->is_changed = true;
    return status;
}
