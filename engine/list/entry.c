/* SPDX-License-Identifier: Apache-2.0 */
/* One entry with all that is known of it. */
#include <knownimage/list.h>

#include "base/diag.h"
#include "list/turn.h"

struct showing {
    struct ki_turn turn;
    bool is_found;
    void (*visit)(void *context, const struct ki_entry_info *entry);
    void *context;
    struct ki_diag *diag;
};

/* An import that the catalog does not know any more is told as none. */
static enum ki_status find_import(const struct showing *showing, uint32_t number,
                                  struct ki_import_note *note,
                                  const struct ki_import_note **out)
{
    struct ki_diag diag = {0};
    *out = NULL;
    if (number == 0) {
        return KI_OK;
    }
    enum ki_status status = ki_txn_import_find(showing->turn.txn, number, note, &diag);
    if (status == KI_OK) {
        *out = note;
    }
    return status == KI_OK || status == KI_ERR_NOT_FOUND
               ? KI_OK
               : ki_diag_set(showing->diag, status, "%s", diag.message);
}

static enum ki_status show(void *context, uint32_t list_id,
                           const struct ki_entry *entry)
{
    struct showing *showing = context;
    struct ki_import_note added;
    struct ki_import_note changed;
    struct ki_entry_info info = {
        .id = entry->id,
        .id_nbytes = entry->id_nbytes,
        .category_scheme = entry->category_scheme,
        .category_code = entry->category_code,
        .hashes = entry->hashes,
        .nhashes = entry->nhashes,
        .from = entry->from,
        .doubts = entry->doubts,
        .list = &showing->turn.list,
    };
    (void)list_id;
    enum ki_status status =
        find_import(showing, entry->from.added_by, &added, &info.added);
    if (status == KI_OK) {
        status = find_import(showing, entry->from.changed_by, &changed, &info.changed);
    }
    if (status == KI_OK) {
        showing->is_found = true;
        showing->visit(showing->context, &info);
    }
    return status;
}

enum ki_status
ki_list_entry(const char *folder, const char *list, const char *id, size_t id_nbytes,
              void (*visit)(void *context, const struct ki_entry_info *entry),
              void *context, struct ki_diag *diag)
{
    struct showing showing = {.visit = visit, .context = context, .diag = diag};
    enum ki_status status =
        ki_turn_begin(&showing.turn, folder, KI_CATALOG_READ, list, diag);
    if (status == KI_OK) {
        status = ki_txn_entry_find(showing.turn.txn, showing.turn.list.id, id,
                                   id_nbytes, show, &showing, diag);
    }
    ki_turn_end(&showing.turn);
    return status == KI_OK && !showing.is_found
               ? ki_diag_set(diag, KI_ERR_NOT_FOUND, "list %s has no such entry", list)
               : status;
}
