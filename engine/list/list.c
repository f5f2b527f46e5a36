/* SPDX-License-Identifier: Apache-2.0 */
/* The lists themselves: each call is one transaction of the catalog. */
#include <knownimage/list.h>

#include <string.h>

#include "list/turn.h"

enum ki_status ki_list_add(const char *folder, const struct ki_list_info *info,
                           bool update, struct ki_diag *diag)
{
    struct ki_turn turn;
    enum ki_status status = ki_turn_begin(&turn, folder, KI_CATALOG_WRITE, NULL, diag);
    if (status == KI_OK) {
        status = ki_txn_list_add(turn.txn, info, update, diag);
    }
    return ki_turn_finish(&turn, status, diag);
}

enum ki_status ki_list_remove(const char *folder, const char *name, uint64_t *nentries,
                              struct ki_diag *diag)
{
    struct ki_turn turn;
    uint64_t nremoved = 0;
    enum ki_status status = ki_turn_begin(&turn, folder, KI_CATALOG_CHANGE, NULL, diag);
    if (status == KI_OK) {
        status = ki_txn_list_remove(turn.txn, name, &nremoved, diag);
    }
    status = ki_turn_finish(&turn, status, diag);
    if (status == KI_OK && nentries) {
        *nentries = nremoved;
    }
    return status;
}

enum ki_status ki_list_remove_entry(const char *folder, const char *name,
                                    const char *entry, bool *existed,
                                    struct ki_diag *diag)
{
    struct ki_turn turn;
    enum ki_status status = ki_turn_begin(&turn, folder, KI_CATALOG_CHANGE, name, diag);
    *existed = false;
    if (status == KI_OK) {
        status = ki_txn_entry_remove(turn.txn, turn.list.id, entry, strlen(entry),
                                     existed, diag);
    }
    return ki_turn_finish(&turn, status, diag);
}

enum ki_status ki_list_all(const char *folder, struct ki_list_info **lists,
                           size_t *nlists, struct ki_diag *diag)
{
    struct ki_turn turn;
    enum ki_status status = ki_turn_begin(&turn, folder, KI_CATALOG_READ, NULL, diag);
    if (status == KI_OK) {
        status = ki_txn_list_all(turn.txn, lists, nlists, diag);
    }
    ki_turn_end(&turn);
    return status;
}
