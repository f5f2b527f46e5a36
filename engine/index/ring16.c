/* SPDX-License-Identifier: Apache-2.0 */
/* The search, in its scalar form: the specification of all faster ones. */
#include "index/ring16.h"

#include <assert.h>

struct search {
    const struct ki_ring16 *ring;
    const struct ki_ring_hash *query;
    unsigned radius;
    int allowance[KI_RING_NBANDS]; /* t_b; 0: the band starts no chain */
    ki_ring_report report;
    void *context;
};

static unsigned popcount16(unsigned value)
{
    return (unsigned)__builtin_popcount(value & 0xffffu);
}

static unsigned next_band(unsigned band)
{
    return (band + 1) % KI_RING_NBANDS;
}

static bool qualifies(const struct search *search,
                      const unsigned distance[KI_RING_NBANDS], unsigned band)
{
    unsigned next = next_band(band);
    int here = (int)distance[band];
    int both = here + (int)distance[next];
    return here < search->allowance[band] &&
           both < search->allowance[band] + search->allowance[next];
}

/* The full distance, and whether this band is the one to report from. */
static bool check_candidate(const struct search *search, unsigned band, uint32_t id)
{
    unsigned distance[KI_RING_NBANDS];
    unsigned total = 0;
    const struct ki_ring_hash *hash = &search->ring->hashes[id];
    for (unsigned b = 0; b < KI_RING_NBANDS; b++) {
        distance[b] = popcount16((unsigned)(hash->band[b] ^ search->query->band[b]));
        total += distance[b];
    }
    if (total > search->radius) {
        return true;
    }
    for (unsigned b = 0; b < band; b++) {
        if (qualifies(search, distance, b)) {
            return true;
        }
    }
    return search->report(search->context, id, total);
}

/* One bucket: postings whose band is `probed` bits from the query's. */
static bool scan_bucket(const struct search *search, unsigned band, unsigned value,
                        unsigned probed)
{
    const struct ki_ring16 *ring = search->ring;
    unsigned next = next_band(band);
    unsigned wanted = search->query->band[next];
    int spare = search->allowance[band] + search->allowance[next] - 1 - (int)probed;
    uint32_t end = ring->offsets[band][value + 1];
    for (uint32_t p = ring->offsets[band][value]; p < end; p++) {
        if ((int)popcount16(ring->sketches[band][p] ^ wanted) <= spare &&
            !check_candidate(search, band, ring->ids[band][p])) {
            return false;
        }
    }
    return true;
}

/* All buckets of a band within allowance − 1 bits of the query's value: itself, the 16
 * at one bit, the 120 at two. */
static bool scan_band(const struct search *search, unsigned band)
{
    int allowance = search->allowance[band];
    unsigned value = search->query->band[band];
    if (allowance < 1) {
        return true;
    }
    if (!scan_bucket(search, band, value, 0)) {
        return false;
    }
    for (unsigned i = 0; allowance > 1 && i < 16; i++) {
        if (!scan_bucket(search, band, value ^ 1u << i, 1)) {
            return false;
        }
        for (unsigned k = 0; allowance > 2 && k < i; k++) {
            if (!scan_bucket(search, band, value ^ 1u << i ^ 1u << k, 2)) {
                return false;
            }
        }
    }
    return true;
}

bool ki_ring16_search(const struct ki_ring16 *ring, const struct ki_ring_hash *query,
                      unsigned radius, ki_ring_report report, void *context)
{
    assert(radius <= KI_RADIUS_MAX);
    struct search search = {
        .ring = ring,
        .query = query,
        .radius = radius,
        .report = report,
        .context = context,
    };
    for (unsigned b = 0; b < KI_RING_NBANDS; b++) {
        unsigned rest = (radius + 1) % KI_RING_NBANDS;
        search.allowance[b] = (int)((radius + 1) / KI_RING_NBANDS + (b < rest));
    }
    for (unsigned b = 0; ring->nhashes > 0 && b < KI_RING_NBANDS; b++) {
        if (!scan_band(&search, b)) {
            return false;
        }
    }
    return true;
}
