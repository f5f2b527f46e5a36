/* SPDX-License-Identifier: Apache-2.0 */
/* From positions in buckets to reports. */
#include <string.h>

#include "index/fetch.h"
#include "index/ring16_layout.h"
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
        x ^= y;
        x -= x >> 1 & 0x5555555555555555u;
        x = (x & 0x3333333333333333u) + (x >> 2 & 0x3333333333333333u);
        x = (x + (x >> 4)) & 0x0f0f0f0f0f0f0f0fu;
        x = (x + (x >> 8)) & 0x001f001f001f001fu;
        memcpy(distances + i, &x, sizeof x);
        sum += x;
    }
    return (unsigned)((sum * 0x0001000100010001u) >> 48);
}

static unsigned count_bits(uint32_t x)
{
    x -= x >> 1 & 0x55555555u;
    x = (x & 0x33333333u) + (x >> 2 & 0x33333333u);
    x = (x + (x >> 4)) & 0x0f0f0f0fu;
    return x * 0x01010101u >> 24;
}

static bool qualifies(const struct ki_ring16_search *search,
                      const uint16_t distances[KI_RING_NBANDS], unsigned band)
{
    int sum = 0;
    for (unsigned i = 0; i < 3; i++) {
        unsigned b = (band + i) % KI_RING_NBANDS;
        sum += distances[b] - search->allowance[b];
        if (sum >= 0) {
            return false;
        }
    }
    return true;
}

/* The full distance, and whether this band is the one to report from. */
static bool check(const struct ki_ring16_search *search,
                  const struct ki_ring16_candidate *candidate)
{
    uint16_t distances[KI_RING_NBANDS];
    unsigned total =
        band_distances(&search->ring->hashes[candidate->k], search->query, distances);
    if (total > search->radius || !qualifies(search, distances, candidate->band)) {
        return true;
    }
    for (unsigned b = 0; b < candidate->band; b++) {
        if (qualifies(search, distances, b)) {
            return true;
        }
    }
    return search->report(search->context, candidate->k, total);
}

static const uint16_t *after_of(const struct ki_ring16_search *search,
                                const struct ki_ring16_candidate *candidate)
{
    return search->ring->buckets[candidate->band] + candidate->after;
}

/* Every candidate is written where the next one goes if it is dropped: what a rest code
 * says is not to be branched on while others are under way. */
void ki_ring16_sift(struct ki_ring16_search *search)
{
    const unsigned id_nbits = search->id_nbits;
    const unsigned rest_nbits = 32 - id_nbits;
    size_t nkept = 0;
    for (size_t i = 0; i < search->nkept; i++) {
        struct ki_ring16_candidate candidate = search->kept[i];
        const uint16_t *after = after_of(search, &candidate);
        uint32_t code =
            ki_ring16_bits(after, (uint64_t)candidate.k * rest_nbits, rest_nbits);
        const struct ki_rest_near *near =
            &search->near[(candidate.band + 2u) % KI_RING_NBANDS];
        search->kept[nkept] = candidate;
        nkept += ki_rest_distance(near, code) <= candidate.spare;
    }
    search->nkept = nkept;
    for (size_t i = 0; i < nkept; i++) {
        const struct ki_ring16_candidate *candidate = &search->kept[i];
        uint64_t bit = ki_ring16_id_bit(id_nbits, candidate->count, candidate->k);
        ki_fetch((const uint8_t *)after_of(search, candidate) + bit / 8);
    }
}

void ki_ring16_name(struct ki_ring16_search *search)
{
    for (size_t i = 0; i < search->nkept; i++) {
        struct ki_ring16_candidate *candidate = &search->kept[i];
        uint64_t bit =
            ki_ring16_id_bit(search->id_nbits, candidate->count, candidate->k);
        candidate->k =
            ki_ring16_bits(after_of(search, candidate), bit, search->id_nbits);
        ki_fetch(&search->ring->hashes[candidate->k]);
    }
}

bool ki_ring16_check(struct ki_ring16_search *search)
{
    for (size_t i = 0; i < search->nkept; i++) {
        if (!check(search, &search->kept[i])) {
            return false;
        }
    }
    search->nkept = 0;
    return true;
}

static bool flush(struct ki_ring16_search *search)
{
    ki_ring16_sift(search);
    ki_ring16_name(search);
    return ki_ring16_check(search);
}

bool ki_ring16_gather(struct ki_ring16_search *search, unsigned band,
                      const struct ki_postings *spans, size_t npositions)
{
    const uint16_t *buckets = search->ring->buckets[band];
    const uint16_t wanted = search->query->band[ki_ring16_next(band)];
    const int third = search->allowance[(band + 2) % KI_RING_NBANDS];
    const unsigned rest_nbits = 32 - search->id_nbits;
    for (size_t i = 0; i < npositions; i++) {
        uint32_t position = search->positions[i];
        while (position < spans->begin || position >= spans->end) {
            spans++;
        }
        if (search->nkept == KI_RING16_MOST_KEPT && !flush(search)) {
            return false;
        }
        uint32_t k = position - spans->begin;
        unsigned differing = count_bits((uint32_t)(buckets[position] ^ wanted));
        ki_fetch((const uint8_t *)(buckets + spans->end) +
                 (uint64_t)k * rest_nbits / 8);
        search->kept[search->nkept++] = (struct ki_ring16_candidate){
            .after = spans->end,
            .count = spans->end - spans->begin,
            .k = k,
            .band = (uint16_t)band,
            .spare = (uint16_t)((int)spans->spare - (int)differing + third),
        };
    }
    return true;
}
