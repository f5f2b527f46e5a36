/* SPDX-License-Identifier: Apache-2.0 */
/* The lists themselves: each call is one transaction of the catalog. */
#include <knownimage/list.h>

#include <string.h>

#include "index/catalog.h"

static enum ki_status begin(const char *folder, enum ki_catalog_access access,
                            struct ki_catalog **catalog, struct ki_txn **txn,
                            struct ki_diag *diag)
{
    enum ki_status status = ki_catalog_open(folder, access, catalog, diag);
    return status == KI_OK ? ki_txn_begin(*catalog, txn, diag) : status;
}

static enum ki_status end(struct ki_catalog *catalog, struct ki_txn *txn,
                          enum ki_status status, struct ki_diag *diag)
{
    if (status == KI_OK) {
        status = ki_txn_commit(txn, diag);
    } else {
        ki_txn_abort(txn);
    }
    ki_catalog_close(catalog);
    return status;
}

enum ki_status ki_list_add(const char *folder, const struct ki_list_info *info,
                           bool update, struct ki_diag *diag)
{
    struct ki_catalog *catalog = NULL;
    struct ki_txn *txn = NULL;
    enum ki_status status = begin(folder, KI_CATALOG_WRITE, &catalog, &txn, diag);
    if (status == KI_OK) {
        status = ki_txn_list_add(txn, info, update, diag);
    }
    return end(catalog, txn, status, diag);
}

enum ki_status ki_list_remove(const char *folder, const char *name, uint64_t *nentries,
                              struct ki_diag *diag)
{
    struct ki_catalog *catalog = NULL;
    struct ki_txn *txn = NULL;
    uint64_t nremoved = 0;
    enum ki_status status = begin(folder, KI_CATALOG_CHANGE, &catalog, &txn, diag);
    if (status == KI_OK) {
        status = ki_txn_list_remove(txn, name, &nremoved, diag);
    }
    status = end(catalog, txn, status, diag);
    if (status == KI_OK && nentries) {
        *nentries = nremoved;
    }
    return status;
}

enum ki_status ki_list_remove_entry(const char *folder, const char *name,
                                    const char *entry, bool *existed,
                                    struct ki_diag *diag)
{
    struct ki_catalog *catalog = NULL;
    struct ki_txn *txn = NULL;
    struct ki_list_info info;
    enum ki_status status = begin(folder, KI_CATALOG_CHANGE, &catalog, &txn, diag);
    *existed = false;
    if (status == KI_OK) {
        status = ki_txn_list_find(txn, name, &info, diag);
    }
    if (status == KI_OK) {
        status = ki_txn_entry_remove(txn, info.id, entry, strlen(entry), existed, diag);
    }
    return end(catalog, txn, status, diag);
}

enum ki_status ki_list_all(const char *folder, struct ki_list_info **lists,
                           size_t *nlists, struct ki_diag *diag)
{
    struct ki_catalog *catalog = NULL;
    struct ki_txn *txn = NULL;
    enum ki_status status = begin(folder, KI_CATALOG_READ, &catalog, &txn, diag);
    if (status == KI_OK) {
        status = ki_txn_list_all(txn, lists, nlists, diag);
    }
    ki_txn_abort(txn);
    ki_catalog_close(catalog);
    return status;
}
