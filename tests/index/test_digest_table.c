/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "index/digest_table.h"
#include "support/random.h"

enum { WIDTH = 16, NKEYS = 20000 };

static int compare_keys(const void *a, const void *b)
{
    return memcmp(a, b, WIDTH);
}

static void make_table(struct random_state *random, uint8_t *keys, uint32_t *prefixes,
                       struct ki_digest_table *table)
{
    for (uint32_t i = 0; i < NKEYS; i++) {
        for (int b = 0; b < WIDTH; b++) {
            keys[i * WIDTH + b] = (uint8_t)random_next(random);
        }
        if (i % 5 == 4) { /* repeated keys */
            memcpy(keys + i * WIDTH, keys + (i - 1) * WIDTH, WIDTH);
        }
        if (i % 7 == 6) { /* crowded prefixes, the first and the last among them */
            memset(keys + i * WIDTH, i % 2 ? 0xff : 0x00, 2);
        }
    }
    qsort(keys, NKEYS, WIDTH, compare_keys);
    ki_digest_table_build_prefixes(keys, NKEYS, WIDTH, prefixes);
    *table = (struct ki_digest_table){NKEYS, WIDTH, keys, prefixes};
}

Test(digest_table, finds_what_a_linear_search_finds)
{
    struct random_state random = random_begin(11);
    uint8_t *keys = malloc((size_t)NKEYS * WIDTH);
    uint32_t *prefixes = malloc(KI_DIGEST_NPREFIXES * sizeof *prefixes);
    struct ki_digest_table table;
    cr_assert(keys && prefixes);
    make_table(&random, keys, prefixes, &table);
    cr_assert(ki_digest_table_is_valid(&table));
    for (int i = 0; i < 2000; i++) {
        uint8_t query[WIDTH];
        memcpy(query, keys + (size_t)random_below(&random, NKEYS) * WIDTH, WIDTH);
        if (i % 2) {
            query[random_below(&random, WIDTH)] ^= 1;
        }
        uint32_t nexpected = 0;
        for (uint32_t k = 0; k < NKEYS; k++) {
            nexpected += memcmp(keys + (size_t)k * WIDTH, query, WIDTH) == 0;
        }
        uint32_t first = 0;
        uint32_t end = 0;
        bool is_found = ki_digest_table_find(&table, query, &first, &end);
        cr_assert_eq(is_found, nexpected > 0);
        cr_assert(!is_found || end - first == nexpected);
        for (uint32_t k = first; is_found && k < end; k++) {
            cr_assert_eq(memcmp(keys + (size_t)k * WIDTH, query, WIDTH), 0);
        }
    }
    free(keys);
    free(prefixes);
}

Test(digest_table, an_empty_table_finds_nothing)
{
    uint32_t *prefixes = malloc(KI_DIGEST_NPREFIXES * sizeof *prefixes);
    cr_assert_not_null(prefixes);
    ki_digest_table_build_prefixes(NULL, 0, WIDTH, prefixes);
    struct ki_digest_table table = {0, WIDTH, NULL, prefixes};
    uint8_t query[WIDTH] = {0};
    uint32_t first = 0;
    uint32_t end = 0;
    cr_expect(ki_digest_table_is_valid(&table));
    cr_expect(!ki_digest_table_find(&table, query, &first, &end));
    free(prefixes);
}

Test(digest_table, bad_tables_are_refused)
{
    struct random_state random = random_begin(12);
    uint8_t *keys = malloc((size_t)NKEYS * WIDTH);
    uint32_t *prefixes = malloc(KI_DIGEST_NPREFIXES * sizeof *prefixes);
    struct ki_digest_table table;
    cr_assert(keys && prefixes);
    make_table(&random, keys, prefixes, &table);
    prefixes[0] = 1;
    cr_expect(!ki_digest_table_is_valid(&table));
    prefixes[0] = 0;
    uint32_t kept = prefixes[30000];
    prefixes[30000] = NKEYS + 1;
    cr_expect(!ki_digest_table_is_valid(&table));
    prefixes[30000] = kept + 1;
    cr_expect(!ki_digest_table_is_valid(&table));
    prefixes[30000] = kept;
    cr_expect(ki_digest_table_is_valid(&table));
    keys[2] = 0xff;
    keys[WIDTH + 2] = 0; /* the first two keys share prefix 0: now out of order */
    cr_expect(!ki_digest_table_is_valid(&table));
    free(keys);
    free(prefixes);
}
