/* SPDX-License-Identifier: Apache-2.0 */
/* One transaction of the catalog in a folder, and the list it is about. */
#ifndef KI_LIST_TURN_H
#define KI_LIST_TURN_H

#include "index/catalog.h"

struct ki_turn {
    struct ki_catalog *catalog;
    struct ki_txn *txn; /* NULL once it has ended */
    struct ki_list_info list;
};

/* Opens the catalog and begins; finds the list of that name (NULL: none is looked for).
 * To be ended in any case. */
enum ki_status ki_turn_begin(struct ki_turn *turn, const char *folder,
                             enum ki_catalog_access access, const char *list,
                             struct ki_diag *diag);

/* Undoes what was not committed, and closes the catalog. */
void ki_turn_end(struct ki_turn *turn);

/* Commits if all went well, and ends; what became of it. */
enum ki_status ki_turn_finish(struct ki_turn *turn, enum ki_status status,
                              struct ki_diag *diag);

#endif
