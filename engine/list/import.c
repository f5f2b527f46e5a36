/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Importing: file → reader → parser → staging; then, in the writer's turn, apply.c puts
 * all into the catalog in one transaction, which the new generation is made from before
 * it is committed. Any error up to there undoes everything; the message of one after it
 * says that the catalog has the change.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <knownimage/list.h>

#include "base/diag.h"
#include "base/file.h"
#include "index/writer_lock.h"
#include "list/import.h"
#include "list/refusals.h"
#include "list/turn.h"

struct ki_import_options ki_import_options_default(void)
{
    return (struct ki_import_options){.kind = -1, .publish = true};
}

/* A missing list is told before the file is looked at. */
static enum ki_status expect_list(const char *folder, const char *name,
                                  struct ki_list_info *info, struct ki_diag *diag)
{
    struct ki_turn turn;
    enum ki_status status = ki_turn_begin(&turn, folder, KI_CATALOG_READ, name, diag);
    if (status == KI_OK) {
        *info = turn.list;
    }
    ki_turn_end(&turn);
    return status;
}

static void tell(const struct ki_import *import, const char *reason)
{
    if (!import->options->on_reject) {
        return;
    }
    const struct ki_list_record *record = &import->parser.record;
    struct ki_list_reject reject = {record->line, record->byte, reason, import->file};
    import->options->on_reject(import->options->context, &reject);
}

static void tell_warning(const struct ki_import *import)
{
    char warning[KI_REASON_NBYTES + 16];
    (void)snprintf(warning, sizeof warning, "warning: %s",
                   import->parser.record.reason);
    tell(import, warning);
}

static enum ki_status stage_record(struct ki_import *import)
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
    if (!import->options->keeps_releases) {
        entry.doubts &= KI_DOUBTS;
    }
    memcpy(entry.from.member, record->member, sizeof entry.from.member);
    return ki_staging_add(&import->staging, &entry, record->op, import->diag);
}

/* Progress, and whether the caller wants to go on. */
enum ki_status ki_import_poll(const struct ki_import *import)
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

static enum ki_status take_step(struct ki_import *import, enum ki_step step)
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
    if (status == KI_OK && import->result.nread % KI_RECORDS_PER_POLL == 0) {
        status = ki_import_poll(import);
    }
    return status;
}

static enum ki_status refill(struct ki_import *import)
{
    struct ki_list_reader *reader = &import->reader;
    size_t nbytes = reader->end - reader->first;
    enum ki_status status = ki_reader_fill(reader, nbytes + 1, import->diag);
    return status == KI_OK ? ki_import_poll(import) : status;
}

static enum ki_status read_records(struct ki_import *import)
{
    struct ki_list_reader *reader = &import->reader;
    enum ki_status status = ki_import_poll(import);
    while (status == KI_OK) {
        size_t consumed = 0;
        enum ki_step step =
            ki_list_parse(&import->parser, reader->data + reader->first,
                          reader->end - reader->first, reader->is_last, &consumed);
        reader->first += consumed;
        if (step == KI_STEP_END || (step == KI_STEP_MORE && reader->is_last)) {
            return ki_import_poll(import);
        }
        status = step == KI_STEP_MORE ? refill(import) : take_step(import, step);
    }
    return status;
}

/* The lock itself waits without asking the caller. */
static enum ki_status await_turn(struct ki_import *import, const char *folder)
{
    const struct ki_import_options *options = import->options;
    const struct ki_patience patience = {options->is_stopped, options->on_wait,
                                         options->context};
    char path[KI_PATH_NBYTES];
    enum ki_status status = ki_import_poll(import);
    if (status == KI_OK) {
        status = ki_writer_lock_path(folder, path, import->diag);
    }
    return status == KI_OK ? ki_file_await(path, &patience, import->diag) : status;
}

static enum ki_status import_turn(struct ki_import *import, const char *folder,
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
        status = ki_import_apply(import, name);
    }
    ki_catalog_close(catalog);
    return status;
}

/* The digest of a database is that of the whole file, which SQLite reads itself. */
static enum ki_status end_reading(struct ki_import *import)
{
    struct ki_list_reader *reader = &import->reader;
    struct ki_import_result *result = &import->result;
    enum ki_status status = ki_reader_drain(reader, import->diag);
    if (status == KI_OK) {
        ki_sha256_end(import->hasher, result->sha256);
        result->has_sha256 = ki_sha256_is_good(import->hasher);
    }
    return status;
}

