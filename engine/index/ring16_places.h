/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the buckets of a band stand. A search probes a value and the 16 that differ
 * from it in one bit; in order of value their offsets would be in 13 cache lines. So
 * values are put in order of the word of the [15, 11] Hamming code next to their low 15
 * bits, 16 to a word: the word itself and the 15 one bit away. Of a value that is not a
 * word, the neighbours fall into eight words, in pairs but for one: with the value that
 * differs in the highest bit, nine lines.
 *
 *     place   ┌─────────┬────────────────────────────┬──────────┐
 *             │ bit 15  │ bits 14 … 4 of the word    │ syndrome │
 *             └─────────┴────────────────────────────┴──────────┘
 *
 * The syndrome is that of the code whose parity bits are the bits 0 … 3: the sum of a
 * number 1 … 15 for each bit set, bit i < 4 having 2^i. It names the bit that makes the
 * value a word; 0: it is one.
 */
#ifndef KI_INDEX_RING16_PLACES_H
#define KI_INDEX_RING16_PLACES_H

#include <stdint.h>

enum {
    KI_RING16_NSYNDROMES = 16,
    KI_RING16_NNEAR = 17, /* the value itself and those one bit away */
    KI_RING16_NCELLS = 9  /* lines of offsets that they fall into, at most */
};

/* What the bits 4 … 9 and 10 … 14 of a value add to its syndrome, and the bit that a
 * syndrome names. */
extern const uint8_t ki_ring16_middle[64];
extern const uint8_t ki_ring16_high[32];
extern const uint16_t ki_ring16_named[KI_RING16_NSYNDROMES];

static inline unsigned ki_ring16_syndrome(uint16_t value)
{
    return (value & 15u) ^ ki_ring16_middle[value >> 4 & 63] ^
           ki_ring16_high[value >> 10 & 31];
}

/* A permutation of the 65,536 values. */
static inline uint16_t ki_ring16_place(uint16_t value)
{
    unsigned syndrome = ki_ring16_syndrome(value);
    unsigned word = (unsigned)value ^ ki_ring16_named[syndrome];
    return (uint16_t)((value & 0x8000u) | (word & 0x7ff0u) | syndrome);
}

/* By the syndrome of a value: its place XOR [i] is the place of a value that differs in
 * no bit (i = 0) or one. The first KI_RING16_NCELLS stand for all lines. */
extern const uint16_t ki_ring16_near[KI_RING16_NSYNDROMES][KI_RING16_NNEAR];

#endif
