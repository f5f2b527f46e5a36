/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Catalog → segment → MANIFEST. What has changed since the last publication becomes a
 * delta: a new segment, or the newest one written again with the changes, while that is
 * small or there are enough segments. All is built anew when there is nothing to stand
 * on, when half has changed, or when a file is damaged.
 */
#include "index/publish.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/diag.h"
#include "index/generation.h"
#include "index/publication.h"

const struct ki_publish_policy ki_publish_policy_default = {
    .most_segments = 4,
    .tail_nbytes = 8 << 20,
};

struct collect {
    struct ki_segment_builder *builder;
    struct ki_manifest *next;
    struct ki_list_info *counts; /* what was seen of next's lists, in their order */
    struct ki_diag *diag;
};

static enum ki_status collect_entry(void *context, uint32_t list_id,
                                    const struct ki_entry *entry)
{
    struct collect *collect = context;
    const struct ki_list_info *list = ki_manifest_list(collect->next, list_id);
    if (!list) {
        return ki_diag_set(collect->diag, KI_ERR_DAMAGED,
                           "catalog.mdb holds an entry of a list that is not there");
    }
    struct ki_list_info *count = &collect->counts[list - collect->next->lists];
    count->nentries++;
    for (size_t i = 0; i < entry->nhashes; i++) {
        count->nhashes[entry->hashes[i].kind]++;
    }
    return ki_segment_builder_add(collect->builder, list_id, entry, collect->diag);
}

/* Entries that a damaged catalog does not give any more must not be lost silently. */
static enum ki_status expect_all(const struct collect *collect)
{
    for (size_t i = 0; i < collect->next->nlists; i++) {
        const struct ki_list_info *list = &collect->next->lists[i];
        const struct ki_list_info *count = &collect->counts[i];
        if (list->nentries != count->nentries ||
            memcmp(list->nhashes, count->nhashes, sizeof list->nhashes) != 0) {
            return ki_diag_set(collect->diag, KI_ERR_DAMAGED,
                               "catalog.mdb: list %s has %llu entries, or hashes, but "
                               "%llu were found",
                               list->name, (unsigned long long)list->nentries,
                               (unsigned long long)count->nentries);
        }
    }
    return KI_OK;
}

static enum ki_status collect_all(struct collect *collect, struct ki_txn *txn,
                                  bool is_delta)
{
    collect->counts = calloc(collect->next->nlists + 1, sizeof *collect->counts);
    if (!collect->counts) {
        return ki_diag_set(collect->diag, KI_ERR_NO_MEMORY, "no memory for a MANIFEST");
    }
    enum ki_status status =
        is_delta ? ki_txn_dirty_entries(txn, collect_entry, collect, collect->diag)
                 : ki_txn_entries(txn, 0, collect_entry, collect, collect->diag);
    if (status == KI_OK && !is_delta) {
        status = expect_all(collect);
    }
    free(collect->counts);
    return status;
}

/* What of the newest segment stays when it is written again. */
struct keep {
    struct ki_txn *txn;
    const struct ki_manifest *next;
};

static enum ki_status is_kept(void *context, const struct ki_segment_entry *entry,
                              bool *is_wanted, struct ki_diag *diag)
{
    struct keep *keep = context;
    bool is_dirty = false;
    *is_wanted = false;
    if (!ki_manifest_list(keep->next, entry->list_id)) {
        return KI_OK;
    }
    enum ki_status status = ki_txn_is_dirty(keep->txn, entry->list_id, entry->id,
                                            entry->id_nbytes, &is_dirty, diag);
    *is_wanted = !is_dirty;
    return status;
}

static enum ki_status add_newest(struct ki_segment_builder *builder, struct keep *keep,
                                 const struct ki_publication *publication,
                                 struct ki_diag *diag)
{
    const struct ki_manifest *current = &publication->current;
    const struct ki_segment_name *name = &current->segments[current->nsegments - 1];
    struct ki_segment *newest = NULL;
    char path[KI_PATH_NBYTES];
    enum ki_status status =
        ki_segment_path(publication->folder, name->number, path, diag);
    if (status == KI_OK) {
        status = ki_segment_open(path, name, &newest, diag);
    }
    if (status == KI_OK) {
        status = ki_segment_builder_add_segment(builder, newest, is_kept, keep, diag);
    }
    ki_segment_close(newest);
    return status;
}

