/* SPDX-License-Identifier: Apache-2.0 */
/* Neighbours within a list, against comparing each with each. */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "list/neighbours.h"
#include "support/hashes.h"

struct crowd {
    size_t n;
    struct ki_pdq *hashes;
    struct ki_neighbour *items;
};

/* Hashes in clusters, some entries with two. */
static struct crowd crowd_make(struct random_state *random, size_t n,
                               uint32_t ntemplates)
{
    struct crowd crowd = {n, calloc(n, sizeof *crowd.hashes),
                          calloc(n, sizeof *crowd.items)};
    cr_assert(crowd.hashes && crowd.items);
    uint32_t owner = 0;
    for (size_t i = 0; i < n; i++) {
        crowd.hashes[i] = hash_correlated(random, 7, ntemplates);
        crowd.hashes[i] = i > 0 && random_below(random, 3) == 0
                              ? hash_at_distance(random, &crowd.hashes[i - 1],
                                                 random_below(random, 40))
                              : crowd.hashes[i];
        owner += random_below(random, 10) > 0;
        crowd.items[i].hash = ki_ring_permute(&crowd.hashes[i]);
        crowd.items[i].owner = owner;
    }
    return crowd;
}

static void crowd_free(struct crowd *crowd)
{
    free(crowd->hashes);
    free(crowd->items);
}

static void expect_as_compared(const struct crowd *crowd, size_t i,
                               const struct ki_neighbours_request *request)
{
    uint32_t nneighbours = 0;
    unsigned nearest = KI_NEAREST_NONE;
    unsigned benign = KI_DISTANCE_NONE;
    for (size_t k = 0; k < crowd->n; k++) {
        unsigned distance = ki_pdq_distance(&crowd->hashes[i], &crowd->hashes[k]);
        if (distance <= KI_NEIGHBOURS_RADIUS &&
            crowd->items[k].owner != crowd->items[i].owner) {
            nneighbours++;
            nearest = distance < nearest ? distance : nearest;
        }
    }
    for (size_t k = 0; k < request->nbenign; k++) {
        unsigned distance = ki_pdq_distance(&crowd->hashes[i], &request->benign[k]);
        if (distance <= request->benign_radius && distance < benign) {
            benign = distance;
        }
    }
    const struct ki_neighbour *item = &crowd->items[i];
    cr_expect_eq(item->benign, benign);
    if (nneighbours < request->most_counted) {
        cr_expect_eq(item->nneighbours, nneighbours);
        cr_expect_eq(item->nearest, nearest);
    } else {
        cr_expect_eq(item->nneighbours, request->most_counted);
        cr_expect_leq(item->nearest, KI_NEIGHBOURS_RADIUS);
    }
}

static void expect_all(struct random_state *random, size_t n, uint32_t ntemplates,
                       size_t block, uint32_t most_counted, size_t step)
{
    struct crowd crowd = crowd_make(random, n, ntemplates);
    struct ki_pdq benign[20];
    for (size_t i = 0; i < 20; i++) {
        benign[i] =
            hash_at_distance(random, &crowd.hashes[random_below(random, (uint32_t)n)],
                             random_below(random, 48));
    }
    const struct ki_neighbours_request request = {
        .items = crowd.items,
        .nitems = n,
        .most_counted = most_counted,
        .benign = benign,
        .nbenign = 20,
        .benign_radius = 20 + random_below(random, 28),
        .block = block,
    };
    cr_assert_eq(ki_neighbours_find(&request), KI_OK);
    for (size_t i = 0; i < n; i += step) {
        expect_as_compared(&crowd, i, &request);
    }
    crowd_free(&crowd);
}

Test(neighbours, as_comparing_each_with_each)
{
    struct random_state random = random_begin(191);
    expect_all(&random, 3000, 300, KI_NEIGHBOURS_BLOCK, 1024, 1);
    expect_all(&random, 3000, 300, 700, 1024, 1);
    expect_all(&random, 1, 1, KI_NEIGHBOURS_BLOCK, 1024, 1);
    expect_all(&random, 33, 1, 16, 1024, 1);
}

/* Some have more neighbours than are counted, beside others in the same search. */
Test(neighbours, counting_ends)
{
    struct random_state random = random_begin(192);
    expect_all(&random, 2000, 20, KI_NEIGHBOURS_BLOCK, 2, 1);
    expect_all(&random, 2000, 20, 300, 2, 1);
    expect_all(&random, 2000, 200, 300, 1, 1);
}

/* So many that the tables are those of ring16. */
Test(neighbours, of_a_long_list)
{
    struct random_state random = random_begin(193);
    expect_all(&random, 140000, 4000, KI_NEIGHBOURS_BLOCK, 1024, 401);
    expect_all(&random, 140000, 4000, KI_NEIGHBOURS_BLOCK, 3, 401);
}

static bool stop_at_half(void *context, double done)
{
    double *most = context;
    cr_expect_geq(done, *most);
    *most = done;
    return done < 0.5;
}

Test(neighbours, can_be_stopped)
{
    struct random_state random = random_begin(194);
    struct crowd crowd = crowd_make(&random, 5000, 500);
    double done = 0;
    const struct ki_neighbours_request request = {
        .items = crowd.items,
        .nitems = crowd.n,
        .most_counted = 10,
        .block = 1000,
        .goes_on = stop_at_half,
        .context = &done,
    };
    cr_expect_eq(ki_neighbours_find(&request), KI_ERR_INTERRUPTED);
    cr_expect_geq(done, 0.5);
    crowd_free(&crowd);
}
