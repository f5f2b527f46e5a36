/* SPDX-License-Identifier: Apache-2.0 */
#include "index/publication.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/diag.h"
#include "index/catalog_private.h"
#include "index/prune.h"
#include "index/writer_lock.h"

static const char merger_lock_name[] = "merger.lock";

/* What the last publication took is in force, or is to be taken again, or does not
 * matter, as all will be made anew. */
static enum ki_status settle(struct ki_publication *publication, struct ki_diag *diag)
{
    struct ki_txn *txn = publication->txn;
    uint64_t generation = publication->current.generation;
    publication->is_continued =
        generation > 0 &&
        (generation == txn->state.generation || generation == txn->state.base);
    if (publication->is_continued && generation != txn->state.generation) {
        return ki_txn_pending_keep(txn, diag);
    }
    return ki_txn_pending_drop(txn, diag);
}

/* An older catalog that was accepted must not give its numbers a second time. */
static void overtake(struct ki_txn *txn, const struct ki_manifest *current)
{
    struct ki_catalog_state *state = &txn->state;
    uint64_t noted = ki_writer_lock_serial(txn->catalog->folder);
    uint64_t serial = current->catalog_serial > noted ? current->catalog_serial : noted;
    if (current->generation > state->generation || serial > state->serial) {
        state->generation =
            (current->generation > state->generation ? current->generation
                                                     : state->generation) +
            1;
        state->serial = serial > state->serial ? serial : state->serial;
        txn->is_changed = true;
        txn->is_touched = true;
    }
}

enum ki_status ki_publication_begin(struct ki_txn *txn, struct ki_publication *out,
                                    struct ki_diag *diag)
{
    struct ki_diag found = {0};
    *out = (struct ki_publication){.folder = txn->catalog->folder, .txn = txn};
    enum ki_status status =
        ki_manifest_read(out->folder, KI_MANIFEST_NAME, &out->current, &found);
    if (status == KI_ERR_NOT_FOUND || status == KI_ERR_DAMAGED) {
        status = KI_OK;
    }
    if (status == KI_OK) {
        overtake(txn, &out->current);
        status = ki_txn_flush_list(txn, &found);
    }
    if (status == KI_OK) {
        status = settle(out, &found);
    }
    if (status != KI_OK) {
        ki_publication_abandon(out);
        return ki_diag_set(diag, status, "%s", found.message);
    }
    out->counted = txn->state.generation;
    out->next = out->counted + 1;
    out->keeps_current = out->is_continued;
    return KI_OK;
}

bool ki_publication_is_needless(const struct ki_publication *publication)
{
    const struct ki_txn *txn = publication->txn;
    return publication->is_continued && !txn->is_changed &&
           publication->current.generation == txn->state.generation &&
           publication->current.catalog_serial == txn->state.serial;
}

enum ki_status ki_segment_temporary(const char *folder, const char *name,
                                    char out[KI_PATH_NBYTES], struct ki_diag *diag)
{
    char segments[KI_PATH_NBYTES];
    enum ki_status status = ki_path_join(folder, KI_SEGMENT_FOLDER, segments, diag);
    return status == KI_OK ? ki_path_join(segments, name, out, diag) : status;
}

enum ki_status ki_publication_place(struct ki_publication *publication,
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
    if (status == KI_OK) {
        memcpy(publication->placed, final, sizeof final);
    }
    return status == KI_OK ? ki_folder_sync(segments, diag) : status;
}

/* The state that the commit is to leave behind. */
static void count(const struct ki_publication *publication,
                  struct ki_manifest *manifest, bool takes_dirty)
{
    struct ki_catalog_state *state = &publication->txn->state;
    state->base =
        publication->is_continued ? publication->current.generation : publication->next;
    state->generation = publication->next;
    if (takes_dirty) {
        state->dirty = !state->dirty;
        state->published = ki_state_content(state);
        manifest->catalog_serial = state->serial + publication->txn->is_changed;
        manifest->catalog_content = state->published;
    }
    manifest->generation = publication->next;
    publication->txn->is_touched = true;
}

/* Committed, and so not undone any more, whatever happens. */
static enum ki_status put_in_force(const struct ki_publication *publication,
                                   struct ki_diag *diag)
{
    struct ki_diag found = {0};
    uint64_t nremoved = 0;
    uint64_t removed_nbytes = 0;
    enum ki_status status = ki_manifest_put_in_force(
        publication->folder, publication->keeps_current, &found);
    if (status != KI_OK) {
        return ki_diag_set(diag, status,
                           "the change is kept in %s, but is not in force yet: %s; "
                           "'knownimage index publish' puts it in force",
                           "catalog.mdb", found.message);
    }
    /* Old segments only cost room; a failure here is prune's to report. */
    (void)ki_prune(publication->folder, &nremoved, &removed_nbytes, NULL);
    return KI_OK;
}

enum ki_status ki_publication_finish(struct ki_publication *publication,
                                     struct ki_manifest *manifest, bool takes_dirty,
                                     struct ki_diag *diag)
{
    count(publication, manifest, takes_dirty);
    enum ki_status status = ki_manifest_prepare(publication->folder, manifest,
                                                publication->keeps_current, diag);
    if (status == KI_OK) {
        struct ki_txn *txn = publication->txn;
        publication->txn = NULL;
        status = ki_txn_commit(txn, diag);
    }
    if (status != KI_OK) {
        ki_manifest_discard(publication->folder);
    } else {
        publication->placed[0] = '\0';
        status = put_in_force(publication, diag);
    }
    ki_publication_abandon(publication);
    return status;
}

void ki_publication_abandon(struct ki_publication *publication)
{
    if (publication->placed[0]) {
        (void)unlink(publication->placed);
        publication->placed[0] = '\0';
    }
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
