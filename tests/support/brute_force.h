/* SPDX-License-Identifier: Apache-2.0 */
/* What a search must find, by comparing with every hash. */
#ifndef KI_TESTS_SUPPORT_BRUTE_FORCE_H
#define KI_TESTS_SUPPORT_BRUTE_FORCE_H

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "index/ring16.h"
#include "support/hashes.h"

struct found {
    uint32_t *ids;
    unsigned *distances;
    size_t count;
    size_t capacity;
};

static inline void found_free(struct found *found)
{
    free(found->ids);
    free(found->distances);
}

static inline bool found_add(void *context, uint32_t id, unsigned distance)
{
    struct found *found = context;
    if (found->count == found->capacity) {
        found->capacity = found->capacity ? found->capacity * 2 : 1024;
        found->ids = realloc(found->ids, found->capacity * sizeof *found->ids);
        found->distances =
            realloc(found->distances, found->capacity * sizeof *found->distances);
        cr_assert(found->ids && found->distances);
    }
    found->ids[found->count] = id;
    found->distances[found->count++] = distance;
    return true;
}

/* What is compared here by the million is compared without a sanitizer's checks. */
#define UNCHECKED __attribute__((no_sanitize("address", "undefined")))

UNCHECKED static inline __attribute__((always_inline)) unsigned
distance_of(const struct ki_ring_hash *a, const struct ki_ring_hash *b)
{
    uint64_t x[4];
    uint64_t y[4];
    memcpy(x, a, sizeof x);
    memcpy(y, b, sizeof y);
    return (unsigned)(__builtin_popcountll(x[0] ^ y[0]) +
                      __builtin_popcountll(x[1] ^ y[1]) +
                      __builtin_popcountll(x[2] ^ y[2]) +
                      __builtin_popcountll(x[3] ^ y[3]));
}

/* Queries to be answered together. */
struct asked {
    const struct ki_ring_hash *queries;
    size_t nqueries;
    unsigned radius;
    struct found *found; /* one each */
};

/* The hashes first … end − 1, which stay in the cache for all queries. */
UNCHECKED static inline __attribute__((always_inline)) void
compare_each(const struct ki_ring_hash *hashes, uint32_t first, uint32_t end,
             const struct asked *asked)
{
    for (size_t k = 0; k < asked->nqueries; k++) {
        const struct ki_ring_hash query = asked->queries[k];
        for (uint32_t i = first; i < end; i++) {
            unsigned distance = distance_of(&hashes[i], &query);
            if (distance <= asked->radius) {
                (void)found_add(&asked->found[k], i, distance);
            }
        }
    }
}

/* With the processor's instruction for it, where it has one. */
#if defined(__x86_64__)
UNCHECKED __attribute__((target("popcnt"))) static inline void
compare_each_popcnt(const struct ki_ring_hash *hashes, uint32_t first, uint32_t end,
                    const struct asked *asked)
{
    compare_each(hashes, first, end, asked);
}
#endif

static inline void brute_force(const struct ki_ring_hash *hashes, uint32_t n,
                               const struct asked *asked)
{
    enum { PIECE = 512 };
    for (uint32_t first = 0; first < n; first += PIECE) {
        uint32_t end = n - first < PIECE ? n : first + PIECE;
#if defined(__x86_64__)
        if (__builtin_cpu_supports("popcnt")) {
            compare_each_popcnt(hashes, first, end, asked);
            continue;
        }
#endif
        compare_each(hashes, first, end, asked);
    }
}

/* Every hit of the search is one of brute force with its distance, none twice, and
 * there are as many. */
static inline void expect_same(struct found *got, const struct found *expected,
                               uint8_t *seen, const struct ki_ring_hash *hashes,
                               uint32_t n, const struct ki_ring_hash *query)
{
    cr_assert_eq(got->count, expected->count, "%zu hits, brute force has %zu",
                 got->count, expected->count);
    for (size_t i = 0; i < got->count; i++) {
        uint32_t id = got->ids[i];
        cr_assert_lt(id, n);
        cr_assert(!seen[id], "id %u twice", id);
        seen[id] = 1;
        cr_assert_eq(got->distances[i], distance_of(&hashes[id], query));
    }
    for (size_t i = 0; i < expected->count; i++) {
        cr_assert(seen[expected->ids[i]], "id %u missed", expected->ids[i]);
        seen[expected->ids[i]] = 0;
    }
}

static inline struct ki_ring_hash *hashes_make(struct random_state *random, uint32_t n,
                                               bool is_correlated)
{
    struct ki_ring_hash *hashes = malloc(n * sizeof *hashes);
    cr_assert_not_null(hashes);
    for (uint32_t i = 0; i < n; i++) {
        struct ki_pdq pdq = is_correlated ? hash_correlated(random, 99, n / 50 + 1)
                                          : hash_uniform(random);
        hashes[i] = ki_ring_permute(&pdq);
    }
    return hashes;
}

#endif
