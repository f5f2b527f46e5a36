/* SPDX-License-Identifier: Apache-2.0 */
/* The search against brute force: the same ids, the same distances, each once. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "index/lined.h"
#include "index/lined_bits.h"
#include "index/lined_flips.h"
#include "index/lined_search.h"
#include "support/hashes.h"
#include "support/lined_tables.h"
#include "support/ring_queries.h"

static void tables_build(struct tables *tables, struct ki_ring_hash *hashes, uint32_t n)
{
    tables_build_as(tables, ki_ring16_id_nbits(n), ki_ring12_shape(n), hashes, n);
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
    check(&random, &tables, NPLANTED * 2 / 5, 31);
    tables_free(&tables);
}

Test(ring12, equals_brute_force_on_a_million_uniform_hashes)
{
    check_million(false);
}

Test(ring12, equals_brute_force_on_a_million_correlated_hashes)
{
    check_million(true);
}

Test(ring12, equals_brute_force_at_every_radius)
{
    struct random_state random = random_begin(3);
    for (unsigned radius = 0; radius <= KI_RADIUS_MAX; radius++) {
        struct tables tables;
        tables_build(&tables, hashes_make(&random, 3000, radius % 2), 3000);
        check(&random, &tables, 41, radius);
        tables_free(&tables);
    }
}

Test(ring12, equals_brute_force_with_bands_of_every_width_and_all_rest_codes)
{
    struct random_state random = random_begin(9);
    for (unsigned width = KI_LINED_LEAST_WIDTH; width <= 19; width++) {
        struct tables tables;
        uint32_t as_many = ((uint32_t)KI_LINED_MEAN_MOST << width) - width % 2 * 13;
        tables_build_as(&tables, 16 + (5 * width) % 15,
                        ki_ring12_shape(as_many / (1 + width % 2)),
                        hashes_make(&random, 20000, width % 3 == 0), 20000);
        check(&random, &tables, 82, 31);
        check(&random, &tables, 5, KI_RADIUS_MAX);
        tables_free(&tables);
    }
}

/* All in few buckets: more than a line counts, more than a kernel takes at once, and
 * more kept than is gathered before the hashes are looked at. */
Test(ring12, equals_brute_force_on_crowded_buckets)
{
    enum { N = 70000, NSAME = 12 };
    struct random_state random = random_begin(10);
    struct tables tables;
    struct ki_ring_hash *hashes = hashes_make(&random, N, false);
    for (size_t i = 1; i < N; i++) {
        memcpy(hashes[i].band, hashes[0].band, NSAME * sizeof hashes[0].band[0]);
        hashes[i].band[3] = (uint16_t)(hashes[0].band[3] ^ (i % 16 < 2) << i % 16);
    }
    tables_build(&tables, hashes, N);
    cr_assert_gt(most_postings(&tables), KI_LINED_CROWDED);
    check(&random, &tables, 41, 31);
    check(&random, &tables, 41, KI_RADIUS_MAX);
    tables_free(&tables);
}

/* More than are noted before their other sketches are looked at: on average buckets
 * have 98 postings, and a query of the largest radius meets 2,112 of them. */
Test(ring12, equals_brute_force_where_no_line_holds_its_bucket)
{
    enum { N = 100000 };
    struct random_state random = random_begin(15);
    struct tables tables;
    tables_build_as(&tables, 17,
                    ki_ring12_shape(KI_LINED_MEAN_MOST << KI_LINED_LEAST_WIDTH),
                    hashes_make(&random, N, false), N);
    uint32_t nlong = 0;
    for (unsigned b = 0; b < KI_RING12_NBANDS; b++) {
        const unsigned radius = KI_LINED_MOST_RADIUS;
        nlong += ki_lined_flips(&tables.ring.shape, b, 0, radius).n;
        for (size_t p = 0; p + 1 < ki_lined_nlines(&tables.ring.shape, b); p++) {
            cr_assert_gt(ki_lined_count(&tables.lines[b][p]), KI_LINE_NSKETCHES);
        }
    }
    cr_assert_gt(nlong, KI_LINED_MOST_LONG);
    check(&random, &tables, 82, 31);
    check(&random, &tables, 41, KI_RADIUS_MAX);
    tables_free(&tables);
}

static bool put_some(void *context, bool is_line, size_t at, const void *bytes,
                     size_t nbytes)
{
    int *nleft = context;
    (void)is_line;
    (void)at;
    (void)bytes;
    (void)nbytes;
    return (*nleft)-- > 0;
}

