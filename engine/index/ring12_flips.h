/* SPDX-License-Identifier: Apache-2.0 */
/* Which values are near another one. */
#ifndef KI_INDEX_RING12_FLIPS_H
#define KI_INDEX_RING12_FLIPS_H

#include <stdint.h>

#include "index/ring12.h"

enum {
    KI_RING12_MOST_RADIUS = KI_RADIUS_MAX / KI_RING12_NBANDS,
    KI_RING12_MOST_PROBES = 1 + 24 + 276 + 2024 /* 24 bits, radius 3 */
};

/* What to change in the place of a value for the places of all values within a radius
 * of at most KI_RING12_MOST_RADIUS bits, and in how many bits those differ. What
 * changes low bits only follows one another: such lines are near in memory. The first n
 * are those of a value of `width` bits. */
struct ki_ring12_flips {
    const uint32_t *places;
    const uint8_t *nbits;
    uint32_t n;
};
struct ki_ring12_flips ki_ring12_flips(unsigned radius, unsigned width);

#endif
