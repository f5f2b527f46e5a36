/* SPDX-License-Identifier: Apache-2.0 */
/* The bands of ring8, for its builder and its search. */
#ifndef KI_INDEX_RING8_BAND_H
#define KI_INDEX_RING8_BAND_H

#include "index/ring8.h"

static inline uint8_t ki_ring8_band(const struct ki_ring_hash *hash, unsigned band)
{
    return (uint8_t)(hash->band[band / 2] >> (band % 2 * 8));
}

/* The two bands after it, around the ring. */
static inline uint16_t ki_ring8_sketch(const struct ki_ring_hash *hash, unsigned band)
{
    unsigned first = (band + 1) % KI_RING8_NBANDS;
    unsigned second = (band + 2) % KI_RING8_NBANDS;
    return (uint16_t)(ki_ring8_band(hash, first) | ki_ring8_band(hash, second) << 8);
}

#endif
