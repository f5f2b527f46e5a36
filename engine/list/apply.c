/* SPDX-License-Identifier: Apache-2.0 */
/* Staged records → the catalog, in one transaction. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/diag.h"
#include "index/publish.h"
#include "list/import.h"
#include "list/replace.h"

struct applying {
    struct ki_import *import;
    struct ki_union all; /* of one id, when a list is replaced */
};

static enum ki_status remove_entry(struct ki_import *import,
                                   const struct ki_entry *entry)
{
    bool existed = false;
    enum ki_status status =
        ki_txn_entry_remove(import->txn, import->list.id, entry->id, entry->id_nbytes,
                            &existed, import->diag);
    import->result.nremoved += existed;
    import->result.nunchanged += status == KI_OK && !existed;
    return status;
}

static enum ki_status put_entry(struct ki_import *import, const struct ki_entry *entry,
                                bool is_whole)
{
    enum ki_entry_change change = KI_ENTRY_UNCHANGED;
    uint64_t nquarantined = ki_txn_nquarantined(import->txn);
    enum ki_status status = is_whole ? ki_txn_entry_set(import->txn, import->list.id,
                                                        entry, &change, import->diag)
                                     : ki_txn_entry_add(import->txn, import->list.id,
                                                        entry, &change, import->diag);
    import->result.nadded += change == KI_ENTRY_ADDED;
    import->result.nupdated += change == KI_ENTRY_UPDATED;
    import->result.nunchanged += status == KI_OK && change == KI_ENTRY_UNCHANGED;
    import->result.nquarantined += ki_txn_nquarantined(import->txn) > nquarantined;
    return status;
}

/* One record of an entry that is to become all its records. */
static enum ki_status put_union(struct applying *applying,
                                const struct ki_staged *staged)
{
    struct ki_import *import = applying->import;
    if (!ki_union_add(&applying->all, staged)) {
        return ki_diag_set(import->diag, KI_ERR_NO_MEMORY, "no memory to import");
    }
    if (!staged->is_last) {
        import->result.nunchanged++;
        return KI_OK;
    }
    enum ki_status status = put_entry(import, &applying->all.entry, true);
    applying->all.entry.doubts = 0;
    return status;
}

/* Of a record that a later one of the file makes void, nothing gets into the catalog:
 * importing the file again then changes nothing. */
static enum ki_status apply_record(void *context, const struct ki_staged *staged)
{
    struct applying *applying = context;
    struct ki_import *import = applying->import;
    bool replaces_entry = import->format->replaces_entry;
    enum ki_status status = KI_OK;
    if (staged->is_undone || (!staged->is_last && replaces_entry)) {
        import->result.nunchanged++;
    } else if (staged->op == KI_OP_REMOVE) {
        status = remove_entry(import, &staged->entry);
    } else if (import->options->replaces && !replaces_entry) {
        status = put_union(applying, staged);
    } else {
        status = put_entry(import, &staged->entry, replaces_entry);
    }
    if (status == KI_OK && ++import->nentries % KI_RECORDS_PER_POLL == 0) {
        status = ki_import_poll(import);
    }
    return status;
}

static enum ki_status apply_all(struct ki_import *import)
{
    struct applying applying = {.import = import};
    enum ki_status status =
        ki_staging_visit_all(&import->staging, apply_record, &applying, import->diag);
    if (status == KI_OK && import->options->replaces) {
        status = ki_replace_remove(import->txn, import->list.id, &import->staging,
                                   import->staging.records.folder,
                                   &import->result.nremoved, import->diag);
    }
    ki_union_free(&applying.all);
    return status;
}

/* Before anything is applied. */
static enum ki_status check_replacement(const struct ki_import *import)
{
    if (!import->options->replaces || import->options->is_confirmed ||
        import->list.nentries == 0) {
        return KI_OK;
    }
    if (import->result.nread == 0) {
        return ki_diag_set(import->diag, KI_ERR_REFUSED,
                           "no records: nothing does not replace a list, unless it is "
                           "confirmed");
    }
    if (import->result.nrejected > 0) {
        return ki_diag_set(import->diag, KI_ERR_REFUSED,
                           "%llu records were refused: a list is not replaced by what "
                           "cannot be read whole, unless it is confirmed",
                           (unsigned long long)import->result.nrejected);
    }
    return import->is_partial
               ? ki_diag_set(
                     import->diag, KI_ERR_REFUSED,
                     "the file says that it is only a part: it does not replace "
                     "a list, unless it is confirmed")
               : KI_OK;
}

