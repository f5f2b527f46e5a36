/* SPDX-License-Identifier: Apache-2.0 */
/* Which values of a band are near another one. */
#ifndef KI_INDEX_LINED_FLIPS_H
#define KI_INDEX_LINED_FLIPS_H

#include <stdint.h>

#include "index/lined.h"

enum {
    KI_LINED_MOST_RADIUS = KI_RADIUS_MAX / KI_RING12_NBANDS,
    KI_LINED_MOST_PROBES = 1 + 24 + 276 + 2024 /* 24 bits, radius 3 */
};

/* What to change in the place of a value for the places of all values within a radius of
 * at most KI_RADIUS_MAX / nbands bits, and in how many bits those differ: n of them. */
struct ki_lined_flips {
    const uint32_t *places;
    const uint8_t *nbits;
    uint32_t n;
};
struct ki_lined_flips ki_lined_flips(const struct ki_lined_shape *shape, unsigned band,
                                     uint32_t place, unsigned radius);

#endif
