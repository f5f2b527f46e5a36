/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Importing: file → reader → parser → staging; then, in the writer's turn, one
 * transaction of the catalog, which the new generation is made from before it is
 * committed. Any error up to there undoes
 * everything; the message of one after it says that the catalog has the change.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <knownimage/list.h>

#include "base/diag.h"
#include "base/file.h"
#include "index/catalog.h"
#include "index/publish.h"
#include "index/writer_lock.h"
#include "list/detect.h"
#include "list/format.h"
#include "list/reader.h"
#include "list/staging.h"

/* How many records between two questions whether to go on. */
enum { RECORDS_PER_POLL = 1000 };

struct import {
    const struct ki_import_options *options;
    struct ki_diag *diag;
    struct ki_txn *txn;
    uint32_t list_id;
    enum ki_purpose purpose; /* of the list, when the file was begun */
    uint64_t nbytes_read;    /* of the file, parsed */
    struct ki_import_result result;
    struct ki_staging staging;
    uint64_t nentries; /* of those staged, applied */
    struct ki_list_reader reader;
    struct ki_list_parser parser;
};

struct ki_import_options ki_import_options_default(void)
{
    return (struct ki_import_options){.kind = -1, .publish = true};
}

static enum ki_status check_options(const struct ki_import_options *options,
                                    const struct ki_list_format **format,
                                    struct ki_diag *diag)
{
    *format = NULL;
    if (options->kind < -1 || options->kind >= KI_NKINDS) {
        return ki_diag_set(diag, KI_ERR_ARGUMENT, "unknown kind of hash");
    }
    if (!options->format || strcmp(options->format, "auto") == 0) {
        return KI_OK;
    }
    *format = ki_list_format_find(options->format);
    if (!*format) {
        return ki_diag_set(diag, KI_ERR_FORMAT, "there is no list format %.64s",
                           options->format);
    }
    bool is_pdq = options->kind == KI_KIND_PDQ;
    if (options->kind >= 0 && ((*format == &ki_list_pdq_text && !is_pdq) ||
                               (*format == &ki_list_hash_text && is_pdq))) {
        return ki_diag_set(diag, KI_ERR_ARGUMENT,
                           "format %s holds no hashes of kind %s", (*format)->name,
                           ki_kind_text((enum ki_kind)options->kind));
    }
    return KI_OK;
}

/* A missing list is told before the file is looked at. */
static enum ki_status expect_list(const char *folder, const char *name,
                                  enum ki_purpose *purpose, struct ki_diag *diag)
{
    struct ki_catalog *catalog = NULL;
    struct ki_txn *txn = NULL;
    struct ki_list_info info;
    enum ki_status status = ki_catalog_open(folder, KI_CATALOG_READ, &catalog, diag);
    if (status == KI_OK) {
        status = ki_txn_begin(catalog, &txn, diag);
    }
    if (status == KI_OK) {
        status = ki_txn_list_find(txn, name, &info, diag);
    }
    if (status == KI_OK) {
        *purpose = info.purpose;
    }
    ki_txn_abort(txn);
    ki_catalog_close(catalog);
    return status;
}

static enum ki_status choose_format(struct import *import, struct ki_diag *diag)
{
    const struct ki_list_format *format;
    struct ki_list_reader *reader = &import->reader;
    enum ki_status status = check_options(import->options, &format, diag);
    if (status == KI_OK) {
        status = ki_reader_fill(reader, KI_DETECT_NBYTES, diag);
    }
    if (status != KI_OK) {
        return status;
    }
    struct ki_detected detected = {.format = format, .is_64_sha256 = true};
    if (!format) {
        size_t nbytes = reader->end - reader->first;
        status = ki_list_detect(reader->data + reader->first, nbytes, reader->is_last,
                                import->options->kind, &detected, diag);
    }
    if (status == KI_OK) {
        ki_parser_begin(&import->parser, detected.format, import->options->kind);
        import->parser.is_64_sha256 = detected.is_64_sha256;
        import->parser.is_stated = format != NULL;
        import->parser.purpose = (int)import->purpose;
        import->parser.fd = reader->fd;
        import->result.format = detected.is_nothing ? NULL : detected.format->name;
    }
    return status;
}

static void tell(const struct import *import, const char *reason)
{
    if (!import->options->on_reject) {
        return;
    }
    const struct ki_list_record *record = &import->parser.record;
    struct ki_list_reject reject = {record->line, record->byte, reason};
    import->options->on_reject(import->options->context, &reject);
}

