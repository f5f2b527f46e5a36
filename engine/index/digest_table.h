/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Exact lookup of digests of one width: keys in ascending order, one after the other,
 * and a table from their first 16 bits to the first key that has them.
 */
#ifndef KI_INDEX_DIGEST_TABLE_H
#define KI_INDEX_DIGEST_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { KI_DIGEST_NPREFIXES = 65537 };

/* Memory belongs to the segment. Keys with prefix v are prefixes[v] …
 * prefixes[v + 1] − 1; equal keys stand side by side. */
struct ki_digest_table {
    uint32_t nkeys;
    uint32_t width;           /* bytes of a key */
    const uint8_t *keys;      /* nkeys × width */
    const uint32_t *prefixes; /* KI_DIGEST_NPREFIXES */
};

/* The range [*first, *end) of keys equal to key; false if there is none. */
bool ki_digest_table_find(const struct ki_digest_table *table, const uint8_t *key,
                          uint32_t *first, uint32_t *end);

void ki_digest_table_build_prefixes(const uint8_t *keys, uint32_t nkeys, uint32_t width,
                                    uint32_t *prefixes);

/* Prefixes never fall and end at nkeys; keys ascend and have their prefix. */
bool ki_digest_table_is_valid(const struct ki_digest_table *table);

#endif
