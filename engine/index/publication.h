/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The steps that publishing and merging share, within the writer's turn.
 *
 * A generation is made durable file by file: segment, rename, folder, MANIFEST, and
 * last the catalog's own count of generations. Whatever is interrupted leaves the old
 * generation in force, or the new one with the catalog one behind, which the next
 * publication knows by the numbers.
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
    enum ki_status current_status;
    uint64_t counted; /* the catalog's last generation */
    uint64_t next;    /* the number that no reader can have seen */
};

/* Begins a transaction and reads what is in force. End it with finish or abandon. */
enum ki_status ki_publication_begin(struct ki_catalog *catalog,
                                    struct ki_publication *out, struct ki_diag *diag);

/* Whether the catalog's dirty entries are all that has changed since MANIFEST: not if
 * an older MANIFEST or another catalog was put in its place. */
bool ki_publication_is_continued(const struct ki_publication *publication);

/* A folder's temporary segment file of that name. */
enum ki_status ki_segment_temporary(const char *folder, const char *name,
                                    char out[KI_PATH_NBYTES], struct ki_diag *diag);

/* Gives the finished file at path its number and makes its name durable. */
enum ki_status ki_publication_place(const struct ki_publication *publication,
                                    const char *path, struct ki_segment_name *name,
                                    struct ki_diag *diag);

/* Puts the lists and number of this publication into *manifest, whose segments the
 * caller has filled, writes it, counts it, commits, removes old files. */
enum ki_status ki_publication_finish(struct ki_publication *publication,
                                     struct ki_manifest *manifest,
                                     struct ki_diag *diag);
void ki_publication_abandon(struct ki_publication *publication);

/* The writer of a merge tells publishers up to which segment its input goes. */
enum ki_status ki_merger_lock(const char *folder, int *fd, struct ki_diag *diag);
enum ki_status ki_merger_freeze(int fd, uint64_t number, struct ki_diag *diag);
/* The number of the last segment that is being merged now; 0 if none is. */
uint64_t ki_merger_frozen(const char *folder);

#endif
