/* SPDX-License-Identifier: Apache-2.0 */
/* The bands of ring12, for its builder and its search. */
#ifndef KI_INDEX_RING12_BITS_H
#define KI_INDEX_RING12_BITS_H

#include <string.h>

#include "index/ring12.h"
#include "index/ring12_places.h"

/* The bits first … first + nbits − 1 of a hash, at most 32 of them. */
static inline uint32_t ki_ring12_bits(const struct ki_ring_hash *hash, unsigned first,
                                      unsigned nbits)
{
    enum { LAST_BYTE = sizeof *hash - sizeof(uint64_t) };
    unsigned byte = first / 8 < LAST_BYTE ? first / 8 : LAST_BYTE;
    uint64_t bits = 0;
    memcpy(&bits, (const uint8_t *)hash + byte, sizeof bits);
    return (uint32_t)(bits >> (first - 8 * byte) & (((uint64_t)1 << nbits) - 1));
}

static inline uint32_t ki_ring12_band(const struct ki_ring12_shape *shape,
                                      const struct ki_ring_hash *hash, unsigned band)
{
    return ki_ring12_bits(hash, shape->first[band], shape->width[band]);
}

/* The number of its line. */
static inline uint32_t ki_ring12_line(const struct ki_ring12_shape *shape,
                                      const struct ki_ring_hash *hash, unsigned band)
{
    return ki_ring12_place(ki_ring12_band(shape, hash, band));
}

/* Of a band its low 16 bits, or all. */
static inline uint16_t ki_ring12_low(const struct ki_ring12_shape *shape,
                                     const struct ki_ring_hash *hash, unsigned band)
{
    unsigned nbits = shape->width[band] < 16 ? shape->width[band] : 16;
    return (uint16_t)ki_ring12_bits(hash, shape->first[band], nbits);
}

static inline unsigned ki_ring12_after(unsigned band, unsigned n)
{
    return (band + n) % KI_RING12_NBANDS;
}

/* Of the nbits of a rest code, those that are the next band's. */
static inline unsigned ki_ring12_nnext(const struct ki_ring12_shape *shape,
                                       unsigned band, unsigned nbits)
{
    unsigned width = shape->width[ki_ring12_after(band, 1)];
    unsigned left = width < 16 ? 0 : width - 16;
    return left < nbits ? left : nbits;
}

/* What follows the sketch: bits of the next band that are not in it, then low ones of
 * the band after that. */
static inline uint32_t ki_ring12_rest(const struct ki_ring12_shape *shape,
                                      const struct ki_ring_hash *hash, unsigned band,
                                      unsigned nbits)
{
    unsigned next = ki_ring12_after(band, 1);
    unsigned second = ki_ring12_after(band, 2);
    unsigned nnext = ki_ring12_nnext(shape, band, nbits);
    unsigned left = nbits - nnext;
    left = left < shape->width[second] ? left : shape->width[second];
    return ki_ring12_bits(hash, shape->first[next] + 16u, nnext) |
           ki_ring12_bits(hash, shape->first[second], left) << nnext;
}

/* Sketches of a bucket of m postings that are not in its line, and the units of its
 * record. */
static inline uint32_t ki_ring12_nover(uint32_t m)
{
    return m > KI_LINE_NSKETCHES ? m - KI_LINE_NSKETCHES : 0;
}

static inline uint32_t ki_ring12_nunits(uint32_t m)
{
    return 2 * m + ki_ring12_nover(m);
}

/* The postings of a line that is not the last one; of one that is good. */
static inline uint32_t ki_ring12_count(const struct ki_line *line)
{
    if (line->count < KI_RING12_CROWDED) {
        return line->count;
    }
    return (line[1].at - line->at + KI_LINE_NSKETCHES) / 3;
}

#endif
