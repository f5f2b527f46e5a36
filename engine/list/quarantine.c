/* SPDX-License-Identifier: Apache-2.0 */
/* Entries whose PDQ hashes are not looked up: what they are, and letting them out. */
#include <knownimage/list.h>

#include <string.h>

#include "base/diag.h"
#include "list/turn.h"

struct walk {
    ki_quarantine_visit visit;
    void *context;
    bool is_ended;
};

static enum ki_status visit_entry(void *context, uint32_t list_id,
                                  const struct ki_entry *entry)
{
    (void)list_id;
    struct walk *walk = context;
    if (!ki_entry_withholds(entry, KI_KIND_PDQ)) {
        return KI_OK;
    }
    const struct ki_quarantined quarantined = {
        .entry = entry->id,
        .doubts = entry->doubts,
        .hashes = entry->hashes,
        .nhashes = entry->nhashes,
    };
    walk->is_ended = !walk->visit(walk->context, &quarantined);
    return walk->is_ended ? KI_ERR_INTERRUPTED : KI_OK;
}

enum ki_status ki_list_quarantine(const char *folder, const char *name,
                                  ki_quarantine_visit visit, void *context,
                                  struct ki_diag *diag)
{
    struct ki_turn turn;
    struct walk walk = {.visit = visit, .context = context};
    enum ki_status status = ki_turn_begin(&turn, folder, KI_CATALOG_READ, name, diag);
    if (status == KI_OK) {
        status = ki_txn_entries(turn.txn, turn.list.id, visit_entry, &walk, diag);
    }
    ki_turn_end(&turn);
    return walk.is_ended ? KI_OK : status;
}

static enum ki_status note_quarantined(void *context, uint32_t list_id,
                                       const struct ki_entry *entry)
{
    (void)list_id;
    bool *is_quarantined = context;
    *is_quarantined = ki_entry_withholds(entry, KI_KIND_PDQ);
    return KI_OK;
}

static enum ki_status release(struct ki_txn *txn, uint32_t list_id, const char *entry,
                              bool *was_quarantined, struct ki_diag *diag)
{
    size_t nbytes = strlen(entry);
    bool existed = false;
    enum ki_status status = ki_txn_entry_find(txn, list_id, entry, nbytes,
                                              note_quarantined, was_quarantined, diag);
    if (status != KI_OK || !*was_quarantined) {
        return status;
    }
    return ki_txn_entry_doubt(txn, list_id, entry, nbytes, KI_DOUBT_RELEASED,
                              KI_DOUBT_RELEASED, &existed, diag);
}

enum ki_status ki_list_release_entry(const char *folder, const char *name,
                                     const char *entry, bool *was_quarantined,
                                     struct ki_diag *diag)
{
    struct ki_turn turn;
    *was_quarantined = false;
    enum ki_status status = ki_turn_begin(&turn, folder, KI_CATALOG_CHANGE, name, diag);
    if (status == KI_OK) {
        status = release(turn.txn, turn.list.id, entry, was_quarantined, diag);
    }
    return ki_turn_finish(&turn, status, diag);
}
