/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The steps that publishing and merging share, within the writer's turn and in the
 * transaction of the change that is published.
 *
 * First all that takes room or can fail is made beside what is in force: the segment,
 * under the number of a generation that no MANIFEST names, and the new MANIFEST. Then
 * the catalog is committed; up to there an error undoes everything. Last, MANIFEST is
 * replaced by renaming. Interrupted before that, the catalog is ahead: the entries of
 * the lost publication are still noted in it, and go into the next one.
 */
#ifndef KI_INDEX_PUBLICATION_H
#define KI_INDEX_PUBLICATION_H

#include "index/catalog.h"
#include "index/manifest.h"
#include "index/segment_builder.h"

struct ki_publication {
    const char *folder;
    struct ki_txn *txn;
    struct ki_manifest current; /* empty if it cannot be used */
    uint64_t counted;           /* the catalog's last generation */
    uint64_t next;              /* the number that no MANIFEST has had */
    bool is_continued;  /* the dirty entries are all that has changed since current */
    bool keeps_current; /* as the generation before; not if it is damaged */
    char placed[KI_PATH_NBYTES]; /* the new segment; "" if there is none */
};

/* Begins within the transaction, which from here on is the publication's: finish and
 * abandon end it. */
enum ki_status ki_publication_begin(struct ki_txn *txn, struct ki_publication *out,
                                    struct ki_diag *diag);

/* Whether nothing has changed since what is in force. */
bool ki_publication_is_needless(const struct ki_publication *publication);

/* A folder's temporary segment file of that name. */
enum ki_status ki_segment_temporary(const char *folder, const char *name,
                                    char out[KI_PATH_NBYTES], struct ki_diag *diag);

/* Gives the finished file at path its number and makes its name durable. */
enum ki_status ki_publication_place(struct ki_publication *publication,
                                    const char *path, struct ki_segment_name *name,
                                    struct ki_diag *diag);

/* Numbers *manifest, whose lists and segments the caller has filled, commits, puts it
 * in force and removes old files. takes_dirty: the dirty entries are in it. */
enum ki_status ki_publication_finish(struct ki_publication *publication,
                                     struct ki_manifest *manifest, bool takes_dirty,
                                     struct ki_diag *diag);
void ki_publication_abandon(struct ki_publication *publication);

/* The writer of a merge tells publishers up to which segment its input goes. */
enum ki_status ki_merger_lock(const char *folder, int *fd, struct ki_diag *diag);
enum ki_status ki_merger_freeze(int fd, uint64_t number, struct ki_diag *diag);
/* The number of the last segment that is being merged now; 0 if none is. */
uint64_t ki_merger_frozen(const char *folder);

#endif
