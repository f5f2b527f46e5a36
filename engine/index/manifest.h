/* SPDX-License-Identifier: Apache-2.0 */
/*
 * MANIFEST: one generation, as JSON, followed by a line with its own checksum. It is
 * replaced whole; MANIFEST.previous is the one before it.
 *
 *   {"knownimage_manifest":3,"generation":…,"catalog_serial":…,"catalog_content":…,
 *    "segments":[{"number":…,"nbytes":…,"xxh3_128":"…"}],
 *    "lists":[{"id":…,"name":…,"source":…,"purpose":…,"action":…,"radius":…,
 *              "min_quality":…,"serial":…,"entries":…,"hashes":{"pdq":…,…}}]}
 *   xxh3-128 <32 hex digits of all bytes before this line>
 */
#ifndef KI_INDEX_MANIFEST_H
#define KI_INDEX_MANIFEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/file.h"
#include "index/segment.h"

#define KI_MANIFEST_NAME "MANIFEST"
#define KI_MANIFEST_PREVIOUS_NAME "MANIFEST.previous"
#define KI_SEGMENT_FOLDER "segments"

struct ki_manifest {
    uint64_t generation;
    uint64_t catalog_serial;
    uint64_t catalog_content;         /* what its lists and entries came to then */
    struct ki_segment_name *segments; /* the base, then deltas from old to new */
    size_t nsegments;
    struct ki_list_info *lists; /* in order of id */
    size_t nlists;
};

/* Reads and checks INDEX/name. KI_ERR_NOT_FOUND, KI_ERR_DAMAGED, KI_ERR_IO. On success
 * the caller frees the parts with ki_manifest_free. */
enum ki_status ki_manifest_read(const char *folder, const char *name,
                                struct ki_manifest *out, struct ki_diag *diag);

/* The same from the bytes of a file; path is for messages. */
enum ki_status ki_manifest_parse(const char *path, const char *data, size_t nbytes,
                                 struct ki_manifest *out, struct ki_diag *diag);

/* Replacing MANIFEST in two steps, so that what can fail is done before the catalog is
 * committed: all bytes are written and synced; then files are renamed. The current one
 * becomes MANIFEST.previous if it keeps_current, which a damaged one should not. */
enum ki_status ki_manifest_prepare(const char *folder,
                                   const struct ki_manifest *manifest,
                                   bool keeps_current, struct ki_diag *diag);
enum ki_status ki_manifest_put_in_force(const char *folder, bool keeps_current,
                                        struct ki_diag *diag);
void ki_manifest_discard(const char *folder); /* what was prepared */

/* Whether a MANIFEST, good or not, one before it, or any segment is there. */
bool ki_manifest_is_any(const char *folder);
void ki_manifest_free(struct ki_manifest *manifest);

/* By id, as lookups and the file need them. */
void ki_manifest_sort_lists(struct ki_manifest *manifest);
/* The list of an id; NULL if there is none. */
const struct ki_list_info *ki_manifest_list(const struct ki_manifest *manifest,
                                            uint32_t id);

/* out = INDEX/segments/<number>.mdb */
enum ki_status ki_segment_path(const char *folder, uint64_t number,
                               char out[KI_PATH_NBYTES], struct ki_diag *diag);

#endif
