/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the lines of a band stand. In order of value, lines of values that differ in high
 * bits only would share a set of the cache: of the 254 that are within two bits of one of
 * 22 bits, 79 would compete for eight ways of a second-level cache of 512 KB (6 M hashes
 * on a Zen 3: 119 us a query, and 91 as it is). So the low ten bits of the place are
 *
 *     the value as a polynomial over GF(2), modulo
 *     x^10 + x^9 + x^8 + x^6 + x^5 + x^3 + 1,
 *
 * which generates the BCH code [31, 21, 5]: no two values within two bits of one have
 * the same ten. The other bits of the place are those of the value.
 *
 * The place of a XOR b is the place of a XOR the place of b.
 */
#ifndef KI_INDEX_RING12_PLACES_H
#define KI_INDEX_RING12_PLACES_H

#include <stdint.h>

enum { KI_RING12_NSPREAD = 10 };

extern const uint16_t ki_ring12_remainders[4][16];

/* Of a value of 24 bits at most. */
static inline uint32_t ki_ring12_place(uint32_t value)
{
    return value ^ ki_ring12_remainders[0][value >> 10 & 15] ^
           ki_ring12_remainders[1][value >> 14 & 15] ^
           ki_ring12_remainders[2][value >> 18 & 15] ^
           ki_ring12_remainders[3][value >> 22 & 15];
}

#endif
