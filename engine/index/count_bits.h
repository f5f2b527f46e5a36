/* SPDX-License-Identifier: Apache-2.0 */
/* How many bits are set, for processors of any age: by pairs, by fours, by eights. */
#ifndef KI_INDEX_COUNT_BITS_H
#define KI_INDEX_COUNT_BITS_H

#include <stdint.h>

static inline unsigned ki_count_bits16(uint16_t x)
{
    uint32_t bits = x;
    bits -= bits >> 1 & 0x5555u;
    bits = (bits & 0x3333u) + (bits >> 2 & 0x3333u);
    bits = (bits + (bits >> 4)) & 0x0f0fu;
    return (bits + (bits >> 8)) & 0x1fu;
}

/* In each byte of a word. */
static inline uint64_t ki_count_bits_of_bytes(uint64_t x)
{
    x -= x >> 1 & 0x5555555555555555u;
    x = (x & 0x3333333333333333u) + (x >> 2 & 0x3333333333333333u);
    return (x + (x >> 4)) & 0x0f0f0f0f0f0f0f0fu;
}

/* In each 16 bits of it. */
static inline uint64_t ki_count_bits_of_lanes(uint64_t x)
{
    x = ki_count_bits_of_bytes(x);
    return (x + (x >> 8)) & 0x001f001f001f001fu;
}

/* In all of it. */
static inline unsigned ki_count_bits64(uint64_t x)
{
    return (unsigned)((ki_count_bits_of_bytes(x) * 0x0101010101010101u) >> 56);
}

#endif
