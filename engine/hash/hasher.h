/* SPDX-License-Identifier: Apache-2.0 */
/* What others need of the hasher beyond the public API. */
#ifndef KI_HASH_HASHER_H
#define KI_HASH_HASHER_H

#include <knownimage/hash.h>

#include "bytes/source.h"

/* Where pictures become hashes: in this process (hasher_local.c) or in a confined one
 * (sandbox/). A hasher calls, in this order: take, then start and finish or neither,
 * then release. */
struct ki_hash_backend {
    void *context;
    /* Lends *source a buffer if it has one of its own; source->nbytes is 0. */
    void (*take)(void *context, struct ki_source *source);
    /* Begins to hash a picture that stands in the source; out->info.format is set.
     * Its bytes stay as they are until finish, which fills *out: its reason, its pdq
     * and what decoding found out for its info. */
    void (*start)(void *context, const uint8_t *data, size_t nbytes,
                  const struct ki_hash_options *options, struct ki_hashes *out);
    void (*finish)(void *context, struct ki_hashes *out);
    /* The input is done with: nothing of it may stay. */
    void (*release)(void *context, struct ki_source *source);
    void (*destroy)(void *context);
};

/* As ki_hasher_create, with any backend; owns it, also on failure. */
KI_MUST_CHECK enum ki_status ki_hasher_create_on(const struct ki_hash_backend *backend,
                                                 const struct ki_hash_options *options,
                                                 struct ki_hasher **out,
                                                 struct ki_diag *diag);

/* As ki_hash_file; without follow, a symbolic link is KI_REASON_NOT_A_FILE, so that a
 * file exchanged for a link while a folder is walked is not read through it. */
void ki_hasher_path(struct ki_hasher *hasher, const char *path, bool follow,
                    struct ki_hashes *out);

/* By what a memo knows bytes again. */
struct ki_memo_key {
    uint64_t low;
    uint64_t high;
};

/* Hashes that need not be computed again. find fills *out if it knows the bytes of this
 * key; keep is told of what was computed. All may be called from several threads. */
struct ki_hash_memo {
    void *context;
    struct ki_memo_key (*key)(const void *context, const void *data, size_t nbytes);
    bool (*find)(void *context, const struct ki_memo_key *key, size_t nbytes,
                 struct ki_hashes *out);
    void (*keep)(void *context, const struct ki_memo_key *key,
                 const struct ki_hashes *hashes);
};

/* From now on; it must know only what hashers of the same options computed. NULL: none.
 */
void ki_hasher_set_memo(struct ki_hasher *hasher, const struct ki_hash_memo *memo);

/* As ki_hash_memory; key is the memo's of these bytes, or NULL. */
void ki_hasher_bytes(struct ki_hasher *hasher, const void *data, size_t nbytes,
                     const struct ki_memo_key *key, struct ki_hashes *out);

#endif