static void tell_warning(const struct import *import)
{
    char warning[KI_REASON_NBYTES + 16];
    (void)snprintf(warning, sizeof warning, "warning: %s",
                   import->parser.record.reason);
    tell(import, warning);
}

static enum ki_status stage_record(struct import *import)
{
    const struct ki_list_record *record = &import->parser.record;
    if (record->reason[0]) {
        tell_warning(import);
    }
    struct ki_entry entry = {
        .id = record->id,
        .id_nbytes = record->id_nbytes,
        .category_scheme = record->category_scheme,
        .category_code = record->category_code,
        .hashes = record->hashes,
        .nhashes = record->op == KI_OP_REMOVE ? 0 : record->nhashes,
        .from = {.updated = record->updated,
                 .nvotes_for = record->nvotes_for,
                 .nvotes_against = record->nvotes_against},
        .doubts = ki_record_doubts(record),
    };
    memcpy(entry.from.member, record->member, sizeof entry.from.member);
    return ki_staging_add(&import->staging, &entry, record->op, import->diag);
}

/* Progress, and whether the caller wants to go on. */
static enum ki_status poll_caller(const struct import *import)
{
    const struct ki_import_options *options = import->options;
    if (options->on_progress) {
        options->on_progress(options->context, import->parser.byte);
    }
    if (options->is_stopped && options->is_stopped(options->context)) {
        return ki_diag_set(import->diag, KI_ERR_INTERRUPTED, "import stopped");
    }
    return KI_OK;
}

static enum ki_status take_step(struct import *import, enum ki_step step)
{
    const struct ki_list_record *record = &import->parser.record;
    enum ki_status status = KI_OK;
    switch (step) {
    case KI_STEP_RECORD:
        status = stage_record(import);
        break;
    case KI_STEP_REJECT:
        import->result.nrejected++;
        tell(import, record->reason);
        break;
    case KI_STEP_NOTE:
        tell_warning(import);
        return KI_OK;
    case KI_STEP_BAD:
        return record->line == 0
                   ? ki_diag_set(import->diag, KI_ERR_FORMAT, "%s", record->reason)
                   : ki_diag_set(import->diag, KI_ERR_FORMAT, "line %llu: %s",
                                 (unsigned long long)record->line, record->reason);
    case KI_STEP_MORE:
    case KI_STEP_SKIP:
    case KI_STEP_END:
    default:
        return KI_OK;
    }
    import->result.nread++;
    if (status == KI_OK && import->result.nread % RECORDS_PER_POLL == 0) {
        status = poll_caller(import);
    }
    return status;
}

static enum ki_status refill(struct import *import)
{
    struct ki_list_reader *reader = &import->reader;
    size_t nbytes = reader->end - reader->first;
    enum ki_status status = ki_reader_fill(reader, nbytes + 1, import->diag);
    return status == KI_OK ? poll_caller(import) : status;
}

static enum ki_status read_records(struct import *import)
{
    struct ki_list_reader *reader = &import->reader;
    enum ki_status status = poll_caller(import);
    while (status == KI_OK) {
        size_t consumed = 0;
        enum ki_step step =
            ki_list_parse(&import->parser, reader->data + reader->first,
                          reader->end - reader->first, reader->is_last, &consumed);
        reader->first += consumed;
        if (step == KI_STEP_END || (step == KI_STEP_MORE && reader->is_last)) {
            return poll_caller(import);
        }
        status = step == KI_STEP_MORE ? refill(import) : take_step(import, step);
    }
    return status;
}

static enum ki_status remove_entry(struct import *import, const struct ki_entry *entry)
{
    bool existed = false;
    enum ki_status status =
        ki_txn_entry_remove(import->txn, import->list_id, entry->id, entry->id_nbytes,
                            &existed, import->diag);
    import->result.nremoved += existed;
    import->result.nunchanged += status == KI_OK && !existed;
    return status;
}

static enum ki_status put_entry(struct import *import, const struct ki_entry *entry)
{
    enum ki_entry_change change = KI_ENTRY_UNCHANGED;
    uint64_t nquarantined = ki_txn_nquarantined(import->txn);
    enum ki_status status = import->parser.format->replaces_entry
                                ? ki_txn_entry_set(import->txn, import->list_id, entry,
                                                   &change, import->diag)
                                : ki_txn_entry_add(import->txn, import->list_id, entry,
                                                   &change, import->diag);
    import->result.nadded += change == KI_ENTRY_ADDED;
    import->result.nupdated += change == KI_ENTRY_UPDATED;
    import->result.nunchanged += status == KI_OK && change == KI_ENTRY_UNCHANGED;
    import->result.nquarantined += ki_txn_nquarantined(import->txn) > nquarantined;
    return status;
}

