/* SPDX-License-Identifier: Apache-2.0 */
/* What scan/ needs of the hasher beyond the public API. */
#ifndef KI_HASH_HASHER_H
#define KI_HASH_HASHER_H

#include <knownimage/hash.h>

/* As ki_hash_file; without follow, a symbolic link is KI_REASON_NOT_A_FILE, so that a
 * file exchanged for a link while a folder is walked is not read through it. */
void ki_hasher_path(struct ki_hasher *hasher, const char *path, bool follow,
                    struct ki_hashes *out);

#endif
