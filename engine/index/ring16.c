/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The search. Memory latency decides: a query touches 272 buckets in 16 tables, and of
 * the postings kept (0.26 %) an id and a hash each. So it goes in stages, each asking
 * for what the next one needs:
 *
 *   1. fetch the offsets of the probes, a few bands ahead
 *   2. band by band: offsets → spans, whose sketches are fetched while the band before
 *      is scanned; the positions kept ask for their ids
 *   3. ids ask for their hashes
 *   4. hashes are compared whole
 */
#include "index/ring16.h"

#include <assert.h>
#include <string.h>

enum {
    MOST_PROBES = 1 + 16 + 120,          /* values within two bits of one */
    MOST_KEPT = KI_KERNEL_MOST_POSTINGS, /* gathered before stages 3 and 4 run */
    RUN = 17,                            /* spans that go to the kernel at once */
    OFFSETS_AHEAD = 4, /* bands whose offsets are asked for in advance */
};

struct candidate {
    uint32_t id;
    uint32_t band;
};

struct search {
    const struct ki_ring16 *ring;
    const struct ki_ring_hash *query;
    unsigned radius;
    int allowance[KI_RING_NBANDS]; /* t_b; 0: the band starts no chain */
    ki_ring_report report;
    void *context;
    uint16_t flips[MOST_PROBES];
    struct ki_span spans[2][MOST_PROBES]; /* of the band at hand and the next */
    size_t nspans[2];
    size_t nkept;
    struct candidate kept[MOST_KEPT];
    uint32_t positions[MOST_KEPT];
};

static unsigned next_band(unsigned band)
{
    return (band + 1) % KI_RING_NBANDS;
}

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

static bool qualifies(const struct search *search,
                      const uint16_t distances[KI_RING_NBANDS], unsigned band)
{
    unsigned next = next_band(band);
    int here = distances[band];
    int both = here + distances[next];
    return here < search->allowance[band] &&
           both < search->allowance[band] + search->allowance[next];
}

/* The full distance, and whether this band is the one to report from. */
static bool check(const struct search *search, const struct candidate *candidate)
{
    uint16_t distances[KI_RING_NBANDS];
    unsigned total =
        band_distances(&search->ring->hashes[candidate->id], search->query, distances);
    if (total > search->radius) {
        return true;
    }
    for (unsigned b = 0; b < candidate->band; b++) {
        if (qualifies(search, distances, b)) {
            return true;
        }
    }
    return search->report(search->context, candidate->id, total);
}

/* Stages 3 and 4 for what has been gathered. */
static bool flush(struct search *search)
{
    const struct ki_ring16 *ring = search->ring;
    for (size_t i = 0; i < search->nkept; i++) {
        struct candidate *candidate = &search->kept[i];
        candidate->id = ring->ids[candidate->band][candidate->id];
        __builtin_prefetch(&ring->hashes[candidate->id]);
    }
    for (size_t i = 0; i < search->nkept; i++) {
        if (!check(search, &search->kept[i])) {
            return false;
        }
    }
    search->nkept = 0;
    return true;
}

/* Takes the kernel's positions; until stage 3 a candidate's id is its position. */
static bool gather(struct search *search, unsigned band, size_t npositions)
{
    if (search->nkept + npositions > MOST_KEPT && !flush(search)) {
        return false;
    }
    for (size_t i = 0; i < npositions; i++) {
        uint32_t position = search->positions[i];
        __builtin_prefetch(&search->ring->ids[band][position]);
        search->kept[search->nkept++] = (struct candidate){position, band};
    }
    return true;
}

/* Crowded buckets, which hostile lists can make, are scanned a piece at a time. */
static bool scan_crowded(struct search *search, unsigned band,
                         const struct ki_span *spans, size_t nspans)
{
    const struct ki_ring16 *ring = search->ring;
    uint16_t wanted = search->query->band[next_band(band)];
    for (size_t i = 0; i < nspans; i++) {
        struct ki_span piece = spans[i];
        for (; piece.begin < spans[i].end; piece.begin = piece.end) {
            uint32_t left = spans[i].end - piece.begin;
            piece.end = piece.begin + (left < MOST_KEPT ? left : MOST_KEPT);
            size_t npositions = ring->kernel->scan(
                ring->sketches[band], &piece, 1, wanted, search->positions, NULL, NULL);
            if (!gather(search, band, npositions)) {
                return false;
            }
        }
    }
    return true;
}

static size_t count_postings(const struct ki_span *spans, size_t nspans)
{
    size_t count = 0;
    for (size_t i = 0; i < nspans; i++) {
        count += spans[i].end - spans[i].begin;
    }
    return count;
}

