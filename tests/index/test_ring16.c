/* SPDX-License-Identifier: Apache-2.0 */
/* The search against brute force: the same ids, the same distances, each once. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/cpu.h"
#include "index/ring16.h"
#include "index/ring16_places.h"
#include "index/ring16_rest.h"
#include "support/hashes.h"
#include "support/ring_queries.h"

struct tables {
    struct ki_ring16 ring;
    struct ki_ring_hash *hashes;
    uint32_t *offsets;
    uint16_t *buckets;
};

/* With as many bits for a number as larger sets need: what is left for rest codes is
 * that of n hashes, or less. */
static void tables_build_as(struct tables *tables, unsigned id_nbits,
                            struct ki_ring_hash *hashes, uint32_t n)
{
    const size_t stride = (size_t)3 * n;
    tables->hashes = hashes;
    tables->offsets = malloc(sizeof(uint32_t) * KI_RING_NBANDS * KI_RING_NOFFSETS);
    tables->buckets =
        malloc(sizeof(uint16_t) * KI_RING_NBANDS * stride + KI_KERNEL_PADDING);
    cr_assert(tables->offsets && tables->buckets);
    tables->ring =
        (struct ki_ring16){.nhashes = n, .id_nbits = id_nbits, .hashes = hashes};
    tables->ring.kernel = ki_kernel_best(ki_cpu_features());
    struct ki_ring_room room = {0};
    for (unsigned b = 0; b < KI_RING_NBANDS; b++) {
        uint32_t *offsets = tables->offsets + (size_t)b * KI_RING_NOFFSETS;
        uint16_t *buckets = tables->buckets + b * stride;
        const struct ki_ring16_source source = {hashes, n, id_nbits, &room};
        ki_ring16_count_band(&source, b, offsets);
        for (uint32_t p = 0; p < KI_RING_NVALUES; p += KI_RING_NVALUES / 2) {
            uint32_t end = p + KI_RING_NVALUES / 2;
            uint16_t *half = buckets + (size_t)3 * offsets[p];
            cr_assert(ki_ring16_fill_band(&source, b, offsets, p, end, half));
        }
        tables->ring.offsets[b] = offsets;
        tables->ring.buckets[b] = buckets;
    }
    ki_ring_room_free(&room);
    cr_assert(ki_ring16_is_valid(&tables->ring));
}

static void tables_build(struct tables *tables, struct ki_ring_hash *hashes, uint32_t n)
{
    tables_build_as(tables, ki_ring16_id_nbits(n), hashes, n);
}

static void tables_free(struct tables *tables)
{
    free(tables->hashes);
    free(tables->offsets);
    free(tables->buckets);
}

static bool search_many(const void *ring, const struct ki_ring_job *jobs, size_t njobs,
                        unsigned radius, ki_ring_report report)
{
    return ki_ring16_search_many(ring, jobs, njobs, radius, report);
}

static struct searched searched_of(const struct tables *tables)
{
    return (struct searched){&tables->ring, tables->hashes, tables->ring.nhashes,
                             search_many};
}

static void check(struct random_state *random, const struct tables *tables,
                  unsigned nqueries, unsigned radius)
{
    const struct searched searched = searched_of(tables);
    check_queries(random, &searched, nqueries, radius);
}

static void check_million(bool is_correlated)
{
    struct random_state random = random_begin(is_correlated ? 2 : 1);
    struct tables tables;
    tables_build(&tables, hashes_make(&random, 1000000, is_correlated), 1000000);
    check(&random, &tables, NPLANTED, 31);
    tables_free(&tables);
}

Test(ring16, equals_brute_force_on_a_million_uniform_hashes)
{
    check_million(false);
}

Test(ring16, equals_brute_force_on_a_million_correlated_hashes)
{
    check_million(true);
}

Test(ring16, equals_brute_force_at_every_radius)
{
    struct random_state random = random_begin(3);
    for (unsigned radius = 0; radius <= KI_RADIUS_MAX; radius++) {
        struct tables tables;
        tables_build(&tables, hashes_make(&random, 3000, radius % 2), 3000);
        check(&random, &tables, 41, radius);
        tables_free(&tables);
    }
}

