/* SPDX-License-Identifier: Apache-2.0 */
#include "list/turn.h"

enum ki_status ki_turn_begin(struct ki_turn *turn, const char *folder,
                             enum ki_catalog_access access, const char *list,
                             struct ki_diag *diag)
{
    *turn = (struct ki_turn){0};
    enum ki_status status = ki_catalog_open(folder, access, &turn->catalog, diag);
    if (status == KI_OK) {
        status = ki_txn_begin(turn->catalog, &turn->txn, diag);
    }
    return status == KI_OK && list
               ? ki_txn_list_find(turn->txn, list, &turn->list, diag)
               : status;
}

void ki_turn_end(struct ki_turn *turn)
{
    ki_txn_abort(turn->txn);
    ki_catalog_close(turn->catalog);
    *turn = (struct ki_turn){0};
}

enum ki_status ki_turn_finish(struct ki_turn *turn, enum ki_status status,
                              struct ki_diag *diag)
{
    if (status == KI_OK) {
        status = ki_txn_commit(turn->txn, diag);
        turn->txn = NULL;
    }
    ki_turn_end(turn);
    return status;
}