/* Runs of spans whose postings all fit the buffer of positions go to the kernel. */
static bool scan_band(struct search *search, unsigned band, size_t slot)
{
    const struct ki_ring16 *ring = search->ring;
    const struct ki_span *spans = search->spans[slot];
    size_t nspans = search->nspans[slot];
    const struct ki_span *ahead = search->spans[1 - slot];
    uint16_t wanted = search->query->band[next_band(band)];
    bool has_ahead = search->nspans[1 - slot] == nspans;
    for (size_t i = 0; i < nspans; i += RUN) {
        size_t count = nspans - i < RUN ? nspans - i : RUN;
        if (count_postings(spans + i, count) > MOST_KEPT) {
            if (!scan_crowded(search, band, spans + i, count)) {
                return false;
            }
            continue;
        }
        size_t npositions = ring->kernel->scan(
            ring->sketches[band], spans + i, count, wanted, search->positions,
            ring->sketches[next_band(band)], has_ahead ? ahead + i : NULL);
        if (!gather(search, band, npositions)) {
            return false;
        }
    }
    return true;
}

/* Bits by which a probed value differs from the query's: none, each one, each two. */
static void fill_flips(uint16_t flips[MOST_PROBES])
{
    size_t n = 0;
    flips[n++] = 0;
    for (unsigned i = 0; i < 16; i++) {
        flips[n++] = (uint16_t)(1u << i);
    }
    for (unsigned i = 0; i < 16; i++) {
        for (unsigned k = 0; k < i; k++) {
            flips[n++] = (uint16_t)(1u << i | 1u << k);
        }
    }
}

static size_t count_probes(int allowance)
{
    static const size_t counts[] = {0, 1, 1 + 16, 1 + 16 + 120};
    return counts[allowance];
}

/* Stage 1, for one band; beyond the last there is nothing to do. */
static void fetch_offsets(const struct search *search, unsigned band)
{
    if (band >= KI_RING_NBANDS) {
        return;
    }
    const uint32_t *offsets = search->ring->offsets[band];
    size_t nprobes = count_probes(search->allowance[band]);
    for (size_t i = 0; i < nprobes; i++) {
        __builtin_prefetch(&offsets[search->query->band[band] ^ search->flips[i]]);
    }
}

/* The buckets of a band, each with the bits its sketches may differ in. */
static void fill_spans(struct search *search, unsigned band, size_t slot)
{
    const uint32_t *offsets = search->ring->offsets[band];
    int both = search->allowance[band] + search->allowance[next_band(band)] - 1;
    size_t nprobes = count_probes(search->allowance[band]);
    for (size_t i = 0; i < nprobes; i++) {
        uint32_t value = (uint32_t)(search->query->band[band] ^ search->flips[i]);
        search->spans[slot][i] = (struct ki_span){
            .begin = offsets[value],
            .end = offsets[value + 1],
            .spare = (uint32_t)(both - (i > 0) - (i > 16)),
        };
    }
    search->nspans[slot] = nprobes;
}

static void search_begin(struct search *search, const struct ki_ring16 *ring,
                         const struct ki_ring_hash *query, unsigned radius)
{
    search->ring = ring;
    search->query = query;
    search->radius = radius;
    search->nkept = 0;
    unsigned rest = (radius + 1) % KI_RING_NBANDS;
    for (unsigned b = 0; b < KI_RING_NBANDS; b++) {
        search->allowance[b] = (int)((radius + 1) / KI_RING_NBANDS + (b < rest));
    }
    fill_flips(search->flips);
}

bool ki_ring16_search(const struct ki_ring16 *ring, const struct ki_ring_hash *query,
                      unsigned radius, ki_ring_report report, void *context)
{
    assert(radius <= KI_RADIUS_MAX);
    if (ring->nhashes == 0) {
        return true;
    }
    struct search search;
    search.report = report;
    search.context = context;
    search_begin(&search, ring, query, radius);
    for (unsigned band = 0; band < OFFSETS_AHEAD; band++) {
        fetch_offsets(&search, band);
    }
    fill_spans(&search, 0, 0);
    for (unsigned band = 0; band < KI_RING_NBANDS; band++) {
        size_t slot = band % 2;
        search.nspans[1 - slot] = 0;
        fetch_offsets(&search, band + OFFSETS_AHEAD);
        if (band + 1 < KI_RING_NBANDS) {
            fill_spans(&search, band + 1, 1 - slot);
        }
        if (!scan_band(&search, band, slot)) {
            return false;
        }
    }
    return flush(&search);
}
