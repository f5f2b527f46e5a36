/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rest codes: what the bits of a posting that are left over tell about the band after
 * the next. Of seven bits or more, the lowest bits of that band's value. Of fewer, the
 * set of near values that it belongs to, which rules out more: the code word of the
 * [7, 4] Hamming code next to its low seven bits (each is within one bit of just one)
 * in four bits of the code, and whether most of the other bits are set in one or two
 * more. Of 6 bits a quarter of all codes remain for a value that may differ in 2 bits
 * (plain bits: a third), of 5 bits a third (half).
 */
#ifndef KI_INDEX_RING16_REST_H
#define KI_INDEX_RING16_REST_H

#include <stdbool.h>
#include <stdint.h>

#include "index/count_bits.h"

enum { KI_REST_MOST_SETS = 64 };

/* Whether codes of so few bits stand for sets; the code of a value if so. */
static inline bool ki_rest_has_sets(unsigned nbits)
{
    return nbits >= 4 && nbits <= 6;
}
uint32_t ki_rest_set_code(uint16_t value, unsigned nbits);

/* The code of a value, 1 ≤ nbits ≤ 16. */
static inline uint32_t ki_rest_code(uint16_t value, unsigned nbits)
{
    return ki_rest_has_sets(nbits) ? ki_rest_set_code(value, nbits)
                                   : value & (((uint32_t)1 << nbits) - 1);
}

/* What tells how far a value may be at least from those of a code. */
struct ki_rest_near {
    uint16_t value;
    uint8_t nbits;
    uint8_t distance[KI_REST_MOST_SETS]; /* by code, of sets */
};
void ki_rest_near_begin(struct ki_rest_near *near, uint16_t value, unsigned nbits);

static inline unsigned ki_rest_distance(const struct ki_rest_near *near, uint32_t code)
{
    if (near->nbits <= 6) {
        return near->distance[code];
    }
    uint32_t mask = ((uint32_t)1 << near->nbits) - 1;
    return ki_count_bits16((uint16_t)((code ^ near->value) & mask));
}

#endif
