/* SPDX-License-Identifier: Apache-2.0 */
#include "index/digest_table.h"

#include <string.h>

static uint32_t prefix_of(const uint8_t *key)
{
    return (uint32_t)key[0] << 8 | key[1];
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
    uint32_t prefix = prefix_of(key);
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

void ki_digest_table_build_prefixes(const uint8_t *keys, uint32_t nkeys, uint32_t width,
                                    uint32_t *prefixes)
{
    uint32_t next = 0;
    for (uint32_t i = 0; i < nkeys; i++) {
        uint32_t prefix = prefix_of(keys + (size_t)i * width);
        while (next <= prefix) {
            prefixes[next++] = i;
        }
    }
    while (next < KI_DIGEST_NPREFIXES) {
        prefixes[next++] = nkeys;
    }
}

bool ki_digest_table_is_valid(const struct ki_digest_table *table)
{
    if (table->prefixes[0] != 0 ||
        table->prefixes[KI_DIGEST_NPREFIXES - 1] != table->nkeys) {
        return false;
    }
    for (uint32_t v = 0; v + 1 < KI_DIGEST_NPREFIXES; v++) {
        uint32_t end = table->prefixes[v + 1];
        if (end < table->prefixes[v] || end > table->nkeys) {
            return false;
        }
        for (uint32_t i = table->prefixes[v]; i < end; i++) {
            if (prefix_of(key_at(table, i)) != v) {
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
