/* SPDX-License-Identifier: Apache-2.0 */
/* From positions in buckets to candidates, and from these to reports. */
#include <string.h>

#include "index/ring16_search.h"

/* Bits that differ, per band: four bands at a time in the lanes of a word. */
static unsigned band_distances(const struct ki_ring_hash *a,
                               const struct ki_ring_hash *b,
                               uint16_t distances[KI_RING_NBANDS])
{
    uint64_t sum = 0;
    for (size_t i = 0; i < KI_RING_NBANDS; i += 4) {
        uint64_t x = 0;
        uint64_t y = 0;
        memcpy(&x, a->band + i, sizeof x);
        memcpy(&y, b->band + i, sizeof y);
        x = ki_count_bits_of_lanes(x ^ y);
        memcpy(distances + i, &x, sizeof x);
        sum += x;
    }
    return (unsigned)((sum * 0x0001000100010001u) >> 48);
}

/* The full distance, and whether this band is the one to report from. */
static bool check(const struct ki_ring16_search *search,
                  const struct ki_candidate *candidate)
{
    uint16_t distances[KI_RING_NBANDS];
    unsigned total =
        band_distances(&search->ring->hashes[candidate->k], search->query, distances);
    if (total > search->radius ||
        !ki_ring_is_reported(distances, search->allowance, KI_RING_NBANDS,
                             candidate->band)) {
        return true;
    }
    return search->report(search->context, candidate->k, total);
}

/* Every candidate is written where the next one goes if it is dropped: what a rest code
 * says is not to be branched on while others are under way. */
void ki_ring16_sift(struct ki_ring16_search *search)
{
    struct ki_candidates *candidates = &search->candidates;
    size_t nkept = 0;
    for (size_t i = 0; i < candidates->n; i++) {
        struct ki_candidate candidate = candidates->kept[i];
        uint32_t code = ki_candidates_rest(candidates, &candidate);
        candidates->kept[nkept] = candidate;
        nkept +=
            ki_rest_distance(&search->near[candidate.band], code) <= candidate.spare;
    }
    candidates->n = nkept;
    ki_candidates_ask(candidates);
}

bool ki_ring16_check(struct ki_ring16_search *search)
{
    for (size_t i = 0; i < search->candidates.n; i++) {
        if (!check(search, &search->candidates.kept[i])) {
            return false;
        }
    }
    search->candidates.n = 0;
    return true;
}

static bool flush(struct ki_ring16_search *search)
{
    ki_ring16_sift(search);
    ki_candidates_name(&search->candidates);
    return ki_ring16_check(search);
}

bool ki_ring16_gather(struct ki_ring16_search *search, unsigned band,
                      const struct ki_postings *spans, size_t npositions)
{
    const uint16_t *buckets = search->ring->buckets[band];
    const uint16_t wanted = search->query->band[ki_ring16_next(band)];
    const int third = search->allowance[(band + 2) % KI_RING_NBANDS];
    for (size_t i = 0; i < npositions; i++) {
        uint32_t position = search->positions[i];
        while (position < spans->begin || position >= spans->end) {
            spans++;
        }
        if (search->candidates.n == KI_CANDIDATES_MOST && !flush(search)) {
            return false;
        }
        unsigned differing = ki_count_bits16(buckets[position] ^ wanted);
        const struct ki_candidate candidate = {
            .after = spans->end,
            .count = spans->end - spans->begin,
            .k = position - spans->begin,
            .band = (uint16_t)band,
            .spare = (uint16_t)((int)spans->spare - (int)differing + third),
        };
        ki_candidates_add(&search->candidates, &candidate);
    }
    return true;
}
