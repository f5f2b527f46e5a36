/* SPDX-License-Identifier: Apache-2.0 */
#include "list/refusals.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <knownimage/list.h>

#include "base/diag.h"
#include "list/turn.h"

void ki_refusal_note(const char *folder, const char *list, const char *reason)
{
    struct ki_turn turn;
    enum ki_status status = ki_turn_begin(&turn, folder, KI_CATALOG_CHANGE, list, NULL);
    if (status == KI_OK) {
        status = ki_txn_refusal_set(turn.txn, turn.list.id, (int64_t)time(NULL), reason,
                                    NULL);
    }
    (void)ki_turn_finish(&turn, status, NULL);
}

/* Of all lists; how many there are comes in *nrefusals. */
static enum ki_status read_all(struct ki_txn *txn, const struct ki_list_info *lists,
                               size_t nlists, struct ki_list_refusal *refusals,
                               size_t *nrefusals, struct ki_diag *diag)
{
    for (size_t i = 0; i < nlists; i++) {
        struct ki_list_refusal *refusal = &refusals[*nrefusals];
        enum ki_status status = ki_txn_refusal_find(txn, lists[i].id, &refusal->time,
                                                    refusal->reason, diag);
        if (status != KI_OK) {
            return status;
        }
        memcpy(refusal->list, lists[i].name, sizeof refusal->list);
        *nrefusals += refusal->reason[0] != '\0';
    }
    return KI_OK;
}

static enum ki_status read_refusals(struct ki_txn *txn,
                                    struct ki_list_refusal **refusals,
                                    size_t *nrefusals, struct ki_diag *diag)
{
    struct ki_list_info *lists = NULL;
    size_t nlists = 0;
    enum ki_status status = ki_txn_list_all(txn, &lists, &nlists, diag);
    struct ki_list_refusal *found = NULL;
    size_t nfound = 0;
    if (status == KI_OK && nlists > 0) {
        found = calloc(nlists, sizeof *found);
        status = found ? read_all(txn, lists, nlists, found, &nfound, diag)
                       : ki_diag_set(diag, KI_ERR_NO_MEMORY, "no memory for the lists");
    }
    free(lists);
    if (status != KI_OK || nfound == 0) {
        free(found);
        found = NULL;
    }
    if (status == KI_OK) {
        *refusals = found;
        *nrefusals = nfound;
    }
    return status;
}

enum ki_status ki_list_refusals(const char *folder, struct ki_list_refusal **refusals,
                                size_t *nrefusals, struct ki_diag *diag)
{
    struct ki_turn turn;
    enum ki_status status = ki_turn_begin(&turn, folder, KI_CATALOG_READ, NULL, diag);
    if (status == KI_OK) {
        status = read_refusals(turn.txn, refusals, nrefusals, diag);
    }
    ki_turn_end(&turn);
    return status;
}
