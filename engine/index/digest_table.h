/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Exact lookup of digests of one width: keys in ascending order, one after the other,
 * and a table from their first bits to the first key that has them. There are about as
 * many prefixes as keys, so that a lookup of a uniform digest touches one line of the
 * table and one or two of the keys.
 */
#ifndef KI_INDEX_DIGEST_TABLE_H
#define KI_INDEX_DIGEST_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bits of a prefix, 8…28, for a table of nkeys; the table has one more row. */
unsigned ki_digest_prefix_nbits(uint32_t nkeys);
static inline uint32_t ki_digest_nprefixes(uint32_t nkeys)
{
    return ((uint32_t)1 << ki_digest_prefix_nbits(nkeys)) + 1;
}

/* Memory belongs to the segment. Keys with prefix v are prefixes[v] …
 * prefixes[v + 1] − 1; equal keys stand side by side. */
struct ki_digest_table {
    uint32_t nkeys;
    uint32_t width;           /* bytes of a key, at least 4 */
    const uint8_t *keys;      /* nkeys × width */
    const uint32_t *prefixes; /* ki_digest_nprefixes(nkeys) */
};

/* The range [*first, *end) of keys equal to key; false if there is none. */
bool ki_digest_table_find(const struct ki_digest_table *table, const uint8_t *key,
                          uint32_t *first, uint32_t *end);

/* Sorts nrows rows of key and entry number, each width + 4 bytes (the number as it
 * stands in memory), into keys and entries, and fills the prefixes. scratch has room
 * for as many rows. */
void ki_digest_table_build(const uint8_t *rows, uint32_t nrows, uint32_t width,
                           uint8_t *scratch, uint8_t *keys, uint32_t *entries,
                           uint32_t *prefixes);

/* Prefixes never fall and end at nkeys; keys ascend and have their prefix. */
bool ki_digest_table_is_valid(const struct ki_digest_table *table);

#endif