static enum ki_status write_segment(struct ki_publication *publication,
                                    struct ki_segment_builder *builder,
                                    struct ki_manifest *next, struct ki_diag *diag)
{
    char path[KI_PATH_NBYTES];
    struct ki_segment_name *name = &next->segments[next->nsegments];
    if (ki_segment_builder_nentries(builder) == 0) {
        return KI_OK;
    }
    enum ki_status status =
        ki_segment_temporary(publication->folder, "building.new", path, diag);
    if (status == KI_OK) {
        status = ki_segment_builder_write(builder, path, name, diag);
    }
    if (status == KI_OK) {
        status = ki_publication_place(publication, path, name, diag);
    }
    next->nsegments += status == KI_OK;
    return status;
}

/* Builds the segment that follows the first nkept of the current ones. */
static enum ki_status build(struct ki_publication *publication,
                            struct ki_manifest *next, size_t nkept, bool is_fold,
                            struct ki_diag *diag)
{
    char folder[KI_PATH_NBYTES];
    struct collect collect = {.next = next, .diag = diag};
    struct keep keep = {publication->txn, next};
    bool is_delta = nkept > 0;
    enum ki_status status =
        ki_path_join(publication->folder, KI_SEGMENT_FOLDER, folder, diag);
    if (status == KI_OK) {
        status = ki_folder_make(folder, diag);
    }
    if (status == KI_OK) {
        status = ki_segment_builder_create(folder, is_delta, &collect.builder, diag);
    }
    if (status != KI_OK) {
        return status;
    }
    status = collect_all(&collect, publication->txn, is_delta);
    if (status == KI_OK && is_fold) {
        status = add_newest(collect.builder, &keep, publication, diag);
    }
    if (status == KI_OK) {
        status = write_segment(publication, collect.builder, next, diag);
    }
    ki_segment_builder_destroy(collect.builder);
    return status;
}

/* How many of the current segments stay; *is_fold: the newest is written again. */
static size_t plan(const struct ki_publication *publication,
                   const struct ki_publish_policy *policy, uint64_t ndirty,
                   uint64_t nentries, bool *is_fold)
{
    const struct ki_manifest *current = &publication->current;
    size_t n = current->nsegments;
    *is_fold = false;
    if (n == 0 || ndirty > nentries / 2 || !publication->is_continued) {
        return 0;
    }
    if (n >= 2 && ndirty > 0) {
        const struct ki_segment_name *newest = &current->segments[n - 1];
        bool is_frozen = newest->number <= ki_merger_frozen(publication->folder);
        *is_fold = n >= policy->most_segments ||
                   (newest->nbytes <= policy->tail_nbytes && !is_frozen);
    }
    return *is_fold ? n - 1 : n;
}

/* Where the policy is NULL, all is built anew. */
static enum ki_status fill(struct ki_publication *publication, struct ki_manifest *next,
                           const struct ki_publish_policy *policy, struct ki_diag *diag)
{
    uint64_t ndirty = 0;
    uint64_t nentries = 0;
    bool is_fold = false;
    enum ki_status status =
        ki_txn_list_all(publication->txn, &next->lists, &next->nlists, diag);
    if (status == KI_OK) {
        status = ki_txn_dirty_count(publication->txn, &ndirty, diag);
    }
    if (status != KI_OK) {
        return status;
    }
    ki_manifest_sort_lists(next);
    for (size_t i = 0; i < next->nlists; i++) {
        nentries += next->lists[i].nentries;
    }
    size_t nkept = policy ? plan(publication, policy, ndirty, nentries, &is_fold) : 0;
    next->segments = calloc(nkept + 1, sizeof *next->segments);
    if (!next->segments) {
        return ki_diag_set(diag, KI_ERR_NO_MEMORY, "no memory for a MANIFEST");
    }
    for (size_t i = 0; i < nkept; i++) {
        next->segments[next->nsegments++] = publication->current.segments[i];
    }
    return build(publication, next, nkept, is_fold, diag);
}

