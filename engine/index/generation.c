/* SPDX-License-Identifier: Apache-2.0 */
/* Opening a generation: MANIFEST, then its segments. */
#include "index/generation.h"

#include <stdlib.h>

#include "base/diag.h"

/* Between reading MANIFEST and opening its segments, a publisher may replace both; two
 * generations later the segments are gone. Then the MANIFEST is read again. */
enum { OPEN_TRIES = 8 };

const struct ki_list_info *ki_manifest_list(const struct ki_manifest *manifest,
                                            uint32_t id)
{
    size_t low = 0;
    size_t high = manifest->nlists;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (manifest->lists[middle].id < id) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    if (low < manifest->nlists && manifest->lists[low].id == id) {
        return &manifest->lists[low];
    }
    return NULL;
}

static enum ki_status check_owners(const struct ki_index *index,
                                   const struct ki_segment *segment, const char *path,
                                   struct ki_diag *diag)
{
    uint32_t known = 0; /* ids begin at 1 */
    for (uint32_t i = 0; i < segment->nentries; i++) {
        uint32_t id = ki_segment_entry(segment, i).list_id;
        if (id != known && !ki_manifest_list(&index->manifest, id)) {
            return ki_diag_set(diag, KI_ERR_DAMAGED,
                               "%s holds an entry of a list that the MANIFEST does not "
                               "name",
                               path);
        }
        known = id;
    }
    return KI_OK;
}

static enum ki_status open_segments(struct ki_index *index, const char *folder,
                                    struct ki_diag *diag)
{
    const struct ki_manifest *manifest = &index->manifest;
    index->segments = calloc(manifest->nsegments + 1, sizeof(struct ki_segment *));
    if (!index->segments) {
        return ki_diag_set(diag, KI_ERR_NO_MEMORY, "no memory for an index");
    }
    for (size_t i = 0; i < manifest->nsegments; i++) {
        char path[KI_PATH_NBYTES];
        const struct ki_segment_name *name = &manifest->segments[i];
        enum ki_status status = ki_segment_path(folder, name->number, path, diag);
        if (status == KI_OK) {
            status = ki_segment_open(path, name, &index->segments[i], diag);
        }
        if (status == KI_OK) {
            status = check_owners(index, index->segments[i], path, diag);
        }
        if (status != KI_OK) {
            return status;
        }
    }
    return KI_OK;
}

static enum ki_status open_once(const char *folder, struct ki_index **out,
                                struct ki_diag *diag)
{
    struct ki_index *index = calloc(1, sizeof *index);
    if (!index) {
        return ki_diag_set(diag, KI_ERR_NO_MEMORY, "no memory for an index");
    }
    enum ki_status status =
        ki_manifest_read(folder, KI_MANIFEST_NAME, &index->manifest, diag);
    if (status == KI_OK) {
        status = open_segments(index, folder, diag);
    }
    if (status != KI_OK) {
        ki_index_close(index);
        return status;
    }
    for (size_t i = 0; i < index->manifest.nlists; i++) {
        unsigned radius = index->manifest.lists[i].radius;
        index->radius_most = radius > index->radius_most ? radius : index->radius_most;
    }
    *out = index;
    return KI_OK;
}

/* The generation that MANIFEST names now; 0 if it cannot be read. */
static uint64_t current_generation(const char *folder)
{
    struct ki_manifest manifest = {0};
    if (ki_manifest_read(folder, KI_MANIFEST_NAME, &manifest, NULL) != KI_OK) {
        return 0;
    }
    uint64_t generation = manifest.generation;
    ki_manifest_free(&manifest);
    return generation;
}

enum ki_status ki_index_open(const char *folder, struct ki_index **out,
                             struct ki_diag *diag)
{
    struct ki_diag last = {0};
    enum ki_status status = KI_OK;
    for (int tries = 0; tries < OPEN_TRIES; tries++) {
        uint64_t before = current_generation(folder);
        last = (struct ki_diag){0};
        status = open_once(folder, out, &last);
        if (status == KI_OK || current_generation(folder) == before) {
            break;
        }
    }
    if (status == KI_ERR_NOT_FOUND) {
        return ki_diag_set(diag, status, "no index has been published in %s", folder);
    }
    if (status != KI_OK) {
        return ki_diag_set(diag, status, "%s", last.message);
    }
    return KI_OK;
}

void ki_index_close(struct ki_index *index)
{
    if (!index) {
        return;
    }
    for (size_t i = 0; index->segments && i < index->manifest.nsegments; i++) {
        ki_segment_close(index->segments[i]);
    }
    free(index->segments);
    ki_manifest_free(&index->manifest);
    free(index);
}

uint64_t ki_index_generation(const struct ki_index *index)
{
    return index->manifest.generation;
}

size_t ki_index_nlists(const struct ki_index *index)
{
    return index->manifest.nlists;
}

const struct ki_list_info *ki_index_list(const struct ki_index *index, size_t i)
{
    return &index->manifest.lists[i];
}
