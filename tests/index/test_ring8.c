/* SPDX-License-Identifier: Apache-2.0 */
/* The search of small segments against brute force, with every kernel. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/cpu.h"
#include "index/ring8.h"
#include "support/brute_force.h"
#include "support/hashes.h"

struct tables {
    struct ki_ring8 ring;
    struct ki_ring_hash *hashes;
    uint32_t *offsets;
    uint16_t *sketches;
    uint32_t *ids;
};

static void tables_build(struct tables *tables, struct ki_ring_hash *hashes, uint32_t n)
{
    tables->hashes = hashes;
    tables->offsets = malloc(sizeof(uint32_t) * KI_RING8_NBANDS * KI_RING8_NOFFSETS);
    tables->sketches =
        malloc(sizeof(uint16_t) * KI_RING8_NBANDS * (n + 1) + KI_KERNEL_PADDING);
    tables->ids = malloc(sizeof(uint32_t) * KI_RING8_NBANDS * (n + 1));
    cr_assert(tables->offsets && tables->sketches && tables->ids);
    tables->ring = (struct ki_ring8){.nhashes = n, .hashes = hashes};
    tables->ring.kernel = ki_kernel_best(ki_cpu_features());
    for (unsigned b = 0; b < KI_RING8_NBANDS; b++) {
        uint32_t *offsets = tables->offsets + (size_t)b * KI_RING8_NOFFSETS;
        uint16_t *sketches = tables->sketches + (size_t)b * n;
        uint32_t *ids = tables->ids + (size_t)b * n;
        ki_ring8_build_band(hashes, n, b, offsets, sketches, ids);
        tables->ring.offsets[b] = offsets;
        tables->ring.sketches[b] = sketches;
        tables->ring.ids[b] = ids;
    }
    cr_assert(ki_ring8_is_valid(&tables->ring));
}

static void tables_free(struct tables *tables)
{
    free(tables->hashes);
    free(tables->offsets);
    free(tables->sketches);
    free(tables->ids);
}

/* Queries planted at distances around the radius, and far from all. */
static void check_queries(struct random_state *random, const struct tables *tables,
                          unsigned nqueries, unsigned radius)
{
    uint32_t n = tables->ring.nhashes;
    struct found got = {0};
    struct found expected = {0};
    uint8_t *seen = calloc(n, 1);
    cr_assert_not_null(seen);
    for (unsigned i = 0; i < nqueries; i++) {
        uint32_t target = random_below(random, n);
        struct ki_pdq base = ki_ring_unpermute(&tables->hashes[target]);
        struct ki_pdq pdq = hash_at_distance(random, &base, i % 50);
        struct ki_ring_hash query = ki_ring_permute(&pdq);
        got.count = expected.count = 0;
        cr_assert(ki_ring8_search(&tables->ring, &query, radius, found_add, &got));
        brute_force(tables->hashes, n, &(struct asked){&query, 1, radius, &expected});
        expect_same(&got, &expected, seen, tables->hashes, n, &query);
    }
    free(seen);
    found_free(&got);
    found_free(&expected);
}

Test(ring8, equals_brute_force_at_every_radius)
{
    struct random_state random = random_begin(61);
    for (unsigned radius = 0; radius <= KI_RADIUS_MAX; radius++) {
        struct tables tables;
        uint32_t n = 1 + random_below(&random, 5000);
        tables_build(&tables, hashes_make(&random, n, radius % 2), n);
        check_queries(&random, &tables, 100, radius);
        tables_free(&tables);
    }
}

Test(ring8, equals_brute_force_on_the_largest_segment_with_every_kernel)
{
    struct random_state random = random_begin(62);
    for (int is_correlated = 0; is_correlated < 2; is_correlated++) {
        struct tables tables;
        tables_build(&tables, hashes_make(&random, 131072, is_correlated), 131072);
        for (size_t k = 0; ki_kernel_at(k); k++) {
            if ((ki_kernel_at(k)->cpu_needs & ~ki_cpu_features()) == 0) {
                tables.ring.kernel = ki_kernel_at(k);
                check_queries(&random, &tables, 250, 31);
            }
        }
        tables_free(&tables);
    }
}

Test(ring8, crowded_buckets_are_searched_piece_by_piece)
{
    struct random_state random = random_begin(63);
    struct tables tables;
    struct ki_ring_hash *hashes = calloc(20000, sizeof *hashes);
    cr_assert_not_null(hashes);
    hashes[19999].band[3] = 0x8001;
    tables_build(&tables, hashes, 20000);
    check_queries(&random, &tables, 50, 31);
    check_queries(&random, &tables, 50, 40);
    tables_free(&tables);
}

Test(ring8, an_empty_set_has_no_neighbours)
{
    struct tables tables;
    struct found found = {0};
    struct ki_ring_hash query = {{0}};
    tables_build(&tables, NULL, 0);
    cr_expect(ki_ring8_search(&tables.ring, &query, 31, found_add, &found));
    cr_expect_eq(found.count, 0);
    tables_free(&tables);
}

Test(ring8, bad_tables_are_refused)
{
    struct random_state random = random_begin(64);
    struct tables tables;
    tables_build(&tables, hashes_make(&random, 500, false), 500);
    tables.ids[7] = 500;
    cr_expect(!ki_ring8_is_valid(&tables.ring), "an id out of range");
    tables.ids[7] = 0;
    tables.offsets[0] = 1;
    cr_expect(!ki_ring8_is_valid(&tables.ring), "a first offset other than 0");
    tables.offsets[0] = 0;
    tables.offsets[KI_RING8_NVALUES] = 499;
    cr_expect(!ki_ring8_is_valid(&tables.ring), "a last offset other than n");
    tables.offsets[KI_RING8_NVALUES] = 500;
    tables.offsets[9] = 501;
    cr_expect(!ki_ring8_is_valid(&tables.ring), "offsets that fall");
    tables_free(&tables);
}
