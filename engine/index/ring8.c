/* SPDX-License-Identifier: Apache-2.0 */
/* The search, in the stages of ring16.c but for its offsets, which stay in the cache.
 */
#include "index/ring8.h"

#include <assert.h>
#include <string.h>

#include "index/count_bits.h"
#include "index/fetch.h"
#include "index/ring8_band.h"

enum {
    MOST_PROBES = 1 + 8, /* values within one bit of one */
    MOST_KEPT = KI_KERNEL_MOST_POSTINGS,
    FETCHED_LINES = 16 /* of a bucket; the hardware follows a longer one */
};

struct candidate {
    uint32_t id; /* until it is named, its position in the band's tables */
    uint32_t band;
};

struct search {
    const struct ki_ring8 *ring;
    const struct ki_ring_hash *query;
    unsigned radius;
    int allowance[KI_RING8_NBANDS]; /* t_b: 0, 1 or 2 */
    ki_ring_report report;
    void *context;
    size_t nkept;
    struct candidate kept[MOST_KEPT];
    uint32_t positions[MOST_KEPT];
};

/* Bits that differ, per byte in the order of the bands; the sum of all. */
static unsigned band_distances(const struct ki_ring_hash *a,
                               const struct ki_ring_hash *b,
                               uint8_t distances[KI_RING8_NBANDS])
{
    unsigned sum = 0;
    for (size_t i = 0; i < KI_RING_NBANDS; i++) {
        const uint16_t differing = (uint16_t)(a->band[i] ^ b->band[i]);
        const unsigned x = (unsigned)ki_count_bits_of_bytes(differing);
        distances[2 * i] = (uint8_t)x;
        distances[2 * i + 1] = (uint8_t)(x >> 8);
        sum += (x & 0xffu) + (x >> 8);
    }
    return sum;
}

static bool qualifies(const struct search *search,
                      const uint8_t distances[KI_RING8_NBANDS], unsigned band)
{
    int sum = 0;
    for (unsigned i = 0; i < 3; i++) {
        unsigned b = (band + i) % KI_RING8_NBANDS;
        sum += distances[b] - search->allowance[b];
        if (sum >= 0) {
            return false;
        }
    }
    return true;
}

/* The full distance, and whether this band is the one to report from. */
static bool check(const struct search *search, const struct candidate *candidate)
{
    uint8_t distances[KI_RING8_NBANDS];
    unsigned total =
        band_distances(&search->ring->hashes[candidate->id], search->query, distances);
    if (total > search->radius || !qualifies(search, distances, candidate->band)) {
        return true;
    }
    for (unsigned b = 0; b < candidate->band; b++) {
        if (qualifies(search, distances, b)) {
            return true;
        }
    }
    return search->report(search->context, candidate->id, total);
}

static bool flush(struct search *search)
{
    const struct ki_ring8 *ring = search->ring;
    for (size_t i = 0; i < search->nkept; i++) {
        struct candidate *candidate = &search->kept[i];
        candidate->id = ring->ids[candidate->band][candidate->id];
        ki_fetch(&ring->hashes[candidate->id]);
    }
    for (size_t i = 0; i < search->nkept; i++) {
        if (!check(search, &search->kept[i])) {
            return false;
        }
    }
    search->nkept = 0;
    return true;
}

static bool gather(struct search *search, unsigned band, size_t npositions)
{
    if (search->nkept + npositions > MOST_KEPT && !flush(search)) {
        return false;
    }
    for (size_t i = 0; i < npositions; i++) {
        uint32_t position = search->positions[i];
        ki_fetch(&search->ring->ids[band][position]);
        search->kept[search->nkept++] = (struct candidate){position, band};
    }
    return true;
}

/* The bucket of a value that differs from the query's in ndiffering bits. */
static bool scan_bucket(struct search *search, unsigned band, unsigned value,
                        int ndiffering)
{
    const struct ki_ring8 *ring = search->ring;
    int spare = -1 - ndiffering;
    for (unsigned i = 0; i < 3; i++) {
        spare += search->allowance[(band + i) % KI_RING8_NBANDS];
    }
    uint16_t wanted = ki_ring8_sketch(search->query, band);
    uint32_t end = ring->offsets[band][value + 1];
    struct ki_postings piece = {.begin = ring->offsets[band][value],
                                .spare = (uint32_t)spare,
                                .ahead = ring->sketches[band]};
    for (; spare >= 0 && piece.begin < end; piece.begin = piece.end) {
        uint32_t left = end - piece.begin;
        piece.end = piece.begin + (left < MOST_KEPT ? left : MOST_KEPT);
        size_t npositions = ring->kernel->scan(ring->sketches[band], &piece, 1, wanted,
                                               search->positions);
        if (!gather(search, band, npositions)) {
            return false;
        }
    }
    return true;
}

static void fetch_bucket(const struct search *search, unsigned band)
{
    const struct ki_ring8 *ring = search->ring;
    unsigned value = ki_ring8_band(search->query, band);
    const char *line =
        (const char *)(ring->sketches[band] + ring->offsets[band][value]);
    const char *end =
        (const char *)(ring->sketches[band] + ring->offsets[band][value + 1]);
    for (unsigned i = 0; i < FETCHED_LINES && line < end + KI_LINE_NBYTES;
         i++, line += KI_LINE_NBYTES) {
        ki_fetch(line);
    }
}

static bool scan_band(struct search *search, unsigned band)
{
    if (search->allowance[band] == 0) {
        return true;
    }
    unsigned value = ki_ring8_band(search->query, band);
    if (!scan_bucket(search, band, value, 0)) {
        return false;
    }
    for (unsigned i = 0; search->allowance[band] > 1 && i < 8; i++) {
        if (!scan_bucket(search, band, value ^ 1u << i, 1)) {
            return false;
        }
    }
    return true;
}

bool ki_ring8_search(const struct ki_ring8 *ring, const struct ki_ring_hash *query,
                     unsigned radius, ki_ring_report report, void *context)
{
    assert(radius <= KI_RADIUS_MAX);
    if (ring->nhashes == 0) {
        return true;
    }
    struct search search;
    search.ring = ring;
    search.query = query;
    search.radius = radius;
    search.report = report;
    search.context = context;
    search.nkept = 0;
    unsigned rest = (radius + 1) % KI_RING8_NBANDS;
    for (unsigned b = 0; b < KI_RING8_NBANDS; b++) {
        search.allowance[b] = (int)((radius + 1) / KI_RING8_NBANDS + (b < rest));
        fetch_bucket(&search, b);
    }
    for (unsigned b = 0; b < KI_RING8_NBANDS; b++) {
        if (!scan_band(&search, b)) {
            return false;
        }
    }
    return flush(&search);
}
