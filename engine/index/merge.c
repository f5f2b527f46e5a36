/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Several neighbouring segments become one. The input is immutable, so that it is read
 * and the result written without the writer's turn; only choosing the input and naming
 * the result in a MANIFEST take it. Publishers leave the input alone meanwhile.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/diag.h"
#include "index/generation.h"
#include "index/publication.h"
#include "index/publish.h"

enum { TRIES = 4 };

struct merge {
    const char *folder;
    const struct ki_publish_policy *policy; /* of what is due; NULL: all */
    int lock_fd;
    struct ki_manifest manifest; /* as it was when the input was chosen */
    size_t first;
    size_t count; /* 0: nothing to do */
    struct ki_segment **segments;
    size_t current; /* the one whose entries are being added, from first = 0 */
    char path[KI_PATH_NBYTES];
    struct ki_segment_name name;
};

/* The newest segments, as many as are together at least half as large as the one before
 * them: every entry is then written again only about log(n) times. */
static void choose_due(struct merge *merge)
{
    const struct ki_segment_name *segments = merge->manifest.segments;
    size_t n = merge->manifest.nsegments;
    if (n < 2 || n + 1 < merge->policy->most_segments ||
        segments[n - 1].nbytes <= merge->policy->tail_nbytes) {
        return;
    }
    size_t first = n - 1;
    uint64_t sum = segments[first].nbytes;
    while (first > 0 && segments[first - 1].nbytes / 2 < sum) {
        sum += segments[--first].nbytes;
    }
    first = first == n - 1 ? n - 2 : first;
    merge->first = first;
    merge->count = n - first;
}

static enum ki_status choose(struct merge *merge, struct ki_diag *diag)
{
    struct ki_catalog *catalog = NULL;
    enum ki_status status =
        ki_catalog_open(merge->folder, KI_CATALOG_CHANGE, &catalog, diag);
    if (status == KI_OK) {
        status =
            ki_manifest_read(merge->folder, KI_MANIFEST_NAME, &merge->manifest, diag);
    }
    if (status == KI_OK && !merge->policy && merge->manifest.nsegments > 1) {
        merge->first = 0;
        merge->count = merge->manifest.nsegments;
    } else if (status == KI_OK && merge->policy) {
        choose_due(merge);
    }
    if (status == KI_OK && merge->count > 0) {
        size_t last = merge->first + merge->count - 1;
        status = ki_merger_freeze(merge->lock_fd, merge->manifest.segments[last].number,
                                  diag);
    }
    ki_catalog_close(catalog);
    return status;
}

static enum ki_status open_input(struct merge *merge, struct ki_diag *diag)
{
    merge->segments = calloc(merge->count, sizeof(struct ki_segment *));
    if (!merge->segments) {
        return ki_diag_set(diag, KI_ERR_NO_MEMORY, "no memory to merge");
    }
    enum ki_status status = KI_OK;
    for (size_t i = 0; i < merge->count && status == KI_OK; i++) {
        char path[KI_PATH_NBYTES];
        const struct ki_segment_name *name =
            &merge->manifest.segments[merge->first + i];
        status = ki_segment_path(merge->folder, name->number, path, diag);
        if (status == KI_OK) {
            status = ki_segment_open(path, name, &merge->segments[i], diag);
        }
    }
    return status;
}

/* An entry stays if its list does and no newer segment of the input has it. */
static enum ki_status is_live(void *context, const struct ki_segment_entry *entry,
                              bool *is_wanted, struct ki_diag *diag)
{
    const struct merge *merge = context;
    (void)diag;
    *is_wanted = ki_manifest_list(&merge->manifest, entry->list_id) != NULL;
    for (size_t i = merge->current + 1; *is_wanted && i < merge->count; i++) {
        *is_wanted = !ki_segment_has(merge->segments[i], entry);
    }
    return KI_OK;
}

static enum ki_status build(struct merge *merge, struct ki_diag *diag)
{
    char folder[KI_PATH_NBYTES];
    struct ki_segment_builder *builder = NULL;
    enum ki_status status =
        ki_path_join(merge->folder, KI_SEGMENT_FOLDER, folder, diag);
    if (status == KI_OK) {
        status = ki_segment_temporary(merge->folder, "merging.new", merge->path, diag);
    }
    if (status == KI_OK) {
        status = ki_segment_builder_create(folder, merge->first > 0, &builder, diag);
    }
    for (size_t i = 0; i < merge->count && status == KI_OK; i++) {
        merge->current = i;
        status = ki_segment_builder_add_segment(builder, merge->segments[i], is_live,
                                                merge, diag);
    }
    if (status == KI_OK) {
        status = ki_segment_builder_write(builder, merge->path, &merge->name, diag);
    }
    ki_segment_builder_destroy(builder);
    return status;
}

/* Where the input stands in the MANIFEST of now; SIZE_MAX if it does not any more. */
static size_t find_input(const struct merge *merge, const struct ki_manifest *now)
{
    for (size_t at = 0; at + merge->count <= now->nsegments; at++) {
        size_t i = 0;
        while (i < merge->count &&
               now->segments[at + i].number ==
                   merge->manifest.segments[merge->first + i].number) {
            i++;
        }
        if (i == merge->count && at == merge->first) {
            return at;
        }
    }
    return SIZE_MAX;
}

