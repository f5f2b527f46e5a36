/* SPDX-License-Identifier: Apache-2.0 */
/* What the catalog remembers of imports. */
#include "base/diag.h"
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