static enum ki_status read_one(struct ki_import *import)
{
    ki_parser_end(&import->parser);
    enum ki_status status = ki_import_choose_format(import);
    if (status == KI_OK) {
        status = read_records(import);
    }
    import->is_partial = import->parser.facts.is_partial;
    return status;
}

/* Those of a manifest, into the same staging. What goes wrong is told with the name of
 * the file. Pages say that more follow: what the last one says counts. */
static enum ki_status read_several(struct ki_import *import)
{
    const struct ki_update_files *manifest = &import->origin.manifest;
    struct ki_diag *diag = import->diag;
    enum ki_status status = KI_OK;
    for (size_t i = 0; i < manifest->nfiles && status == KI_OK; i++) {
        struct ki_diag own = {0};
        import->diag = &own;
        import->file = manifest->files[i].name;
        status = ki_signed_turn_to(import, i);
        if (status == KI_OK) {
            status = read_one(import);
        }
        import->diag = diag;
        if (status != KI_OK) {
            return ki_diag_set(diag, status, "%s: %s", import->file, own.message);
        }
    }
    return status;
}

/* A list does not move on to an update that gives it nothing. */
static enum ki_status read_signed(struct ki_import *import)
{
    struct ki_import_result *result = &import->result;
    result->has_sha256 = true;
    memcpy(result->sha256, import->origin.sha256, sizeof result->sha256);
    enum ki_status status =
        import->origin.manifest.nfiles > 0 ? read_several(import) : read_one(import);
    if (status == KI_OK && result->nrejected > 0 &&
        result->nrejected == result->nread) {
        return ki_diag_set(import->diag, KI_ERR_REFUSED,
                           "every record of the update was refused");
    }
    return status;
}

static enum ki_status read_unsigned(struct ki_import *import)
{
    ki_sha256_begin(import->hasher);
    enum ki_status status = read_one(import);
    return status == KI_OK && !import->packed.is_packed ? end_reading(import) : status;
}

static enum ki_status read_file(struct ki_import *import, const char *folder)
{
    enum ki_status status = ki_sha256_create(&import->hasher, import->diag);
    import->reader.hasher = import->hasher;
    ki_packed_begin(&import->packed, folder);
    if (status == KI_OK) {
        status = ki_signed_verify(import, folder);
    }
    if (status != KI_OK || import->origin.is_known) {
        return status;
    }
    ki_staging_begin(&import->staging, folder);
    return import->origin.is_signed ? read_signed(import) : read_unsigned(import);
}

/* What became of it, for those who look after imports. An update that was taken before
 * says nothing of a newer one that was refused. */
static void note_outcome(const struct ki_import *import, const char *folder,
                         const char *name, enum ki_status status)
{
    if (status == KI_ERR_FORMAT || status == KI_ERR_REFUSED) {
        ki_refusal_note(folder, name, import->diag->message);
    }
    if (status == KI_OK && import->had_refusal && import->result.number == 0) {
        /* A transaction that changes no list ends without a commit. */
        ki_refusal_note(folder, name, "");
    }
}

static enum ki_status import_all(struct ki_import *import, const char *folder,
                                 const char *name)
{
    enum ki_status status = expect_list(folder, name, &import->list, import->diag);
    if (status != KI_OK) {
        return status;
    }
    status = read_file(import, folder);
    import->result.is_known = import->origin.is_known;
    if (status == KI_OK && !import->origin.is_known) {
        status = import_turn(import, folder, name);
    }
    ki_staging_close(&import->staging);
    ki_signed_close(&import->origin);
    note_outcome(import, folder, name, status);
    if (status == KI_OK && (!import->options->publish || import->origin.is_known)) {
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
    struct ki_diag own = {0};
    struct ki_import *import = calloc(1, sizeof *import);
    if (!import) {
        return ki_diag_set(diag, KI_ERR_NO_MEMORY, "no memory to import");
    }
    import->options = options ? options : &defaults;
    import->diag = diag ? diag : &own;
    import->reader.fd = fd;
    import->reader.is_stopped = import->options->is_stopped;
    import->reader.context = import->options->context;
    enum ki_status status = import_all(import, folder, name);
    if (status == KI_OK) {
        *result = import->result;
    } else if (status == KI_ERR_REFUSED && result) {
        result->needs_confirmation = import->result.needs_confirmation;
    }
    ki_sha256_destroy(import->hasher);
    ki_parser_end(&import->parser);
    ki_packed_close(&import->packed);
    free(import);
    return status;
}
