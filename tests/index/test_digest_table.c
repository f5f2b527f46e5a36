/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "index/digest_table.h"
#include "support/random.h"

enum { WIDTH = 16, NKEYS = 20000 };

struct fixture {
    uint8_t *rows;
    uint8_t *scratch;
    uint8_t *keys;
    uint32_t *entries;
    uint32_t *prefixes;
    struct ki_digest_table table;
};

static struct fixture fixture_make(struct random_state *random)
{
    enum { STRIDE = WIDTH + sizeof(uint32_t) };
    struct fixture f = {
        .rows = malloc((size_t)NKEYS * STRIDE),
        .scratch = malloc((size_t)NKEYS * STRIDE),
        .keys = malloc((size_t)NKEYS * WIDTH),
        .entries = malloc(NKEYS * sizeof(uint32_t)),
        .prefixes = malloc(ki_digest_nprefixes(NKEYS) * sizeof(uint32_t)),
    };
    cr_assert(f.rows && f.scratch && f.keys && f.entries && f.prefixes);
    for (uint32_t i = 0; i < NKEYS; i++) {
        uint8_t *row = f.rows + (size_t)i * STRIDE;
        for (int b = 0; b < WIDTH; b++) {
            row[b] = (uint8_t)random_next(random);
        }
        if (i % 5 == 4) { /* repeated keys */
            memcpy(row, row - STRIDE, WIDTH);
        }
        if (i % 7 == 6) { /* crowded prefixes, the first and the last among them */
            memset(row, i % 2 ? 0xff : 0x00, 2);
        }
        memcpy(row + WIDTH, &i, sizeof i);
    }
    ki_digest_table_build(f.rows, NKEYS, WIDTH, f.scratch, f.keys, f.entries,
                          f.prefixes);
    f.table = (struct ki_digest_table){NKEYS, WIDTH, f.keys, f.prefixes};
    return f;
}

static void fixture_free(struct fixture *f)
{
    free(f->rows);
    free(f->scratch);
    free(f->keys);
    free(f->entries);
    free(f->prefixes);
}

Test(digest_table, every_entry_keeps_its_key)
{
    struct random_state random = random_begin(13);
    struct fixture f = fixture_make(&random);
    static bool is_seen[NKEYS];
    for (uint32_t i = 0; i < NKEYS; i++) {
        uint32_t entry = f.entries[i];
        cr_assert(entry < NKEYS && !is_seen[entry]);
        is_seen[entry] = true;
        cr_assert_eq(memcmp(f.keys + (size_t)i * WIDTH,
                            f.rows + entry * (WIDTH + sizeof(uint32_t)), WIDTH),
                     0);
    }
    fixture_free(&f);
}

Test(digest_table, finds_what_a_linear_search_finds)
{
    struct random_state random = random_begin(11);
    struct fixture f = fixture_make(&random);
    uint8_t *keys = f.keys;
    struct ki_digest_table table = f.table;
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
    fixture_free(&f);
}

Test(digest_table, an_empty_table_finds_nothing)
{
    uint32_t *prefixes = malloc(ki_digest_nprefixes(0) * sizeof *prefixes);
    cr_assert_not_null(prefixes);
    ki_digest_table_build(NULL, 0, WIDTH, NULL, NULL, NULL, prefixes);
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
    struct fixture f = fixture_make(&random);
    uint8_t *keys = f.keys;
    uint32_t *prefixes = f.prefixes;
    struct ki_digest_table table = f.table;
    prefixes[0] = 1;
    cr_expect(!ki_digest_table_is_valid(&table));
    prefixes[0] = 0;
    uint32_t kept = prefixes[3000];
    prefixes[3000] = NKEYS + 1;
    cr_expect(!ki_digest_table_is_valid(&table));
    prefixes[3000] = kept + 1;
    cr_expect(!ki_digest_table_is_valid(&table));
    prefixes[3000] = kept;
    cr_expect(ki_digest_table_is_valid(&table));
    keys[2] = 0xff;
    keys[WIDTH + 2] = 0; /* the first two keys share prefix 0: now out of order */
    cr_expect(!ki_digest_table_is_valid(&table));
    fixture_free(&f);
}
