/* SPDX-License-Identifier: Apache-2.0 */
/* The flood guard against a count of everything that ever happened. */
#include <criterion/criterion.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "match/flood.h"
#include "support/random.h"

static const struct ki_list_info hotline = {.name = "hotline"};
static const struct ki_list_info allow = {.name = "ours", .purpose = KI_PURPOSE_ALLOW};

static struct ki_hit hit_of(const struct ki_list_info *list, const char *entry)
{
    return (struct ki_hit){.list = list, .entry = entry};
}

/* Counts a picture with these entries of the hotline; a mask of those that flood. */
static unsigned count(struct ki_flood_guard *guard, unsigned entries)
{
    static const char *const names[] = {"a", "b", "c", "d", "e", "f", "g", "h"};
    struct ki_hit items[8];
    unsigned bits[8];
    struct ki_hits hits = {.items = items};
    unsigned flooding = 0;
    for (unsigned i = 0; i < 8; i++) {
        if (entries >> i & 1) {
            bits[hits.nhits] = i;
            items[hits.nhits++] = hit_of(&hotline, names[i]);
        }
    }
    ki_flood_guard_count(guard, &hits);
    for (size_t i = 0; i < hits.nhits; i++) {
        flooding |= (unsigned)items[i].is_flooding << bits[i];
    }
    return flooding;
}

Test(flood, as_counted_by_hand)
{
    enum { NPICTURES = 4000, WINDOW = 300, SHARE = 50000, MINIMUM = 7 };
    static unsigned history[NPICTURES];
    const struct ki_flood_limits limits = {WINDOW, SHARE, MINIMUM};
    struct ki_flood_guard *guard = ki_flood_guard_create(&limits);
    struct random_state random = random_begin(71);
    unsigned nfloods = 0;
    for (unsigned p = 0; p < NPICTURES; p++) {
        unsigned phase = p / 500 % 2; /* entry a comes in bursts */
        for (unsigned i = 0; i < 8; i++) {
            unsigned one_in = i == 0 && phase ? 4 : 15 + 5 * i;
            history[p] |= (unsigned)(random_below(&random, one_in) == 0) << i;
        }
        unsigned expected = 0;
        for (unsigned i = 0; i < 8; i++) {
            unsigned first = p + 1 > WINDOW ? p + 1 - WINDOW : 0;
            uint64_t n = 0;
            for (unsigned q = first; q <= p; q++) {
                n += history[q] >> i & 1;
            }
            bool is = n >= MINIMUM && n * 1000000 > SHARE * (uint64_t)(p - first + 1);
            expected |= (unsigned)(is && (history[p] >> i & 1)) << i;
        }
        cr_assert_eq(count(guard, history[p]), expected, "picture %u", p);
        nfloods += expected != 0;
    }
    cr_expect_gt(nfloods, 100);
    cr_expect_lt(nfloods, NPICTURES / 2);
    ki_flood_guard_destroy(guard);
}

Test(flood, only_hits_of_match_lists_count_once_an_entry)
{
    const struct ki_flood_limits limits = {100, 10000, 3};
    struct ki_flood_guard *guard = ki_flood_guard_create(&limits);
    for (unsigned i = 0; i < 3; i++) {
        struct ki_hit items[] = {hit_of(&hotline, "a"), hit_of(&hotline, "a"),
                                 hit_of(&allow, "x")};
        struct ki_hits hits = {items, 3, 3};
        items[0].kind = KI_KIND_MD5;
        ki_flood_guard_count(guard, &hits);
        cr_expect_eq(items[0].is_flooding, i == 2);
        cr_expect_eq(items[1].is_flooding, i == 2, "both kinds of the entry");
        cr_expect_not(items[2].is_flooding);
    }
    struct ki_flood floods[2];
    cr_assert_eq(ki_flood_guard_list(guard, floods, 2), 1);
    cr_expect_str_eq(floods[0].list, "hotline");
    cr_expect_str_eq(floods[0].entry, "a");
    cr_expect_eq(floods[0].npictures, 1);
    cr_expect_eq(floods[0].nhits_most, 3);
    ki_flood_guard_destroy(guard);
}

/* More hits than are remembered: the window gets shorter, the share stays right. */
Test(flood, memory_is_bounded)
{
    enum { NHITS = 2000 };
    const struct ki_flood_limits limits = {10000000, 400000, 20};
    struct ki_flood_guard *guard = ki_flood_guard_create(&limits);
    static char names[NHITS][16];
    static struct ki_hit items[NHITS];
    unsigned nflooding = 0;
    for (unsigned p = 0; p < 400; p++) {
        for (unsigned i = 0; i < NHITS; i++) {
            bool is_common = i == 0 && p % 2 == 0;
            (void)snprintf(names[i], sizeof names[i], "%u",
                           is_common ? 0 : 1 + p * NHITS + i);
            items[i] = hit_of(&hotline, names[i]);
        }
        struct ki_hits hits = {items, NHITS, NHITS};
        ki_flood_guard_count(guard, &hits);
        nflooding += items[0].is_flooding;
        cr_assert_not(items[1].is_flooding);
        cr_assert_not(items[NHITS - 1].is_flooding, "as the last that was counted");
    }
    cr_expect_gt(nflooding, 150);
    ki_flood_guard_destroy(guard);
}

static void *hit_often(void *context)
{
    for (unsigned i = 0; i < 20000; i++) {
        (void)count(context, i % 4 == 0 ? 0x81 : 0);
    }
    return NULL;
}

Test(flood, threads_share_it)
{
    const struct ki_flood_limits limits = {1000, 10000, 20};
    struct ki_flood_guard *guard = ki_flood_guard_create(&limits);
    pthread_t threads[4];
    for (unsigned i = 0; i < 4; i++) {
        cr_assert_eq(pthread_create(&threads[i], NULL, hit_often, guard), 0);
    }
    for (unsigned i = 0; i < 4; i++) {
        cr_assert_eq(pthread_join(threads[i], NULL), 0);
    }
    struct ki_flood floods[8];
    cr_expect_eq(ki_flood_guard_list(guard, floods, 8), 2);
    cr_expect_gt(floods[0].npictures, 19000);
    cr_expect_leq(floods[0].npictures, 20000);
    ki_flood_guard_destroy(guard);
}
