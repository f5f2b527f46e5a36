/* SPDX-License-Identifier: Apache-2.0 */
/*
 * "ring8": the search of ring16.h for small segments, where 16 tables of 65,537 offsets
 * would be larger than what they index. 32 bands of 8 bits in a ring: band 2b is the
 * low byte of band b of a struct ki_ring_hash, band 2b + 1 its high byte.
 *
 * With allowances t_b, Σ t_b = r + 1, the argument is the same: if two hashes are r
 * bits apart or less, then from some band on every partial sum of d − t around the ring
 * is negative. For three bands in a row that means, for at least one b,
 *
 *     d_b ≤ t_b − 1,   d_b + d_{b+1} ≤ t_b + t_{b+1} − 1   and
 *     d_b + d_{b+1} + d_{b+2} ≤ t_b + t_{b+1} + t_{b+2} − 1
 *
 * call it a qualifying band. At radius 31 every t_b is 1, so that only the bucket of
 * the query's own value is looked into. A posting's sketch is the next two bands; the
 * kernel checks the third condition with it, and the other two are checked on the hash.
 * A pair is reported from its lowest qualifying band only.
 */
#ifndef KI_INDEX_RING8_H
#define KI_INDEX_RING8_H

#include "index/ring16.h"

enum { KI_RING8_NBANDS = 32, KI_RING8_NVALUES = 256, KI_RING8_NOFFSETS = 257 };

/* As struct ki_ring16; sketches likewise have readable bytes behind them. */
struct ki_ring8 {
    uint32_t nhashes;
    const struct ki_kernel *kernel;
    const struct ki_ring_hash *hashes;
    const uint32_t *offsets[KI_RING8_NBANDS];
    const uint16_t *sketches[KI_RING8_NBANDS];
    const uint32_t *ids[KI_RING8_NBANDS];
};

/* Fills the tables of one band. */
void ki_ring8_build_band(const struct ki_ring_hash *hashes, uint32_t nhashes,
                         unsigned band, uint32_t *offsets, uint16_t *sketches,
                         uint32_t *ids);

/* Checks what lookups rely on: offsets start at 0, never fall, end at n; ids < n. */
bool ki_ring8_is_valid(const struct ki_ring8 *ring);

/* As ki_ring16_search. */
bool ki_ring8_search(const struct ki_ring8 *ring, const struct ki_ring_hash *query,
                     unsigned radius, ki_ring_report report, void *context);

#endif
