/* SPDX-License-Identifier: Apache-2.0 */
#include "index/prune.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/diag.h"
#include "base/file.h"
#include "index/catalog_private.h"
#include "index/generation.h"
#include "index/manifest.h"
#include "index/publication.h"

/* A segment stays while MANIFEST or MANIFEST.previous names it: a reader may have read
 * the one before last and be about to open its files. */
struct kept {
    struct ki_manifest current;
    struct ki_manifest previous;
    bool is_merging; /* another process is writing merging.new */
};

static bool names_segment(const struct ki_manifest *manifest, const char *file)
{
    for (size_t i = 0; i < manifest->nsegments; i++) {
        char name[64];
        (void)snprintf(name, sizeof name, "%" PRIu64 ".mdb",
                       manifest->segments[i].number);
        if (strcmp(name, file) == 0) {
            return true;
        }
    }
    return false;
}

static bool ends_with(const char *text, const char *end)
{
    size_t length = strlen(text);
    size_t tail = strlen(end);
    return length > tail && strcmp(text + length - tail, end) == 0;
}

static bool is_removable(const struct kept *kept, const char *file)
{
    if (ends_with(file, ".new")) {
        return !kept->is_merging || strcmp(file, "merging.new") != 0;
    }
    return ends_with(file, ".mdb") && !names_segment(&kept->current, file) &&
           !names_segment(&kept->previous, file);
}

static enum ki_status remove_file(const char *folder, const char *file,
                                  uint64_t *nremoved, uint64_t *removed_nbytes,
                                  struct ki_diag *diag)
{
    char path[KI_PATH_NBYTES];
    struct stat info;
    enum ki_status status = ki_path_join(folder, file, path, diag);
    if (status != KI_OK) {
        return status;
    }
    if (lstat(path, &info) != 0 || unlink(path) != 0) {
        return ki_diag_errno(diag, errno, "cannot remove %s", path);
    }
    (*nremoved)++;
    *removed_nbytes += info.st_size > 0 ? (uint64_t)info.st_size : 0;
    return KI_OK;
}

static enum ki_status prune_folder(const struct kept *kept, const char *segments,
                                   uint64_t *nremoved, uint64_t *removed_nbytes,
                                   struct ki_diag *diag)
{
    DIR *open_folder = opendir(segments);
    if (!open_folder) {
        return errno == ENOENT ? KI_OK
                               : ki_diag_errno(diag, errno, "cannot read %s", segments);
    }
    enum ki_status status = KI_OK;
    const struct dirent *item = NULL;
    while (status == KI_OK && (item = readdir(open_folder)) != NULL) {
        if (is_removable(kept, item->d_name)) {
            status =
                remove_file(segments, item->d_name, nremoved, removed_nbytes, diag);
        }
    }
    (void)closedir(open_folder);
    return status;
}

static enum ki_status read_previous(const char *folder, struct kept *kept,
                                    struct ki_diag *diag)
{
    struct ki_diag found = {0};
    enum ki_status status =
        ki_manifest_read(folder, KI_MANIFEST_PREVIOUS_NAME, &kept->previous, &found);
    return status == KI_OK || status == KI_ERR_NOT_FOUND
               ? KI_OK
               : ki_diag_set(diag, status, "%s", found.message);
}

enum ki_status ki_prune(const char *folder, uint64_t *nremoved,
                        uint64_t *removed_nbytes, struct ki_diag *diag)
{
    char segments[KI_PATH_NBYTES];
    struct kept kept = {0};
    enum ki_status status = ki_path_join(folder, KI_SEGMENT_FOLDER, segments, diag);
    if (status == KI_OK) {
        /* Without a readable MANIFEST it is not known what is in use. */
        status = ki_manifest_read(folder, KI_MANIFEST_NAME, &kept.current, diag);
    }
    if (status != KI_OK) {
        return status;
    }
    status = read_previous(folder, &kept, diag);
    if (status == KI_OK) {
        kept.is_merging = ki_merger_frozen(folder) > 0;
        status = prune_folder(&kept, segments, nremoved, removed_nbytes, diag);
    }
    ki_manifest_free(&kept.current);
    ki_manifest_free(&kept.previous);
    return status;
}

/* An older MANIFEST in the place of the current one does not name all that is needed.
 */
static enum ki_status expect_current(struct ki_txn *txn, struct ki_diag *diag)
{
    uint64_t generation = ki_generation_current(txn->catalog->folder);
    return generation == txn->state.generation || generation == txn->state.base
               ? KI_OK
               : ki_diag_set(
                     diag, KI_ERR_DAMAGED,
                     "%s/MANIFEST is missing, damaged or older than catalog.mdb "
                     "says: 'knownimage index publish' makes it anew",
                     txn->catalog->folder);
}

enum ki_status ki_index_prune(const char *folder, uint64_t *nremoved,
                              uint64_t *removed_nbytes, struct ki_diag *diag)
{
    struct ki_catalog *catalog = NULL;
    struct ki_txn *txn = NULL;
    *nremoved = 0;
    *removed_nbytes = 0;
    enum ki_status status = ki_catalog_open(folder, KI_CATALOG_CHANGE, &catalog, diag);
    if (status == KI_OK) {
        status = ki_txn_begin(catalog, &txn, diag);
    }
    if (status == KI_OK) {
        status = expect_current(txn, diag);
    }
    if (status == KI_OK) {
        status = ki_prune(folder, nremoved, removed_nbytes, diag);
    }
    ki_txn_abort(txn);
    ki_catalog_close(catalog);
    return status;
}