/* now's lists and segments, with the input replaced by the result. */
static enum ki_status fill_manifest(const struct merge *merge,
                                    struct ki_publication *publication,
                                    struct ki_manifest *next, struct ki_diag *diag)
{
    const struct ki_manifest *now = &publication->current;
    next->catalog_serial = now->catalog_serial;
    next->catalog_content = now->catalog_content;
    next->segments = calloc(now->nsegments, sizeof *next->segments);
    next->lists = calloc(now->nlists + 1, sizeof *next->lists);
    if (!next->segments || !next->lists) {
        return ki_diag_set(diag, KI_ERR_NO_MEMORY, "no memory for a MANIFEST");
    }
    memcpy(next->lists, now->lists, now->nlists * sizeof *next->lists);
    next->nlists = now->nlists;
    for (size_t i = 0; i < now->nsegments; i++) {
        if (i == merge->first) {
            next->segments[next->nsegments++] = merge->name;
        } else if (i < merge->first || i >= merge->first + merge->count) {
            next->segments[next->nsegments++] = now->segments[i];
        }
    }
    return KI_OK;
}

static enum ki_status replace_input(struct merge *merge,
                                    struct ki_publication *publication,
                                    uint64_t *generation, struct ki_diag *diag)
{
    struct ki_manifest next = {0};
    enum ki_status status =
        ki_publication_place(publication, merge->path, &merge->name, diag);
    if (status == KI_OK) {
        status = fill_manifest(merge, publication, &next, diag);
    }
    if (status == KI_OK) {
        status = ki_publication_finish(publication, &next, false, diag);
        *generation = next.generation;
    } else {
        ki_publication_abandon(publication);
    }
    ki_manifest_free(&next);
    return status;
}

/* *is_done is false if a publisher has replaced the input meanwhile. */
static enum ki_status put_in_force(struct merge *merge, uint64_t *generation,
                                   bool *is_done, struct ki_diag *diag)
{
    struct ki_catalog *catalog = NULL;
    struct ki_txn *txn = NULL;
    struct ki_publication publication;
    enum ki_status status =
        ki_catalog_open(merge->folder, KI_CATALOG_CHANGE, &catalog, diag);
    if (status == KI_OK) {
        status = ki_txn_begin(catalog, &txn, diag);
    }
    if (status == KI_OK) {
        status = ki_publication_begin(txn, &publication, diag);
    }
    if (status == KI_OK) {
        /* Not over a publication that is lost, or an older MANIFEST. */
        *is_done = publication.is_continued &&
                   publication.current.generation == publication.counted &&
                   find_input(merge, &publication.current) != SIZE_MAX;
        if (*is_done) {
            status = replace_input(merge, &publication, generation, diag);
        } else {
            ki_publication_abandon(&publication);
            (void)unlink(merge->path);
        }
    }
    ki_catalog_close(catalog);
    return status;
}

static void close_input(struct merge *merge)
{
    for (size_t i = 0; merge->segments && i < merge->count; i++) {
        ki_segment_close(merge->segments[i]);
    }
    free(merge->segments);
    ki_manifest_free(&merge->manifest);
    merge->segments = NULL;
    merge->count = 0;
}

static enum ki_status merge_once(struct merge *merge, uint64_t *generation,
                                 bool *is_done, struct ki_diag *diag)
{
    enum ki_status status = choose(merge, diag);
    if (status == KI_OK && merge->count == 0) {
        *generation = merge->manifest.generation;
        *is_done = true;
        close_input(merge);
        return KI_OK;
    }
    if (status == KI_OK) {
        status = open_input(merge, diag);
    }
    if (status == KI_OK) {
        status = build(merge, diag);
    }
    if (status == KI_OK) {
        status = put_in_force(merge, generation, is_done, diag);
    }
    close_input(merge);
    return status;
}

enum ki_status ki_merge_by(const char *folder, const struct ki_publish_policy *policy,
                           bool is_all, uint64_t *generation, struct ki_diag *diag)
{
    struct merge merge = {
        .folder = folder,
        .policy = is_all ? NULL : policy,
        .lock_fd = -1,
    };
    bool is_done = false;
    *generation = 0;
    enum ki_status status = ki_merger_lock(folder, &merge.lock_fd, diag);
    for (int tries = 0; status == KI_OK && !is_done && tries < TRIES; tries++) {
        status = merge_once(&merge, generation, &is_done, diag);
    }
    if (merge.lock_fd >= 0) {
        (void)ki_merger_freeze(merge.lock_fd, 0, NULL);
        (void)close(merge.lock_fd);
    }
    if (status == KI_OK && !is_done) {
        *generation = ki_generation_current(folder); /* the next merge takes care */
    }
    return status;
}

enum ki_status ki_index_merge(const char *folder, bool is_all, uint64_t *generation,
                              struct ki_diag *diag)
{
    return ki_merge_by(folder, &ki_publish_policy_default, is_all, generation, diag);
}
