/* SPDX-License-Identifier: Apache-2.0 */
/* What scan/ needs of the hasher beyond the public API. */
#ifndef KI_HASH_HASHER_H
#define KI_HASH_HASHER_H

#include <knownimage/hash.h>

/* As ki_hash_file; without follow, a symbolic link is KI_REASON_NOT_A_FILE, so that a
 * file exchanged for a link while a folder is walked is not read through it. */
void ki_hasher_path(struct ki_hasher *hasher, const char *path, bool follow,
                    struct ki_hashes *out);

/* Hashes that need not be computed again. find fills *out if it knows these bytes; keep
 * is told of what was computed. Both may be called from several threads. */
struct ki_hash_memo {
    void *context;
    bool (*find)(void *context, const void *data, size_t nbytes, struct ki_hashes *out);
    void (*keep)(void *context, const void *data, size_t nbytes,
                 const struct ki_hashes *hashes);
};

/* From now on; it must know only what hashers of the same options computed. NULL: none.
 */
void ki_hasher_set_memo(struct ki_hasher *hasher, const struct ki_hash_memo *memo);

#endif