/* Of a record that a later one of the file makes void, nothing gets into the catalog:
 * importing the file again then changes nothing. */
static enum ki_status apply_record(void *context, const struct ki_staged *staged)
{
    struct import *import = context;
    enum ki_status status = KI_OK;
    if (staged->is_undone ||
        (!staged->is_last && import->parser.format->replaces_entry)) {
        import->result.nunchanged++;
    } else if (staged->op == KI_OP_REMOVE) {
        status = remove_entry(import, &staged->entry);
    } else {
        status = put_entry(import, &staged->entry);
    }
    if (status == KI_OK && ++import->nentries % RECORDS_PER_POLL == 0) {
        status = poll_caller(import);
    }
    return status;
}

/* Ends the transaction. */
static enum ki_status import_txn(struct import *import, const char *name)
{
    struct ki_list_info info;
    enum ki_status status = ki_txn_list_find(import->txn, name, &info, import->diag);
    if (status == KI_OK) {
        import->list_id = info.id;
        status =
            ki_staging_visit_all(&import->staging, apply_record, import, import->diag);
    }
    if (status != KI_OK) {
        ki_txn_abort(import->txn);
        return status;
    }
    return import->options->publish
               ? ki_publish_txn(import->txn, &ki_publish_policy_default,
                                &import->result.generation, import->diag)
               : ki_txn_commit(import->txn, import->diag);
}

/* The lock itself waits without asking the caller. */
static enum ki_status await_turn(struct import *import, const char *folder)
{
    const struct ki_import_options *options = import->options;
    const struct ki_patience patience = {options->is_stopped, options->on_wait,
                                         options->context};
    char path[KI_PATH_NBYTES];
    enum ki_status status = poll_caller(import);
    if (status == KI_OK) {
        status = ki_writer_lock_path(folder, path, import->diag);
    }
    return status == KI_OK ? ki_file_await(path, &patience, import->diag) : status;
}

static enum ki_status import_turn(struct import *import, const char *folder,
                                  const char *name)
{
    struct ki_catalog *catalog = NULL;
    enum ki_status status = await_turn(import, folder);
    if (status == KI_OK) {
        status = ki_catalog_open(folder, KI_CATALOG_CHANGE, &catalog, import->diag);
    }
    if (status == KI_OK) {
        status = ki_txn_begin(catalog, &import->txn, import->diag);
    }
    if (status == KI_OK) {
        status = import_txn(import, name);
    }
    ki_catalog_close(catalog);
    return status;
}

static enum ki_status import_all(struct import *import, const char *folder,
                                 const char *name)
{
    enum ki_status status = expect_list(folder, name, &import->purpose, import->diag);
    if (status == KI_OK) {
        status = choose_format(import, import->diag);
    }
    if (status == KI_OK) {
        ki_staging_begin(&import->staging, folder);
        status = read_records(import);
    }
    if (status == KI_OK) {
        status = import_turn(import, folder, name);
    }
    ki_staging_close(&import->staging);
    if (status == KI_OK && !import->options->publish) {
        struct ki_index_status index;
        status = ki_index_status(folder, &index, import->diag);
        import->result.generation = status == KI_OK ? index.generation : 0;
    }
    return status;
}

enum ki_status ki_list_import(const char *folder, const char *name, int fd,
                              const struct ki_import_options *options,
                              struct ki_import_result *result, struct ki_diag *diag)
{
    struct ki_import_options defaults = ki_import_options_default();
    struct import *import = calloc(1, sizeof *import);
    if (!import) {
        return ki_diag_set(diag, KI_ERR_NO_MEMORY, "no memory to import");
    }
    import->options = options ? options : &defaults;
    import->diag = diag;
    import->reader.fd = fd;
    import->reader.is_stopped = import->options->is_stopped;
    import->reader.context = import->options->context;
    enum ki_status status = import_all(import, folder, name);
    if (status == KI_OK) {
        *result = import->result;
    }
    ki_parser_end(&import->parser);
    free(import);
    return status;
}
