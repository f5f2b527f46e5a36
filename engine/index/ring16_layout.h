/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A bucket of ring16 has 48 bits a posting. One with m postings whose first is number x
 * of its band begins at unit 3 · x, a unit being 16 bits:
 *
 *     ┌────────────┬──────────────────────────┬────────────────────────────┐
 *     │ m sketches │ m rest codes, bit-packed │ m hash numbers, bit-packed │
 *     └────────────┴──────────────────────────┴────────────────────────────┘
 *       16 bits      32 − id_nbits              id_nbits
 *
 * Each part is read only for what the part before has kept. A page that is touched
 * first costs as much as 30 cache lines of a page in use, so that parts of a bucket
 * stand side by side.
 */
#ifndef KI_INDEX_RING16_LAYOUT_H
#define KI_INDEX_RING16_LAYOUT_H

#include <stdint.h>
#include <string.h>

/* The bits from `bit` on, at most 32 of them; reads up to 8 bytes. */
static inline uint32_t ki_ring16_bits(const uint16_t *units, uint64_t bit,
                                      unsigned nbits)
{
    uint64_t bits = 0;
    memcpy(&bits, (const uint8_t *)units + bit / 8, sizeof bits);
    return (uint32_t)(bits >> bit % 8 & (((uint64_t)1 << nbits) - 1));
}

/* Bits between the end of the sketches of a bucket and the number of posting k of m. */
static inline uint64_t ki_ring16_id_bit(unsigned id_nbits, uint32_t m, uint32_t k)
{
    return (uint64_t)m * (32 - id_nbits) + (uint64_t)k * id_nbits;
}

#endif
