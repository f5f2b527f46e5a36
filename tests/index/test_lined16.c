/* SPDX-License-Identifier: Apache-2.0 */
/* lined16 against brute force: the same ids, the same distances, each once. What it has
 * in common with ring12, test_ring12.c looks at. */
#include <criterion/criterion.h>

#include "index/lined16_places.h"
#include "index/lined_bits.h"
#include "index/lined_flips.h"
#include "support/hashes.h"
#include "support/lined_tables.h"
#include "support/ring_queries.h"

static void tables_build(struct tables *tables, struct ki_ring_hash *hashes, uint32_t n)
{
    tables_build_as(tables, ki_ring16_id_nbits(n), ki_lined16_shape(), hashes, n);
}

static void check(struct random_state *random, const struct tables *tables,
                  unsigned nqueries, unsigned radius)
{
    const struct searched searched = searched_of(tables);
    check_queries(random, &searched, nqueries, radius);
}

/* The fewest that a segment has it for, and half as many again. */
static void check_many(bool is_correlated, uint32_t n)
{
    struct random_state random = random_begin(is_correlated ? 2 : 1);
    struct tables tables;
    tables_build(&tables, hashes_make(&random, n, is_correlated), n);
    check(&random, &tables, NPLANTED / 5, 31);
    tables_free(&tables);
}

Test(lined16, equals_brute_force_on_many_uniform_hashes)
{
    check_many(false, KI_LINED16_LEAST);
}

Test(lined16, equals_brute_force_on_many_correlated_hashes)
{
    check_many(true, KI_LINED16_LEAST / 2 * 3);
}

Test(lined16, equals_brute_force_at_every_radius)
{
    struct random_state random = random_begin(3);
    for (unsigned i = 0; i < 2; i++) {
        struct tables tables;
        tables_build(&tables, hashes_make(&random, 6000, i), 6000);
        for (unsigned radius = 0; radius <= KI_RADIUS_MAX; radius++) {
            check(&random, &tables, 41, radius);
        }
        tables_free(&tables);
    }
}

Test(lined16, equals_brute_force_with_all_rest_codes)
{
    struct random_state random = random_begin(9);
    for (unsigned id_nbits = 16; id_nbits <= 30; id_nbits += 2) {
        struct tables tables;
        tables_build_as(&tables, id_nbits, ki_lined16_shape(),
                        hashes_make(&random, 20000, id_nbits % 4 == 0), 20000);
        check(&random, &tables, 41, 31);
        check(&random, &tables, 5, KI_RADIUS_MAX);
        tables_free(&tables);
    }
}

/* Most in few buckets: more than a line has room for, more than a line counts, and more
 * than a kernel takes at once. */
Test(lined16, equals_brute_force_on_crowded_buckets)
{
    enum { N = 70000, NSAME = 11 };
    struct random_state random = random_begin(10);
    struct tables tables;
    struct ki_ring_hash *hashes = hashes_make(&random, N, false);
    for (size_t i = 1; i < N; i++) {
        memcpy(hashes[i].band, hashes[0].band, NSAME * sizeof hashes[0].band[0]);
    }
    tables_build(&tables, hashes, N);
    cr_assert_gt(most_postings(&tables), KI_LINED_CROWDED);
    check(&random, &tables, 41, 31);
    check(&random, &tables, 41, KI_RADIUS_MAX);
    tables_free(&tables);
}

Test(lined16, many_queries_at_once_equal_one_after_the_other)
{
    struct random_state random = random_begin(8);
    struct tables tables;
    tables_build(&tables, hashes_make(&random, 20000, true), 20000);
    const struct searched searched = searched_of(&tables);
    check_many_at_once(&random, &searched);
    tables_free(&tables);
}

Test(lined16, every_instruction_set_finds_the_same)
{
    enum { N = 50000 };
    struct random_state random = random_begin(13);
    struct tables tables;
    tables_build(&tables, hashes_make(&random, N, true), N);
    check_every_kernel(&random, &tables, 41);
    tables_free(&tables);
}

static struct ki_ring_hash turned(const struct ki_pdq *pdq)
{
    const struct ki_lined_shape shape = ki_lined16_shape();
    const struct ki_ring_hash permuted = ki_ring_permute(pdq);
    return ki_lined_turn(&shape, &permuted);
}