/* A disk that fills up, say: the making ends at whatever part it is. */
Test(ring12, a_sink_that_fails_ends_the_making)
{
    enum { N = 3000 };
    struct random_state random = random_begin(16);
    struct ki_ring_hash *hashes = hashes_make(&random, N, false);
    struct ki_ring_room room = {0};
    const struct ki_lined_source source = {hashes, N, 16, ki_ring12_shape(N), &room};
    static uint32_t counts[1 << KI_LINED_LEAST_WIDTH];
    int nparts = 0;
    bool is_made = false;
    (void)ki_lined_count_band(&source, 1, counts);
    for (; !is_made; nparts++) {
        int nleft = nparts;
        const struct ki_lined_sink sink = {put_some, &nleft};
        is_made = ki_lined_make_band(&source, 1, counts, N / 2, &sink);
        cr_assert_eq(is_made, nleft >= 0, "%d parts taken", nparts);
    }
    cr_expect_gt(nparts, 3);
    ki_ring_room_free(&room);
    free(hashes);
}

/* Buckets of 28, 29, 30 and 31 postings, and those with as many as a line can tell. */
Test(ring12, finds_every_posting_of_a_bucket)
{
    static const uint32_t sizes[] = {1,  27,    28,    29,    30,   31,
                                     32, 65533, 65534, 65535, 65536};
    struct random_state random = random_begin(12);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct tables tables;
        struct found found = {0};
        uint32_t n = sizes[i];
        struct ki_pdq pdq = hash_uniform(&random);
        struct ki_ring_hash query = ki_ring_permute(&pdq);
        struct ki_ring_hash *hashes = malloc(n * sizeof *hashes);
        cr_assert_not_null(hashes);
        for (uint32_t k = 0; k < n; k++) {
            hashes[k] = query;
        }
        tables_build(&tables, hashes, n);
        const struct searched searched = searched_of(&tables);
        cr_assert(search_one(&searched, &query, 31, found_add, &found));
        cr_assert_eq(found.count, n, "%zu of %u", found.count, n);
        found_free(&found);
        tables_free(&tables);
    }
}

Test(ring12, many_queries_at_once_equal_one_after_the_other)
{
    struct random_state random = random_begin(8);
    struct tables tables;
    tables_build(&tables, hashes_make(&random, 20000, true), 20000);
    const struct searched searched = searched_of(&tables);
    check_many_at_once(&random, &searched);
    tables_free(&tables);
}

Test(ring12, every_instruction_set_finds_the_same)
{
    enum { N = 50000 };
    struct random_state random = random_begin(13);
    struct tables tables;
    tables_build(&tables, hashes_make(&random, N, true), N);
    check_every_kernel(&random, &tables, 82);
    tables_free(&tables);
}

static unsigned bit_of(const struct ki_ring_hash *hash, unsigned i)
{
    return hash->band[i / 16] >> i % 16 & 1u;
}

/* A rest code goes on where the sketch of the next band ends. */
static void check_rest(const struct ki_lined_shape *shape,
                       const struct ki_ring_hash *hash, unsigned band)
{
    unsigned next = ki_lined_after(shape, band, 1);
    unsigned second = ki_lined_after(shape, band, 2);
    for (unsigned nbits = 2; nbits <= 16; nbits++) {
        uint32_t rest = ki_lined_rest(shape, hash, band, nbits);
        unsigned n = 0;
        for (unsigned i = 16; i < shape->width[next] && n < nbits; i++, n++) {
            cr_assert_eq(rest >> n & 1, bit_of(hash, shape->first[next] + i));
        }
        cr_assert_eq(ki_lined_nnext(shape, band, nbits), n);
        for (unsigned i = 0; i < shape->width[second] && n < nbits; i++, n++) {
            cr_assert_eq(rest >> n & 1, bit_of(hash, shape->first[second] + i));
        }
        cr_assert_eq(rest >> n, 0);
    }
}

Test(ring12, bands_follow_one_another_and_stay_within_a_hash)
{
    struct random_state random = random_begin(14);
    for (uint32_t n = 1; n <= KI_RING16_MOST; n += n / 3 + 1) {
        const struct ki_lined_shape shape = ki_ring12_shape(n);
        struct ki_pdq pdq = hash_uniform(&random);
        struct ki_ring_hash hash = ki_ring_permute(&pdq);
        unsigned first = 0;
        for (unsigned b = 0; b < KI_RING12_NBANDS; b++) {
            cr_assert_eq(shape.first[b], first);
            cr_assert_leq(shape.width[b], KI_LINED_MOST_WIDTH);
            cr_assert_leq(first + shape.width[b], 256, "%u hashes", n);
            uint32_t value = ki_lined_band(&shape, &hash, b);
            for (unsigned i = 0; i < shape.width[b]; i++) {
                cr_assert_eq(value >> i & 1, bit_of(&hash, first + i));
            }
            cr_assert_eq(value >> shape.width[b], 0);
            check_rest(&shape, &hash, b);
            first += shape.width[b];
        }
    }
}