Test(ring16, equals_brute_force_with_rest_codes_of_every_size)
{
    struct random_state random = random_begin(9);
    for (unsigned id_nbits = 16; id_nbits <= 30; id_nbits++) {
        struct tables tables;
        tables_build_as(&tables, id_nbits, hashes_make(&random, 20000, id_nbits % 2),
                        20000);
        check(&random, &tables, 123, 31);
        check(&random, &tables, 41, KI_RADIUS_MAX);
        tables_free(&tables);
    }
}

/* All in few buckets: more than a kernel takes at once, and more kept than is gathered
 * before the hashes are looked at. */
Test(ring16, equals_brute_force_on_crowded_buckets)
{
    enum { N = 100000, NSAME = 12 };
    struct random_state random = random_begin(10);
    struct tables tables;
    struct ki_ring_hash *hashes = hashes_make(&random, N, false);
    for (size_t i = 1; i < N; i++) {
        memcpy(hashes[i].band, hashes[0].band, NSAME * sizeof hashes[0].band[0]);
        hashes[i].band[3] = (uint16_t)(hashes[0].band[3] ^ (i % 16 < 2) << i % 16);
    }
    tables_build(&tables, hashes, N);
    check(&random, &tables, 82, 31);
    check(&random, &tables, 41, KI_RADIUS_MAX);
    tables_free(&tables);
}

/* Against asking every value. */
Test(ring16, rest_codes_never_say_more_than_the_distance)
{
    struct random_state random = random_begin(11);
    for (unsigned nbits = 2; nbits <= 16; nbits++) {
        for (unsigned i = 0; i < 20; i++) {
            uint16_t wanted = (uint16_t)random_next(&random);
            struct ki_rest_near near;
            unsigned least[KI_RING_NVALUES];
            memset(least, 0xff, sizeof least);
            ki_rest_near_begin(&near, wanted, nbits);
            for (unsigned value = 0; value < KI_RING_NVALUES; value++) {
                uint32_t code = ki_rest_code((uint16_t)value, nbits);
                unsigned distance = (unsigned)__builtin_popcount(value ^ wanted);
                cr_assert_lt(code, 1u << nbits);
                least[code] = distance < least[code] ? distance : least[code];
            }
            for (uint32_t code = 0; code < 1u << nbits; code++) {
                cr_assert_eq(ki_rest_distance(&near, code), least[code],
                             "%u bits, code %u", nbits, code);
            }
        }
    }
}

Test(ring16, many_queries_at_once_equal_one_after_the_other)
{
    struct random_state random = random_begin(8);
    struct tables tables;
    tables_build(&tables, hashes_make(&random, 20000, true), 20000);
    const struct searched searched = searched_of(&tables);
    check_many_at_once(&random, &searched);
    tables_free(&tables);
}

Test(ring16, searches_tiny_sets_and_repeated_hashes)
{
    struct random_state random = random_begin(4);
    for (uint32_t n = 0; n < 4; n++) {
        struct tables tables;
        struct found found = {0};
        struct ki_pdq pdq = hash_uniform(&random);
        struct ki_ring_hash query = ki_ring_permute(&pdq);
        struct ki_ring_hash *hashes = malloc((n + 1) * sizeof *hashes);
        cr_assert_not_null(hashes);
        for (uint32_t i = 0; i < n; i++) {
            hashes[i] = query;
        }
        tables_build(&tables, hashes, n);
        cr_expect(ki_ring16_search(&tables.ring, &query, 31, found_add, &found));
        cr_expect_eq(found.count, n);
        found_free(&found);
        tables_free(&tables);
    }
}