/* A damaged segment is found when it is opened; then all is made anew. */
static enum ki_status fill_or_repair(struct ki_publication *publication,
                                     struct ki_manifest *next,
                                     const struct ki_publish_policy *policy,
                                     struct ki_diag *diag)
{
    struct ki_diag found = {0};
    publication->keeps_current = publication->keeps_current && policy;
    enum ki_status status = fill(publication, next, policy, &found);
    if (status == KI_ERR_DAMAGED && policy) {
        publication->keeps_current = false;
        ki_manifest_free(next);
        return fill(publication, next, NULL, diag);
    }
    return status == KI_OK ? KI_OK : ki_diag_set(diag, status, "%s", found.message);
}

enum ki_status ki_publish_txn(struct ki_txn *txn,
                              const struct ki_publish_policy *policy,
                              uint64_t *generation, struct ki_diag *diag)
{
    struct ki_publication publication;
    struct ki_manifest next = {0};
    enum ki_status status = ki_publication_begin(txn, &publication, diag);
    if (status != KI_OK) {
        return status;
    }
    if (policy && ki_publication_is_needless(&publication)) {
        *generation = publication.current.generation;
        ki_publication_abandon(&publication);
        return KI_OK;
    }
    status = fill_or_repair(&publication, &next, policy, diag);
    if (status == KI_OK) {
        status = ki_publication_finish(&publication, &next, true, diag);
        *generation = next.generation;
    } else {
        ki_publication_abandon(&publication);
    }
    ki_manifest_free(&next);
    return status;
}

enum ki_status ki_publish_by(struct ki_catalog *catalog,
                             const struct ki_publish_policy *policy,
                             uint64_t *generation, struct ki_diag *diag)
{
    struct ki_txn *txn = NULL;
    enum ki_status status = ki_txn_begin(catalog, &txn, diag);
    return status == KI_OK ? ki_publish_txn(txn, policy, generation, diag) : status;
}

enum ki_status ki_publish(struct ki_catalog *catalog, uint64_t *generation,
                          struct ki_diag *diag)
{
    return ki_publish_by(catalog, &ki_publish_policy_default, generation, diag);
}

/* Whether the files of the current generation are missing or damaged. */
static bool needs_repair(const char *folder)
{
    struct ki_index *index = NULL;
    enum ki_status status = ki_generation_open(folder, NULL, &index, NULL);
    ki_index_close(index);
    return status == KI_ERR_DAMAGED;
}

/* A damaged generation before the current one is of no use to anybody. */
static enum ki_status forget_damaged_previous(const char *folder, struct ki_diag *diag)
{
    struct ki_index *previous = NULL;
    char path[KI_PATH_NBYTES];
    enum ki_status status = ki_index_open_previous(folder, &previous, NULL);
    ki_index_close(previous);
    if (status != KI_ERR_DAMAGED) {
        return KI_OK;
    }
    status = ki_path_join(folder, KI_MANIFEST_PREVIOUS_NAME, path, diag);
    if (status == KI_OK && unlink(path) != 0) {
        status = ki_diag_errno(diag, errno, "cannot remove %s", path);
    }
    return status == KI_OK ? ki_folder_sync(folder, diag) : status;
}

static enum ki_status publish_folder(const char *folder, bool repair,
                                     enum ki_catalog_access access,
                                     uint64_t *generation, struct ki_diag *diag)
{
    struct ki_catalog *catalog = NULL;
    enum ki_status status = ki_catalog_open(folder, access, &catalog, diag);
    if (status == KI_OK) {
        bool is_anew = repair && needs_repair(folder);
        status = ki_publish_by(catalog, is_anew ? NULL : &ki_publish_policy_default,
                               generation, diag);
    }
    if (status == KI_OK && repair) {
        status = forget_damaged_previous(folder, diag);
    }
    ki_catalog_close(catalog);
    return status;
}

enum ki_status ki_index_publish(const char *folder, bool repair, uint64_t *generation,
                                struct ki_diag *diag)
{
    return publish_folder(folder, repair, KI_CATALOG_CHANGE, generation, diag);
}

enum ki_status ki_index_accept_catalog(const char *folder, uint64_t *generation,
                                       struct ki_diag *diag)
{
    return publish_folder(folder, true, KI_CATALOG_ACCEPT, generation, diag);
}