static enum ki_status check_gate(const struct ki_import *import, uint64_t count,
                                 unsigned percent, const char *what)
{
    uint64_t before = import->list.nentries;
    /* Counts of entries: far below 2^64 / 100. */
    if (import->options->is_confirmed || before < KI_GATE_NENTRIES ||
        count * 100 <= before * percent) {
        return KI_OK;
    }
    return ki_diag_set(
        import->diag, KI_ERR_REFUSED,
        "this would %s %llu entries in a list of %llu: more than %u %% is "
        "taken only if it is confirmed",
        what, (unsigned long long)count, (unsigned long long)before, percent);
}

static enum ki_status check_gates(const struct ki_import *import)
{
    enum ki_status status =
        check_gate(import, import->result.nadded, KI_GATE_GROWTH_PERCENT, "add");
    return status == KI_OK ? check_gate(import, import->result.nremoved,
                                        KI_GATE_REMOVAL_PERCENT, "remove")
                           : status;
}

static void copy_text(char *out, size_t capacity, const char *text)
{
    size_t nbytes = strnlen(text, capacity - 1);
    memcpy(out, text, nbytes);
    out[nbytes] = '\0';
}

/* What the catalog keeps of an import that changed something. */
static enum ki_status note_import(struct ki_import *import, uint32_t number)
{
    struct ki_import_result *result = &import->result;
    if (result->nadded + result->nupdated + result->nremoved == 0) {
        return KI_OK;
    }
    struct ki_import_note note = {
        .number = number,
        .list_id = import->list.id,
        .time = (int64_t)time(NULL),
        .has_sha256 = result->has_sha256,
        .nadded = result->nadded,
        .nupdated = result->nupdated,
        .nremoved = result->nremoved,
        .nrejected = result->nrejected,
        .is_signed = import->origin.is_signed,
    };
    copy_text(note.format, sizeof note.format, result->format ? result->format : "");
    copy_text(note.version, sizeof note.version, ki_version());
    memcpy(note.sha256, result->sha256, sizeof note.sha256);
    if (note.is_signed) {
        memcpy(note.key_id, import->list.trust.key_id, sizeof note.key_id);
    }
    result->number = number;
    return ki_txn_import_end(import->txn, &note, import->diag);
}

static enum ki_status forget_refusal(struct ki_import *import)
{
    char reason[KI_DIAG_NBYTES];
    int64_t time = 0;
    enum ki_status status =
        ki_txn_refusal_find(import->txn, import->list.id, &time, reason, import->diag);
    if (status != KI_OK || !reason[0]) {
        return status;
    }
    import->had_refusal = true;
    return ki_txn_refusal_set(import->txn, import->list.id, 0, "", import->diag);
}

/* Refused, unless it is confirmed. */
static enum ki_status confirmable(struct ki_import *import, enum ki_status status)
{
    import->result.needs_confirmation = status == KI_ERR_REFUSED;
    return status;
}

static enum ki_status apply_records(struct ki_import *import)
{
    uint32_t number = 0;
    enum ki_status status = ki_txn_import_begin(import->txn, &number, import->diag);
    if (status == KI_OK) {
        status = apply_all(import);
    }
    if (status == KI_OK) {
        status = confirmable(import, check_gates(import));
    }
    return status == KI_OK ? note_import(import, number) : status;
}

static enum ki_status apply(struct ki_import *import, const char *name)
{
    enum ki_status status =
        ki_txn_list_find(import->txn, name, &import->list, import->diag);
    if (status == KI_OK) {
        status = ki_signed_check_again(import);
    }
    if (status == KI_OK) {
        status = confirmable(import, check_replacement(import));
    }
    if (status == KI_OK) {
        status = apply_records(import);
    }
    if (status == KI_OK) {
        status = ki_signed_keep(import);
    }
    return status == KI_OK ? forget_refusal(import) : status;
}

enum ki_status ki_import_apply(struct ki_import *import, const char *name)
{
    enum ki_status status = apply(import, name);
    if (status != KI_OK) {
        ki_txn_abort(import->txn);
        return status;
    }
    ki_staging_close(&import->staging); /* the segment needs the memory */
    return import->options->publish
               ? ki_publish_txn(import->txn, &ki_publish_policy_default,
                                &import->result.generation, import->diag)
               : ki_txn_commit(import->txn, import->diag);
}