/* Bit c of row r of a PDQ hash, in the byte that pdq.md has it in. */
static struct ki_pdq one_bit(unsigned r, unsigned c)
{
    struct ki_pdq pdq = {{0}};
    unsigned bit = 16 * r + c;
    pdq.bytes[KI_PDQ_NBYTES - 1 - bit / 8] = (uint8_t)(1u << bit % 8);
    return pdq;
}

/* By which mirrored pictures have bands in common. */
Test(lined16, a_band_has_sixteen_bits_whose_rows_and_columns_are_even_or_odd)
{
    unsigned nbits[KI_RING_NBANDS] = {0};
    unsigned parity[KI_RING_NBANDS] = {0};
    uint16_t all[KI_RING_NBANDS] = {0};
    for (unsigned i = 0; i < 256; i++) {
        const struct ki_pdq pdq = one_bit(i / 16, i % 16);
        const struct ki_ring_hash hash = turned(&pdq);
        for (unsigned b = 0; b < KI_RING_NBANDS; b++) {
            if (hash.band[b]) {
                unsigned is = i / 16 % 2 * 2 + i % 2;
                parity[b] = nbits[b]++ == 0 ? is : parity[b];
                cr_assert_eq(parity[b], is, "band %u", b);
                cr_assert_eq(all[b] & hash.band[b], 0);
                all[b] |= hash.band[b];
            }
        }
    }
    for (unsigned b = 0; b < KI_RING_NBANDS; b++) {
        cr_expect_eq(nbits[b], 16, "band %u has %u bits", b, nbits[b]);
        cr_expect_eq(all[b], 0xffff);
    }
}

Test(lined16, flips_reach_all_values_within_a_radius_once)
{
    const struct ki_lined_shape shape = ki_lined16_shape();
    static uint32_t value_at[KI_RING_NVALUES];
    uint8_t *is_reached = malloc(KI_RING_NVALUES);
    cr_assert_not_null(is_reached);
    for (uint32_t value = 0; value < KI_RING_NVALUES; value++) {
        value_at[ki_lined16_place((uint16_t)value)] = value;
    }
    for (uint32_t value = 0; value < KI_RING_NVALUES; value += 37) {
        uint32_t place = ki_lined16_place((uint16_t)value);
        cr_assert_eq(value_at[place], value, "places are a permutation");
        for (unsigned radius = 0; radius <= KI_RADIUS_MAX / KI_RING_NBANDS; radius++) {
            static const uint32_t expected[] = {1, 17, 137};
            const struct ki_lined_flips flips =
                ki_lined_flips(&shape, 3, place, radius);
            cr_assert_eq(flips.n, expected[radius]);
            memset(is_reached, 0, KI_RING_NVALUES);
            for (uint32_t i = 0; i < flips.n; i++) {
                uint32_t other = value_at[place ^ flips.places[i]];
                cr_assert_eq(__builtin_popcount(other ^ value), flips.nbits[i]);
                cr_assert(!is_reached[other]);
                is_reached[other] = 1;
            }
        }
    }
    free(is_reached);
}

/* In order of value it would be 11. */
Test(lined16, the_lines_of_a_band_are_in_eight_pages_at_most)
{
    enum { LINES_PER_PAGE = 4096 / sizeof(struct ki_line) };
    const struct ki_lined_shape shape = ki_lined16_shape();
    uint32_t sum = 0;
    for (uint32_t place = 0; place < KI_RING_NVALUES; place++) {
        const struct ki_lined_flips flips = ki_lined_flips(&shape, 0, place, 1);
        uint32_t npages = 0;
        for (uint32_t i = 0; i < flips.n; i++) {
            uint32_t page = (place ^ flips.places[i]) / LINES_PER_PAGE;
            bool is_new = true;
            for (uint32_t k = 0; k < i; k++) {
                is_new &= (place ^ flips.places[k]) / LINES_PER_PAGE != page;
            }
            npages += is_new;
        }
        cr_assert_leq(npages, 8);
        sum += npages;
    }
    cr_expect_lt((double)sum / KI_RING_NVALUES, 7.5);
}
