/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files that a scan has met before, by XXH3-128 of their bytes and their length: their
 * hashes need not be computed again. Bounded; shared by the threads of one scan.
 *
 * The secret of the hash is drawn anew for each scan, so that nobody can prepare a file
 * that collides with another one.
 */
#ifndef KI_SCAN_REPEATS_H
#define KI_SCAN_REPEATS_H

#include <stdbool.h>

#include "hash/hasher.h"

struct ki_repeats;

/* NULL if memory or randomness ran out: scanning works without it. About 4 MiB. */
struct ki_repeats *ki_repeats_create(void);
void ki_repeats_destroy(struct ki_repeats *repeats); /* NULL is allowed */

/* What a hasher asks; lives as long as repeats. */
const struct ki_hash_memo *ki_repeats_memo(struct ki_repeats *repeats);

/* How often something was found. */
uint64_t ki_repeats_count(struct ki_repeats *repeats);

#endif
