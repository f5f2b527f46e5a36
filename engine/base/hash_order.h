/* SPDX-License-Identifier: Apache-2.0 */
/* Sets of hashes, as arrays in order of kind and bytes. */
#ifndef KI_BASE_HASH_ORDER_H
#define KI_BASE_HASH_ORDER_H

#include <knownimage/hash.h>

/* For qsort and bsearch, over struct ki_hash. */
int ki_hash_compare(const void *a, const void *b);

/* Sorts and drops repeats; how many are left. */
size_t ki_hashes_make_set(struct ki_hash *hashes, size_t nhashes);

/* Whether a set holds the hash. */
bool ki_hashes_hold(const struct ki_hash *set, size_t nhashes,
                    const struct ki_hash *hash);

#endif
