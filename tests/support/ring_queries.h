/* SPDX-License-Identifier: Apache-2.0 */
/* What every ring must do, whichever way its tables are laid out. */
#ifndef KI_TESTS_SUPPORT_RING_QUERIES_H
#define KI_TESTS_SUPPORT_RING_QUERIES_H

#include "support/brute_force.h"

/* A ring and the hashes it was made of. */
struct searched {
    const void *ring;
    const struct ki_ring_hash *hashes;
    uint32_t n;
    bool (*search_many)(const void *ring, const struct ki_ring_job *jobs, size_t njobs,
                        unsigned radius, ki_ring_report report);
};

static inline bool search_one(const struct searched *searched,
                              const struct ki_ring_hash *query, unsigned radius,
                              ki_ring_report report, void *context)
{
    const struct ki_ring_job job = {query, context};
    return searched->search_many(searched->ring, &job, 1, radius, report);
}

static inline struct ki_ring_hash plant(struct random_state *random,
                                        const struct searched *searched,
                                        uint32_t target, unsigned distance)
{
    struct ki_pdq base = ki_ring_unpermute(&searched->hashes[target]);
    struct ki_pdq pdq = hash_at_distance(random, &base, distance);
    return ki_ring_permute(&pdq);
}

static inline bool found_has(const struct found *found, uint32_t id)
{
    for (size_t k = 0; k < found->count; k++) {
        if (found->ids[k] == id) {
            return true;
        }
    }
    return false;
}

enum { NDISTANCES = 41 };

/* How many of the planted were found, by distance. */
struct tally {
    unsigned nplanted[NDISTANCES];
    unsigned nfound[NDISTANCES];
};

/* Queries planted at the distances 0 … count − 1 from a hash of the set. */
static inline void check_planted(struct random_state *random,
                                 const struct searched *searched, unsigned count,
                                 unsigned radius, uint8_t *seen, struct tally *tally)
{
    uint32_t targets[NDISTANCES];
    struct ki_ring_hash queries[NDISTANCES];
    struct found expected[NDISTANCES] = {0};
    struct found got = {0};
    for (unsigned i = 0; i < count; i++) {
        targets[i] = random_below(random, searched->n);
        queries[i] = plant(random, searched, targets[i], i);
    }
    brute_force(searched->hashes, searched->n,
                &(struct asked){queries, count, radius, expected});
    for (unsigned i = 0; i < count; i++) {
        got.count = 0;
        cr_assert(search_one(searched, &queries[i], radius, found_add, &got));
        bool is_found = found_has(&got, targets[i]);
        cr_assert_eq(is_found, i <= radius, "planted at %u, radius %u", i, radius);
        tally->nplanted[i]++;
        tally->nfound[i] += is_found;
        expect_same(&got, &expected[i], seen, searched->hashes, searched->n,
                    &queries[i]);
        found_free(&expected[i]);
    }
    found_free(&got);
}

static inline void check_queries(struct random_state *random,
                                 const struct searched *searched, unsigned nqueries,
                                 unsigned radius)
{
    struct tally tally = {0};
    uint8_t *seen = calloc(searched->n, 1);
    cr_assert_not_null(seen);
    for (unsigned i = 0; i < nqueries; i += NDISTANCES) {
        unsigned left = nqueries - i;
        check_planted(random, searched, left < NDISTANCES ? left : NDISTANCES, radius,
                      seen, &tally);
    }
    if (radius == 31 && nqueries > NDISTANCES) {
        printf("planted at 31: %u of %u found, at 32: %u of %u\n", tally.nfound[31],
               tally.nplanted[31], tally.nfound[32], tally.nplanted[32]);
    }
    free(seen);
}

/* Several queries at once, of every number that fits the stages and some that do not.
 */
static inline void check_many_at_once(struct random_state *random,
                                      const struct searched *searched)
{
    enum { NQUERIES = 37 };
    struct ki_ring_hash queries[NQUERIES];
    struct ki_ring_job jobs[NQUERIES];
    struct found together[NQUERIES] = {0};
    uint8_t *seen = calloc(searched->n, 1);
    cr_assert_not_null(seen);
    for (size_t n = 0; n <= NQUERIES; n++) {
        for (size_t i = 0; i < n; i++) {
            uint32_t target = random_below(random, searched->n);
            queries[i] = plant(random, searched, target, (unsigned)i);
            together[i].count = 0;
            jobs[i] = (struct ki_ring_job){&queries[i], &together[i]};
        }
        cr_assert(searched->search_many(searched->ring, jobs, n, 31, found_add));
        struct found expected[NQUERIES] = {0};
        brute_force(searched->hashes, searched->n,
                    &(struct asked){queries, n, 31, expected});
        for (size_t i = 0; i < n; i++) {
            expect_same(&together[i], &expected[i], seen, searched->hashes, searched->n,
                        &queries[i]);
            found_free(&expected[i]);
        }
    }
    for (size_t i = 0; i < NQUERIES; i++) {
        found_free(&together[i]);
    }
    free(seen);
}

/* A report that ends the search. */
static inline bool stop_at_once(void *context, uint32_t id, unsigned distance)
{
    (void)id;
    (void)distance;
    ++*(int *)context;
    return false;
}

/* What is searched is slow in a sanitizer's code. */
#ifdef __SANITIZE_ADDRESS__
enum { NPLANTED = 7 * 41 };
#else
enum { NPLANTED = 50 * 41 };
#endif

#endif