Test(ring16, permutation_is_undone_and_keeps_distances)
{
    struct random_state random = random_begin(5);
    for (int i = 0; i < 1000; i++) {
        struct ki_pdq a = hash_uniform(&random);
        struct ki_pdq b = hash_uniform(&random);
        struct ki_ring_hash pa = ki_ring_permute(&a);
        struct ki_ring_hash pb = ki_ring_permute(&b);
        struct ki_pdq back = ki_ring_unpermute(&pa);
        for (unsigned bit = 0; bit < 256; bit++) { /* bit c of row r */
            unsigned r = bit / 16;
            unsigned c = bit % 16;
            unsigned byte = KI_PDQ_NBYTES - 1 - bit / 8;
            cr_assert_eq(pa.band[(r + c) % KI_RING_NBANDS] >> r & 1,
                         a.bytes[byte] >> bit % 8 & 1);
        }
        cr_assert_eq(ki_pdq_distance(&a, &back), 0);
        cr_assert_eq(ki_pdq_distance(&a, &b), distance_of(&pa, &pb));
    }
}

Test(ring16, report_can_end_the_search)
{
    struct random_state random = random_begin(6);
    struct tables tables;
    struct ki_ring_hash *hashes = calloc(100, sizeof *hashes);
    cr_assert_not_null(hashes);
    tables_build(&tables, hashes, 100);
    struct ki_pdq zero = {{0}};
    struct ki_pdq near = hash_at_distance(&random, &zero, 3);
    struct ki_ring_hash query = ki_ring_permute(&near);
    int ncalls = 0;
    cr_expect(!ki_ring16_search(&tables.ring, &query, 31, stop_at_once, &ncalls));
    cr_expect_eq(ncalls, 1);
    tables_free(&tables);
}

Test(ring16, bad_tables_are_refused)
{
    struct random_state random = random_begin(7);
    struct tables tables;
    tables_build(&tables, hashes_make(&random, 500, false), 500);
    uint16_t *words = tables.buckets + 3 * tables.offsets[KI_RING_NVALUES] - 1;
    uint16_t kept = words[0]; /* the last number, of 16 bits */
    words[0] = 500;
    cr_expect(!ki_ring16_is_valid(&tables.ring), "an id out of range");
    words[0] = kept;
    cr_expect(ki_ring16_is_valid(&tables.ring));
    tables.offsets[0] = 1;
    cr_expect(!ki_ring16_is_valid(&tables.ring), "a first offset other than 0");
    tables.offsets[0] = 0;
    tables.offsets[KI_RING_NVALUES] = 499;
    cr_expect(!ki_ring16_is_valid(&tables.ring), "a last offset other than n");
    tables.offsets[KI_RING_NVALUES] = 500;
    tables.offsets[9] = 501;
    cr_expect(!ki_ring16_is_valid(&tables.ring), "offsets that fall");
    tables_free(&tables);
}

Test(ring16, places_of_neighbours_are_in_nine_lines)
{
    uint8_t *is_taken = calloc(KI_RING_NVALUES, 1);
    cr_assert_not_null(is_taken);
    for (unsigned value = 0; value < KI_RING_NVALUES; value++) {
        const unsigned place = ki_ring16_place((uint16_t)value);
        const uint16_t *near = ki_ring16_near[ki_ring16_syndrome((uint16_t)value)];
        cr_assert(!is_taken[place], "two values at %u", place);
        is_taken[place] = 1;
        uint32_t probed = 0; /* bits that a probe differs in */
        for (unsigned i = 0; i < KI_RING16_NNEAR; i++) {
            bool is_fetched = false;
            for (unsigned k = 0; k < KI_RING16_NCELLS; k++) {
                is_fetched |= (place ^ near[i]) / 16 == (place ^ near[k]) / 16;
            }
            cr_assert(is_fetched);
            for (unsigned bit = 0; bit < 16; bit++) {
                unsigned other = ki_ring16_place((uint16_t)(value ^ 1u << bit));
                probed |= (uint32_t)(other == (place ^ near[i])) << bit;
            }
        }
        cr_assert_eq(near[0], 0);
        cr_assert_eq(probed, 0xffff, "value %u", value);
    }
    free(is_taken);
}