Test(ring12, report_can_end_the_search)
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
    const struct searched searched = searched_of(&tables);
    cr_expect(!search_one(&searched, &query, 31, stop_at_once, &ncalls));
    cr_expect_eq(ncalls, 1);
    tables_free(&tables);
}

/* Each change makes tables that must not be searched; undone, they are good again. */
Test(ring12, bad_tables_are_refused)
{
    struct random_state random = random_begin(7);
    struct tables tables;
    tables_build(&tables, hashes_make(&random, 500, false), 500);
    const size_t end = ki_lined_nlines(&tables.ring.shape, 4) - 1;
    struct ki_line *lines = tables.lines[4];
    size_t filled = 0;
    while (lines[filled].count == 0) {
        filled++;
    }
    uint16_t *last = &tables.records[4][tables.ring.nunits[4] - 1];
    uint16_t kept = *last; /* a number, of 16 bits */
    *last = 500;
    cr_expect(!ki_lined_is_valid(&tables.ring), "a number out of range");
    *last = kept;
    cr_expect(ki_lined_is_valid(&tables.ring));
    lines[0].at = 1;
    cr_expect(!ki_lined_is_valid(&tables.ring), "a first record other than at 0");
    lines[0].at = 0;
    lines[end].at++;
    cr_expect(!ki_lined_is_valid(&tables.ring), "records that end beyond the table");
    lines[end].at--;
    lines[end].count = 1;
    cr_expect(!ki_lined_is_valid(&tables.ring), "postings after the last line");
    lines[end].count = 0;
    lines[filled].count++;
    cr_expect(!ki_lined_is_valid(&tables.ring), "more postings than their record has");
    lines[filled].count--;
    kept = lines[filled].count;
    lines[filled].count = KI_LINED_CROWDED;
    cr_expect(!ki_lined_is_valid(&tables.ring), "crowded, and is not");
    lines[filled].count = kept;
    lines[filled + 1].at -= 2 * (uint32_t)kept + 2;
    cr_expect(!ki_lined_is_valid(&tables.ring), "records that go back");
    lines[filled + 1].at += 2 * (uint32_t)kept + 2;
    tables.ring.id_nbits = 15;
    cr_expect(!ki_lined_is_valid(&tables.ring), "numbers of too few bits");
    tables.ring.id_nbits = 16;
    cr_expect(ki_lined_is_valid(&tables.ring));
    tables_free(&tables);
}

/* The code's distance of five, by which no set of the cache gets two lines of a ball.
 */
Test(ring12, places_are_a_permutation_that_keeps_neighbours_apart)
{
    enum { WIDTH = 18, NSETS = 1 << KI_RING12_NSPREAD };
    uint8_t *is_taken = calloc((size_t)1 << WIDTH, 1);
    cr_assert_not_null(is_taken);
    for (uint32_t value = 0; value < 1u << WIDTH; value++) {
        uint32_t place = ki_ring12_place(value);
        cr_assert_lt(place, 1u << WIDTH);
        cr_assert(!is_taken[place]);
        is_taken[place] = 1;
        uint32_t other = value * 40503u % (1u << WIDTH);
        cr_assert_eq(ki_ring12_place(value ^ other), place ^ ki_ring12_place(other));
    }
    free(is_taken);
    uint8_t is_used[NSETS] = {0};
    const struct ki_lined_shape shape = {.nbands = KI_RING12_NBANDS,
                                         .width = {KI_LINED_MOST_WIDTH}};
    const struct ki_lined_flips flips = ki_lined_flips(&shape, 0, 0, 2);
    cr_assert_eq(flips.n, 1 + 24 + 276);
    for (uint32_t i = 0; i < flips.n; i++) {
        cr_assert(!is_used[flips.places[i] % NSETS]);
        is_used[flips.places[i] % NSETS] = 1;
    }
}

Test(ring12, flips_reach_all_values_within_a_radius_once)
{
    enum { WIDTH = 13 };
    const struct ki_lined_shape shape = {.nbands = KI_RING12_NBANDS, .width = {WIDTH}};
    for (unsigned radius = 0; radius <= KI_LINED_MOST_RADIUS; radius++) {
        const struct ki_lined_flips flips = ki_lined_flips(&shape, 0, 0, radius);
        uint8_t nbits[1 << WIDTH];
        memset(nbits, 0xff, sizeof nbits);
        for (uint32_t i = 0; i < flips.n; i++) {
            cr_assert_lt(flips.places[i], 1u << WIDTH);
            cr_assert_eq(nbits[flips.places[i]], 0xff);
            nbits[flips.places[i]] = flips.nbits[i];
        }
        for (uint32_t value = 0; value < 1u << WIDTH; value++) {
            unsigned expected = (unsigned)__builtin_popcount(value);
            cr_assert_eq(nbits[ki_ring12_place(value)],
                         expected <= radius ? expected : 0xff);
        }
    }
}
