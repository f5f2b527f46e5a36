/* SPDX-License-Identifier: Apache-2.0 */
#include "index/publication.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/diag.h"
#include "index/catalog_private.h"
#include "index/prune.h"

static const char merger_lock_name[] = "merger.lock";

enum ki_status ki_publication_begin(struct ki_catalog *catalog,
                                    struct ki_publication *out, struct ki_diag *diag)
{
    *out = (struct ki_publication){.folder = catalog->folder};
    struct ki_diag ignored = {0};
    enum ki_status found =
        ki_manifest_read(out->folder, KI_MANIFEST_NAME, &out->current, &ignored);
    out->current_status = found;
    if (found != KI_OK && found != KI_ERR_NOT_FOUND && found != KI_ERR_DAMAGED) {
        return ki_diag_set(diag, found, "%s", ignored.message);
    }
    enum ki_status status = ki_txn_begin(catalog, &out->txn, diag);
    if (status == KI_OK) {
        status = ki_txn_meta_get(out->txn, "generation", &out->counted, diag);
    }
    if (status != KI_OK) {
        ki_publication_abandon(out);
        return status;
    }
    uint64_t last = out->current.generation;
    out->next = (out->counted > last ? out->counted : last) + 1;
    return KI_OK;
}

bool ki_publication_is_continued(const struct ki_publication *publication)
{
    uint64_t generation = publication->current.generation;
    return publication->current_status == KI_OK && generation >= publication->counted &&
           generation <= publication->counted + 1 &&
           publication->current.catalog_serial <= publication->txn->serial;
}

enum ki_status ki_segment_temporary(const char *folder, const char *name,
                                    char out[KI_PATH_NBYTES], struct ki_diag *diag)
{
    char segments[KI_PATH_NBYTES];
    enum ki_status status = ki_path_join(folder, KI_SEGMENT_FOLDER, segments, diag);
    return status == KI_OK ? ki_path_join(segments, name, out, diag) : status;
}

enum ki_status ki_publication_place(const struct ki_publication *publication,
                                    const char *path, struct ki_segment_name *name,
                                    struct ki_diag *diag)
{
    char segments[KI_PATH_NBYTES];
    char final[KI_PATH_NBYTES];
    name->number = publication->next;
    enum ki_status status =
        ki_path_join(publication->folder, KI_SEGMENT_FOLDER, segments, diag);
    if (status == KI_OK) {
        status = ki_segment_path(publication->folder, name->number, final, diag);
    }
    if (status == KI_OK && rename(path, final) != 0) {
        status = ki_diag_errno(diag, errno, "cannot rename %s", path);
    }
    return status == KI_OK ? ki_folder_sync(segments, diag) : status;
}

enum ki_status ki_publication_finish(struct ki_publication *publication,
                                     struct ki_manifest *manifest, struct ki_diag *diag)
{
    struct ki_txn *txn = publication->txn;
    manifest->generation = publication->next;
    enum ki_status status = ki_txn_meta_put(txn, "generation", publication->next, diag);
    if (status == KI_OK) {
        status = ki_manifest_write(publication->folder, manifest, diag);
    }
    if (status != KI_OK) {
        ki_publication_abandon(publication);
        return status;
    }
    publication->txn = NULL;
    status = ki_txn_commit(txn, diag);
    if (status == KI_OK) {
        uint64_t nremoved = 0;
        uint64_t removed_nbytes = 0;
        /* Old segments only cost room; a failure here is prune's to report. */
        (void)ki_prune(publication->folder, &nremoved, &removed_nbytes, NULL);
    }
    ki_publication_abandon(publication);
    return status;
}

void ki_publication_abandon(struct ki_publication *publication)
{
    ki_txn_abort(publication->txn);
    publication->txn = NULL;
    ki_manifest_free(&publication->current);
}

enum ki_status ki_merger_lock(const char *folder, int *fd, struct ki_diag *diag)
{
    char path[KI_PATH_NBYTES];
    enum ki_status status = ki_path_join(folder, merger_lock_name, path, diag);
    return status == KI_OK ? ki_file_lock(path, fd, diag) : status;
}

enum ki_status ki_merger_freeze(int fd, uint64_t number, struct ki_diag *diag)
{
    return pwrite(fd, &number, sizeof number, 0) == (ssize_t)sizeof number
               ? KI_OK
               : ki_diag_errno(diag, errno, "cannot write merger.lock");
}

uint64_t ki_merger_frozen(const char *folder)
{
    char path[KI_PATH_NBYTES];
    uint64_t number = 0;
    if (ki_path_join(folder, merger_lock_name, path, NULL) != KI_OK) {
        return 0;
    }
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0) {
        return 0;
    }
    bool is_held = flock(fd, LOCK_SH | LOCK_NB) != 0;
    if (!is_held || pread(fd, &number, sizeof number, 0) != (ssize_t)sizeof number) {
        number = 0;
    }
    (void)close(fd);
    return number;
}
