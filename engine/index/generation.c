/* SPDX-License-Identifier: Apache-2.0 */
/* Opening a generation: MANIFEST, then its segments. */
#include "index/generation.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/diag.h"

/* Between reading MANIFEST and opening its segments, a publisher may replace both; two
 * generations later the segments are gone. Then the MANIFEST is read again. */
enum { OPEN_TRIES = 8 };

const struct ki_list_info *ki_generation_live(const struct ki_index *index, size_t i,
                                              const struct ki_segment_entry *entry)
{
    for (size_t newer = i + 1; newer < index->manifest.nsegments; newer++) {
        if (ki_segment_has(index->segments[newer], entry)) {
            return NULL;
        }
    }
    return ki_manifest_list(&index->manifest, entry->list_id);
}

/* An open segment of that name in another generation of the same index. */
static struct ki_segment *find_open(const struct ki_index *other,
                                    const struct ki_segment_name *name)
{
    for (size_t i = 0; other && i < other->manifest.nsegments; i++) {
        const struct ki_segment_name *held = &other->segments[i]->name;
        if (held->number == name->number && held->nbytes == name->nbytes &&
            strcmp(held->checksum, name->checksum) == 0) {
            return other->segments[i];
        }
    }
    return NULL;
}

static enum ki_status open_segment(const char *folder, const struct ki_index *other,
                                   const struct ki_segment_name *name,
                                   struct ki_segment **out, struct ki_diag *diag)
{
    char path[KI_PATH_NBYTES];
    struct ki_segment *shared = find_open(other, name);
    if (shared) {
        *out = ki_segment_hold(shared);
        return KI_OK;
    }
    enum ki_status status = ki_segment_path(folder, name->number, path, diag);
    return status == KI_OK ? ki_segment_open(path, name, out, diag) : status;
}

static enum ki_status open_segments(struct ki_index *index, const char *folder,
                                    const struct ki_index *other, struct ki_diag *diag)
{
    const struct ki_manifest *manifest = &index->manifest;
    index->segments = calloc(manifest->nsegments + 1, sizeof(struct ki_segment *));
    if (!index->segments) {
        return ki_diag_set(diag, KI_ERR_NO_MEMORY, "no memory for an index");
    }
    for (size_t i = 0; i < manifest->nsegments; i++) {
        enum ki_status status = open_segment(folder, other, &manifest->segments[i],
                                             &index->segments[i], diag);
        if (status != KI_OK) {
            return status;
        }
        if (index->segments[i]->is_delta != (i > 0)) {
            return ki_diag_set(diag, KI_ERR_DAMAGED,
                               "%s: segment %llu is not what its place in MANIFEST "
                               "asks for",
                               folder,
                               (unsigned long long)manifest->segments[i].number);
        }
    }
    return KI_OK;
}

static bool is_same_file(const char *folder)
{
    char current[KI_PATH_NBYTES];
    char previous[KI_PATH_NBYTES];
    struct stat a;
    struct stat b;
    return ki_path_join(folder, KI_MANIFEST_NAME, current, NULL) == KI_OK &&
           ki_path_join(folder, KI_MANIFEST_PREVIOUS_NAME, previous, NULL) == KI_OK &&
           stat(current, &a) == 0 && stat(previous, &b) == 0 && a.st_dev == b.st_dev &&
           a.st_ino == b.st_ino;
}

/* An older MANIFEST put in the place of the current one would answer without what was
 * added since. It is not newer than MANIFEST.previous then; but for a moment, or after
 * a crash in it, both are names of one file. */
static enum ki_status refuse_stale(const char *folder,
                                   const struct ki_manifest *manifest,
                                   struct ki_diag *diag)
{
    struct ki_manifest previous = {0};
    if (ki_manifest_read(folder, KI_MANIFEST_PREVIOUS_NAME, &previous, NULL) != KI_OK) {
        return KI_OK;
    }
    uint64_t before = previous.generation;
    uint64_t generation = manifest->generation;
    ki_manifest_free(&previous);
    if (before < generation || (before == generation && is_same_file(folder))) {
        return KI_OK;
    }
    return ki_diag_set(
        diag, KI_ERR_DAMAGED,
        "%s/MANIFEST is of generation %llu, but MANIFEST.previous of %llu", folder,
        (unsigned long long)generation, (unsigned long long)before);
}

static enum ki_status open_manifest(const char *folder, const char *name,
                                    const struct ki_index *other, struct ki_index **out,
                                    struct ki_diag *diag)
{
    struct ki_index *index = calloc(1, sizeof *index);
    if (!index) {
        return ki_diag_set(diag, KI_ERR_NO_MEMORY, "no memory for an index");
    }
    enum ki_status status = ki_manifest_read(folder, name, &index->manifest, diag);
    if (status == KI_OK && strcmp(name, KI_MANIFEST_NAME) == 0) {
        status = refuse_stale(folder, &index->manifest, diag);
    }
    if (status == KI_OK) {
        status = open_segments(index, folder, other, diag);
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

uint64_t ki_generation_current(const char *folder)
{
    struct ki_manifest manifest = {0};
    if (ki_manifest_read(folder, KI_MANIFEST_NAME, &manifest, NULL) != KI_OK) {
        return 0;
    }
    uint64_t generation = manifest.generation;
    ki_manifest_free(&manifest);
    return generation;
}

enum ki_status ki_generation_open(const char *folder, const struct ki_index *other,
                                  struct ki_index **out, struct ki_diag *diag)
{
    struct ki_diag last = {0};
    enum ki_status status = KI_OK;
    for (int tries = 0; tries < OPEN_TRIES; tries++) {
        uint64_t before = ki_generation_current(folder);
        last = (struct ki_diag){0};
        status = open_manifest(folder, KI_MANIFEST_NAME, other, out, &last);
        if (status == KI_OK || ki_generation_current(folder) == before) {
            break;
        }
    }
    if (status == KI_ERR_NOT_FOUND && ki_manifest_is_any(folder)) {
        return ki_diag_set(diag, KI_ERR_DAMAGED, "%s/MANIFEST is missing", folder);
    }
    if (status == KI_ERR_NOT_FOUND) {
        return ki_diag_set(diag, status, "no index has been published in %s", folder);
    }
    if (status != KI_OK) {
        return ki_diag_set(diag, status, "%s", last.message);
    }
    return KI_OK;
}

enum ki_status ki_index_open(const char *folder, struct ki_index **out,
                             struct ki_diag *diag)
{
    return ki_generation_open(folder, NULL, out, diag);
}

enum ki_status ki_index_open_previous(const char *folder, struct ki_index **out,
                                      struct ki_diag *diag)
{
    enum ki_status status =
        open_manifest(folder, KI_MANIFEST_PREVIOUS_NAME, NULL, out, diag);
    if (status == KI_ERR_NOT_FOUND) {
        return ki_diag_set(diag, status, "%s has no generation before the current one",
                           folder);
    }
    return status;
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
