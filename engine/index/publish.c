/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Catalog → segment → MANIFEST. The new segment is written under a temporary name,
 * synced, renamed, and only then named by a MANIFEST; whatever is interrupted leaves
 * the old generation in force and at most files that prune removes.
 */
#include "index/publish.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/diag.h"
#include "base/file.h"
#include "index/catalog_private.h"
#include "index/manifest.h"
#include "index/prune.h"
#include "index/segment.h"

struct collect {
    struct ki_segment_builder *builder;
    struct ki_diag *diag;
};

static enum ki_status collect_entry(void *context, uint32_t list_id,
                                    const struct ki_entry *entry)
{
    struct collect *collect = context;
    return ki_segment_builder_add(collect->builder, list_id, entry, collect->diag);
}

/* Writes segments/N.mdb and makes it durable. */
static enum ki_status place_segment(const char *folder,
                                    struct ki_segment_builder *builder,
                                    struct ki_segment_name *name, struct ki_diag *diag)
{
    char segments[KI_PATH_NBYTES];
    char fresh[KI_PATH_NBYTES];
    char path[KI_PATH_NBYTES];
    enum ki_status status = ki_path_join(folder, KI_SEGMENT_FOLDER, segments, diag);
    if (status == KI_OK) {
        status = ki_folder_make(segments, diag);
    }
    if (status == KI_OK) {
        status = ki_path_join(segments, "building.new", fresh, diag);
    }
    if (status == KI_OK) {
        status = ki_segment_path(folder, name->number, path, diag);
    }
    if (status == KI_OK) {
        status = ki_segment_builder_write(builder, fresh, name, diag);
    }
    if (status != KI_OK) {
        return status;
    }
    if (rename(fresh, path) != 0) {
        return ki_diag_errno(diag, errno, "cannot rename %s", fresh);
    }
    return ki_folder_sync(segments, diag);
}

static enum ki_status build_segment(struct ki_txn *txn, struct ki_segment_name *name,
                                    struct ki_diag *diag)
{
    struct collect collect = {.diag = diag};
    enum ki_status status = ki_segment_builder_create(&collect.builder, diag);
    if (status != KI_OK) {
        return status;
    }
    status = ki_txn_entries(txn, 0, collect_entry, &collect, diag);
    if (status == KI_OK) {
        status = place_segment(txn->catalog->folder, collect.builder, name, diag);
    }
    ki_segment_builder_destroy(collect.builder);
    return status;
}

static int compare_list_ids(const void *a, const void *b)
{
    const struct ki_list_info *x = a;
    const struct ki_list_info *y = b;
    return (x->id > y->id) - (x->id < y->id);
}

static enum ki_status fill_manifest(struct ki_txn *txn, struct ki_manifest *manifest,
                                    struct ki_diag *diag)
{
    enum ki_status status =
        ki_txn_list_all(txn, &manifest->lists, &manifest->nlists, diag);
    if (status != KI_OK) {
        return status;
    }
    uint64_t nentries = 0;
    for (size_t i = 0; i < manifest->nlists; i++) {
        nentries += manifest->lists[i].nentries;
    }
    if (manifest->nlists > 1) {
        qsort(manifest->lists, manifest->nlists, sizeof *manifest->lists,
              compare_list_ids);
    }
    if (nentries == 0) {
        return KI_OK;
    }
    manifest->segments = calloc(1, sizeof *manifest->segments);
    if (!manifest->segments) {
        return ki_diag_set(diag, KI_ERR_NO_MEMORY, "no memory for a MANIFEST");
    }
    manifest->nsegments = 1;
    manifest->segments[0].number = manifest->generation;
    return build_segment(txn, &manifest->segments[0], diag);
}

static enum ki_status publish_txn(struct ki_txn *txn, bool is_forced,
                                  uint64_t *generation, struct ki_diag *diag)
{
    const char *folder = txn->catalog->folder;
    struct ki_manifest current = {0};
    enum ki_status status = ki_manifest_read(folder, KI_MANIFEST_NAME, &current, NULL);
    uint64_t last = current.generation;
    bool is_current =
        status == KI_OK && current.catalog_serial == txn->serial && !is_forced;
    ki_manifest_free(&current);
    if (is_current) {
        *generation = last;
        return KI_OK;
    }
    if (status != KI_OK && status != KI_ERR_NOT_FOUND && status != KI_ERR_DAMAGED) {
        return ki_diag_set(diag, status, "cannot read MANIFEST in %s", folder);
    }
    /* A damaged MANIFEST is replaced, under a number that no reader can have seen: the
     * catalog remembers the last one that was given out. */
    uint64_t counted = 0;
    status = ki_txn_meta_get(txn, "generation", &counted, diag);
    if (status != KI_OK) {
        return status;
    }
    struct ki_manifest next = {.catalog_serial = txn->serial};
    next.generation = (counted > last ? counted : last) + 1;
    status = ki_txn_meta_put(txn, "generation", next.generation, diag);
    if (status == KI_OK) {
        status = fill_manifest(txn, &next, diag);
    }
    if (status == KI_OK) {
        status = ki_manifest_write(folder, &next, diag);
    }
    *generation = next.generation;
    ki_manifest_free(&next);
    return status;
}

static enum ki_status publish(struct ki_catalog *catalog, bool is_forced,
                              uint64_t *generation, struct ki_diag *diag)
{
    struct ki_txn *txn = NULL;
    enum ki_status status = ki_txn_begin(catalog, &txn, diag);
    if (status != KI_OK) {
        return status;
    }
    uint64_t published = 0;
    status = publish_txn(txn, is_forced, &published, diag);
    if (status != KI_OK) {
        ki_txn_abort(txn);
        return status;
    }
    status = ki_txn_commit(txn, diag);
    if (status == KI_OK) {
        *generation = published;
        uint64_t nremoved = 0;
        uint64_t removed_nbytes = 0;
        /* Old segments only cost room; a failure here is prune's to report. */
        (void)ki_prune(catalog->folder, &nremoved, &removed_nbytes, NULL);
    }
    return status;
}

enum ki_status ki_publish(struct ki_catalog *catalog, uint64_t *generation,
                          struct ki_diag *diag)
{
    return publish(catalog, false, generation, diag);
}

/* Whether the files of the current generation are missing or damaged. */
static bool needs_repair(const char *folder)
{
    struct ki_index *index = NULL;
    enum ki_status status = ki_index_open(folder, &index, NULL);
    ki_index_close(index);
    return status == KI_ERR_DAMAGED;
}

enum ki_status ki_index_publish(const char *folder, uint64_t *generation,
                                struct ki_diag *diag)
{
    struct ki_catalog *catalog = NULL;
    enum ki_status status = ki_catalog_open(folder, KI_CATALOG_CHANGE, &catalog, diag);
    if (status == KI_OK) {
        status = publish(catalog, needs_repair(folder), generation, diag);
    }
    ki_catalog_close(catalog);
    return status;
}
