/* SPDX-License-Identifier: Apache-2.0 */
/* What the catalog remembers of imports. */
#include <string.h>

#include "base/diag.h"
#include "base/pack.h"
#include "index/catalog_private.h"
#include "index/record.h"

static void number_key(uint32_t number, uint8_t out[4])
{
    ki_list_key(number, out); /* big-endian, as list ids are */
}

enum ki_status ki_txn_import_begin(struct ki_txn *txn, uint32_t *number,
                                   struct ki_diag *diag)
{
    if (txn->state.nimports >= UINT32_MAX) {
        return ki_diag_set(diag, KI_ERR_LIMIT, "the catalog has used up its imports");
    }
    txn->import = (uint32_t)(txn->state.nimports + 1);
    *number = txn->import;
    return KI_OK;
}

enum ki_status ki_txn_import_end(struct ki_txn *txn, const struct ki_import_note *note,
                                 struct ki_diag *diag)
{
    uint8_t name[4];
    uint8_t row[KI_IMPORT_ROW_NBYTES];
    size_t nbytes = ki_import_row_pack(note, row);
    if (nbytes == 0 || note->number != txn->import) {
        return ki_diag_set(diag, KI_ERR_ARGUMENT, "an import does not fit its row");
    }
    number_key(note->number, name);
    MDB_val key = ki_val(name, sizeof name);
    MDB_val data = ki_val(row, nbytes);
    int result = ki_row_put(txn, KI_TABLE_IMPORTS, &key, &data);
    if (result != MDB_SUCCESS) {
        return ki_catalog_write_failed(txn, result, "write", diag);
    }
    txn->state.nimports = note->number;
    txn->import = 0;
    return KI_OK;
}

enum ki_status ki_txn_import_find(struct ki_txn *txn, uint32_t number,
                                  struct ki_import_note *out, struct ki_diag *diag)
{
    uint8_t name[4];
    number_key(number, name);
    MDB_val key = ki_val(name, sizeof name);
    MDB_val data;
    int result = mdb_get(txn->txn, txn->tables[KI_TABLE_IMPORTS], &key, &data);
    if (result == MDB_NOTFOUND) {
        return ki_diag_set(diag, KI_ERR_NOT_FOUND, "there is no import %u", number);
    }
    if (result != MDB_SUCCESS) {
        return ki_lmdb_failed(diag, result, "read the catalog");
    }
    return ki_import_row_unpack(number, data.mv_data, data.mv_size, out)
               ? KI_OK
               : ki_diag_set(diag, KI_ERR_DAMAGED,
                             "%s: the row of import %u is damaged", txn->catalog->path,
                             number);
}

enum { REFUSAL_VERSION = 1, REFUSAL_ROW_NBYTES = 1 + 8 + 2 + KI_DIAG_NBYTES };

static enum ki_status delete_refusal(struct ki_txn *txn, const MDB_val *key,
                                     struct ki_diag *diag)
{
    MDB_val data;
    MDB_val name = *key;
    int result = mdb_get(txn->txn, txn->tables[KI_TABLE_REFUSALS], &name, &data);
    if (result == MDB_SUCCESS) {
        result = ki_row_delete(txn, KI_TABLE_REFUSALS, key);
    }
    return result == MDB_SUCCESS || result == MDB_NOTFOUND
               ? KI_OK
               : ki_catalog_write_failed(txn, result, "write", diag);
}

enum ki_status ki_txn_refusal_set(struct ki_txn *txn, uint32_t list_id, int64_t time,
                                  const char *reason, struct ki_diag *diag)
{
    uint8_t name[4];
    uint8_t row[REFUSAL_ROW_NBYTES];
    number_key(list_id, name);
    MDB_val key = ki_val(name, sizeof name);
    size_t nbytes = strnlen(reason, KI_DIAG_NBYTES - 1);
    if (nbytes == 0) {
        return delete_refusal(txn, &key, diag);
    }
    struct ki_packer packer = ki_packer_begin(row, sizeof row);
    ki_pack_uint(&packer, REFUSAL_VERSION, 1);
    ki_pack_uint(&packer, (uint64_t)time, 8);
    ki_pack_uint(&packer, nbytes, 2);
    ki_pack_bytes(&packer, reason, nbytes);
    MDB_val data = ki_val(row, packer.nbytes);
    int result = ki_row_put(txn, KI_TABLE_REFUSALS, &key, &data);
    return result == MDB_SUCCESS ? KI_OK
                                 : ki_catalog_write_failed(txn, result, "write", diag);
}

enum ki_status ki_txn_refusal_find(struct ki_txn *txn, uint32_t list_id, int64_t *time,
                                   char reason[KI_DIAG_NBYTES], struct ki_diag *diag)
{
    uint8_t name[4];
    number_key(list_id, name);
    MDB_val key = ki_val(name, sizeof name);
    MDB_val data;
    reason[0] = '\0';
    int result = mdb_get(txn->txn, txn->tables[KI_TABLE_REFUSALS], &key, &data);
    if (result == MDB_NOTFOUND) {
        return KI_OK;
    }
    if (result != MDB_SUCCESS) {
        return ki_lmdb_failed(diag, result, "read the catalog");
    }
    struct ki_unpacker unpacker = ki_unpacker_begin(data.mv_data, data.mv_size);
    uint64_t version = ki_unpack_uint(&unpacker, 1);
    *time = (int64_t)ki_unpack_uint(&unpacker, 8);
    size_t nbytes = (size_t)ki_unpack_uint(&unpacker, 2);
    const uint8_t *text = ki_unpack_bytes(&unpacker, nbytes);
    if (!text || version != REFUSAL_VERSION || nbytes >= KI_DIAG_NBYTES) {
        return ki_diag_set(diag, KI_ERR_DAMAGED, "%s: the row of a refusal is damaged",
                           txn->catalog->path);
    }
    memcpy(reason, text, nbytes);
    reason[nbytes] = '\0';
    return KI_OK;
}
