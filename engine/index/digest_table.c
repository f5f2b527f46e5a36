/* SPDX-License-Identifier: Apache-2.0 */
#include "index/digest_table.h"

#include <stdlib.h>
#include <string.h>

unsigned ki_digest_prefix_nbits(uint32_t nkeys)
{
    unsigned nbits = 8;
    while (nbits < 28 && nkeys >> nbits > 1) {
        nbits++;
    }
    return nbits;
}

static uint32_t prefix_of(const uint8_t *key, unsigned nbits)
{
    uint32_t first = (uint32_t)key[0] << 24 | (uint32_t)key[1] << 16 |
                     (uint32_t)key[2] << 8 | key[3];
    return first >> (32 - nbits);
}

static const uint8_t *key_at(const struct ki_digest_table *table, uint32_t i)
{
    return table->keys + (size_t)i * table->width;
}

bool ki_digest_table_find(const struct ki_digest_table *table, const uint8_t *key,
                          uint32_t *first, uint32_t *end)
{
    if (table->nkeys == 0) {
        return false;
    }
    uint32_t prefix = prefix_of(key, ki_digest_prefix_nbits(table->nkeys));
    uint32_t low = table->prefixes[prefix];
    uint32_t stop = table->prefixes[prefix + 1];
    uint32_t high = stop;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (memcmp(key_at(table, middle), key, table->width) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    *first = low;
    while (low < stop && memcmp(key_at(table, low), key, table->width) == 0) {
        low++;
    }
    *end = low;
    return *end > *first;
}

static int compare_rows(const void *a, const void *b, void *width)
{
    const uint32_t *key_nbytes = width;
    return memcmp(a, b, *key_nbytes + sizeof(uint32_t));
}

/* Counting sort by prefix. While it runs, prefixes[v + 1] is the next free place of
 * prefix v; at the end it is the end of v, which is the start of v + 1. */
static void scatter_rows(const uint8_t *rows, uint32_t nrows, uint32_t width,
                         uint8_t *scratch, uint32_t *prefixes)
{
    const size_t stride = width + sizeof(uint32_t);
    const unsigned nbits = ki_digest_prefix_nbits(nrows);
    const uint32_t nprefixes = ki_digest_nprefixes(nrows);
    memset(prefixes, 0, (size_t)nprefixes * sizeof *prefixes);
    for (uint32_t i = 0; i < nrows; i++) {
        uint32_t prefix = prefix_of(rows + i * stride, nbits);
        if (prefix + 2 < nprefixes) {
            prefixes[prefix + 2]++;
        }
    }
    for (uint32_t v = 2; v < nprefixes; v++) {
        prefixes[v] += prefixes[v - 1];
    }
    for (uint32_t i = 0; i < nrows; i++) {
        const uint8_t *row = rows + i * stride;
        memcpy(scratch + prefixes[prefix_of(row, nbits) + 1]++ * stride, row, stride);
    }
}

void ki_digest_table_build(const uint8_t *rows, uint32_t nrows, uint32_t width,
                           uint8_t *scratch, uint8_t *keys, uint32_t *entries,
                           uint32_t *prefixes)
{
    const size_t stride = width + sizeof(uint32_t);
    scatter_rows(rows, nrows, width, scratch, prefixes);
    for (uint32_t v = 0; v + 1 < ki_digest_nprefixes(nrows); v++) {
        uint32_t count = prefixes[v + 1] - prefixes[v];
        if (count > 1) {
            qsort_r(scratch + prefixes[v] * stride, count, stride, compare_rows,
                    &width);
        }
    }
    for (uint32_t i = 0; i < nrows; i++) {
        memcpy(keys + (size_t)i * width, scratch + i * stride, width);
        memcpy(entries + i, scratch + i * stride + width, sizeof *entries);
    }
}

bool ki_digest_table_is_valid(const struct ki_digest_table *table)
{
    const unsigned nbits = ki_digest_prefix_nbits(table->nkeys);
    const uint32_t nprefixes = ki_digest_nprefixes(table->nkeys);
    if (table->prefixes[0] != 0 || table->prefixes[nprefixes - 1] != table->nkeys) {
        return false;
    }
    for (uint32_t v = 0; v + 1 < nprefixes; v++) {
        uint32_t end = table->prefixes[v + 1];
        if (end < table->prefixes[v] || end > table->nkeys) {
            return false;
        }
        for (uint32_t i = table->prefixes[v]; i < end; i++) {
            if (prefix_of(key_at(table, i), nbits) != v) {
                return false;
            }
        }
    }
    for (uint32_t i = 1; i < table->nkeys; i++) {
        if (memcmp(key_at(table, i - 1), key_at(table, i), table->width) > 0) {
            return false;
        }
    }
    return true;
}
