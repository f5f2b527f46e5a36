/* SPDX-License-Identifier: Apache-2.0 */
/* What is written into tails is read from them, and nothing else passes for one. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "index/ring_tail.h"
#include "support/random.h"

enum { MOST = 5000, PADDING = 16, FILL = 0xaa, NROUNDS = 400 };

struct tail {
    uint32_t m;
    unsigned id_nbits;
    struct ki_tail widths;
    uint32_t numbers[MOST]; /* ascending */
    uint64_t postings[MOST];
    uint16_t units[2 * MOST + PADDING];
};

static int compare(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a;
    uint32_t y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

/* Spread over all that id_nbits hold, or close together somewhere, at either end too.
 */
static void choose_numbers(struct random_state *random, struct tail *tail)
{
    uint32_t range = (uint32_t)1 << tail->id_nbits;
    uint32_t width = range;
    if (random_below(random, 2) == 0) {
        width = tail->m + (uint32_t)random_below(random, 3) * 100;
        width = width < range ? width : range;
    }
    uint32_t first[] = {0, range - width, (range - width) / 2};
    uint32_t at = first[random_below(random, 3)];
    for (uint32_t k = 0; k < tail->m; k++) {
        tail->numbers[k] = at + (uint32_t)(random_next(random) % width);
    }
    qsort(tail->numbers, tail->m, sizeof *tail->numbers, compare);
}

static struct tail *make(struct random_state *random, bool is_whole)
{
    struct tail *tail = malloc(sizeof *tail);
    cr_assert_not_null(tail);
    tail->id_nbits = 16 + (unsigned)random_below(random, 15);
    tail->m = (uint32_t)random_below(random, random_below(random, 2) ? 40 : MOST + 1);
    tail->widths =
        is_whole ? ki_tail_whole(tail->id_nbits) : ki_tail_of(tail->id_nbits, tail->m);
    choose_numbers(random, tail);
    for (uint32_t k = 0; k < tail->m; k++) {
        uint64_t code = random_next(random) & 0xffff;
        tail->postings[k] = code << tail->id_nbits | tail->numbers[k];
    }
    memset(tail->units, FILL, sizeof tail->units);
    ki_tail_write(tail->units, tail->m, tail->widths, tail->postings);
    return tail;
}

static uint32_t number_at(const struct tail *tail, struct ki_tail_walk *walk,
                          uint32_t k)
{
    uint64_t bit = ki_tail_low_bit(tail->widths, tail->m, k);
    uint32_t number = ki_tail_bits(tail->units, bit, tail->widths.low);
    if (tail->widths.high > 0) {
        number |= ki_tail_high(walk, tail->units, tail->m, tail->widths, k)
                  << tail->widths.low;
    }
    return number;
}

static void check(const struct tail *tail, struct ki_tail_walk *walk, uint32_t k)
{
    unsigned nbits = tail->widths.rest;
    uint64_t code = tail->postings[k] >> tail->id_nbits & ((1u << nbits) - 1);
    cr_assert_eq(number_at(tail, walk, k), tail->numbers[k], "%u of %u, %u bits", k,
                 tail->m, tail->id_nbits);
    cr_assert_eq(ki_tail_bits(tail->units, (uint64_t)k * nbits, nbits), code);
}

static bool is_valid(const struct tail *tail, uint32_t n)
{
    return ki_tail_is_valid(tail->units, tail->m, tail->widths, n);
}

Test(ring_tail, holds_codes_and_numbers_in_any_order)
{
    struct random_state random = random_begin(1);
    struct ki_tail_walk walk = {0};
    for (unsigned round = 0; round < NROUNDS; round++) {
        struct tail *tail = make(&random, round % 8 == 0);
        walk = (struct ki_tail_walk){0};
        for (uint32_t k = 0; k < tail->m; k++) {
            check(tail, &walk, k);
        }
        for (unsigned i = 0; i < 100 && tail->m > 0; i++) {
            check(tail, &walk, (uint32_t)random_below(&random, tail->m));
        }
        for (size_t i = 2 * (size_t)tail->m; i < 2 * (size_t)tail->m + PADDING; i++) {
            cr_assert_eq(tail->units[i], FILL << 8 | FILL, "written over the end");
        }
        free(tail);
    }
}

Test(ring_tail, is_valid_for_more_hashes_than_its_largest_number)
{
    struct random_state random = random_begin(2);
    for (unsigned round = 0; round < NROUNDS; round++) {
        struct tail *tail = make(&random, round % 8 == 0);
        uint32_t largest = tail->m > 0 ? tail->numbers[tail->m - 1] : 0;
        cr_assert(is_valid(tail, largest + 1));
        cr_assert(tail->m == 0 || !is_valid(tail, largest));
        free(tail);
    }
}

/* Any bit of the high ones that is turned makes one too many, or one too few. */
Test(ring_tail, is_not_valid_with_a_high_bit_turned)
{
    struct random_state random = random_begin(3);
    unsigned nchecked = 0;
    for (unsigned round = 0; round < NROUNDS; round++) {
        struct tail *tail = make(&random, false);
        uint64_t first = ki_tail_high_bit(tail->widths, tail->m);
        uint64_t nbits = tail->m + ((uint64_t)1 << tail->widths.high);
        for (unsigned i = 0; i < 20 && tail->widths.high > 0; i++, nchecked++) {
            uint64_t bit = first + random_below(&random, (size_t)nbits);
            uint8_t *byte = (uint8_t *)tail->units + bit / 8;
            *byte = (uint8_t)(*byte ^ 1u << bit % 8);
            cr_assert_not(is_valid(tail, (uint32_t)1 << tail->id_nbits));
            *byte = (uint8_t)(*byte ^ 1u << bit % 8);
        }
        free(tail);
    }
    cr_assert_gt(nchecked, NROUNDS);
}

/* Crowded buckets: all that a tail has room for, and no more. */
Test(ring_tail, fits_whatever_the_bucket_holds)
{
    for (unsigned id_nbits = 16; id_nbits <= 30; id_nbits++) {
        for (uint64_t m = 1; m <= (uint64_t)1 << id_nbits; m += m / 9 + 1) {
            const struct ki_tail widths = ki_tail_of(id_nbits, (uint32_t)m);
            uint64_t nhigh = widths.high > 0 ? m + ((uint64_t)1 << widths.high) : 0;
            cr_assert_leq(ki_tail_high_bit(widths, (uint32_t)m) + nhigh, 32 * m);
            cr_assert_eq(widths.low + widths.high, id_nbits);
            cr_assert_leq(widths.rest, 16);
            cr_assert_leq(widths.rest + id_nbits, 40);
            cr_assert_geq(widths.rest, id_nbits > 24 ? 2 : 8);
        }
    }
}
