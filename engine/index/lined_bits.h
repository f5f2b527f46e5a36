/* SPDX-License-Identifier: Apache-2.0 */
/* The bands of a lined ring, for its builder and its search. */
#ifndef KI_INDEX_LINED_BITS_H
#define KI_INDEX_LINED_BITS_H

#include <string.h>

#include "index/lined.h"
#include "index/lined16_places.h"
#include "index/ring12_places.h"

/* A permuted hash, or the bits in which two differ, as a lined ring cuts it into bands.
 * lined16 takes bands b and b + 8 of ring16 apart into the bits of even rows of both,
 * which are its band b, and those of odd ones. So the bits of a band are of rows that
 * are all even or all odd, and of such columns: when a picture is mirrored they stay or
 * they all change, but for those near the median. Of the 128 bands of a picture's eight
 * hashes 74 differ instead of 103, and they probe 1,217 lines instead of 1,735 (means
 * of 400 pictures). */
static inline struct ki_ring_hash ki_lined_turn(const struct ki_lined_shape *shape,
                                                const struct ki_ring_hash *hash)
{
    const uint64_t even = 0x5555555555555555u;
    struct ki_ring_hash turned = *hash;
    uint64_t x[4];
    if (ki_lined_is_16(shape)) {
        memcpy(x, hash, sizeof x);
        const uint64_t bands[4] = {
            (x[0] & even) | (x[2] & even) << 1,
            (x[1] & even) | (x[3] & even) << 1,
            (x[0] >> 1 & even) | (x[2] & ~even),
            (x[1] >> 1 & even) | (x[3] & ~even),
        };
        memcpy(&turned, bands, sizeof turned);
    }
    return turned;
}

/* The bits first … first + nbits − 1 of a hash, at most 32 of them. */
static inline uint32_t ki_lined_bits(const struct ki_ring_hash *hash, unsigned first,
                                     unsigned nbits)
{
    enum { LAST_BYTE = sizeof *hash - sizeof(uint64_t) };
    unsigned byte = first / 8 < LAST_BYTE ? first / 8 : LAST_BYTE;
    uint64_t bits = 0;
    memcpy(&bits, (const uint8_t *)hash + byte, sizeof bits);
    unsigned shift = (first - 8 * byte) % 64; /* 64: no bits, after the last one */
    return (uint32_t)(bits >> shift & (((uint64_t)1 << nbits) - 1));
}

static inline uint32_t ki_lined_band(const struct ki_lined_shape *shape,
                                     const struct ki_ring_hash *hash, unsigned band)
{
    return ki_lined_bits(hash, shape->first[band], shape->width[band]);
}

/* The number of its line. */
static inline uint32_t ki_lined_line(const struct ki_lined_shape *shape,
                                     const struct ki_ring_hash *hash, unsigned band)
{
    uint32_t value = ki_lined_band(shape, hash, band);
    return ki_lined_is_16(shape) ? ki_lined16_place((uint16_t)value)
                                 : ki_ring12_place(value);
}

/* Of a band its low 16 bits, or all. */
static inline uint16_t ki_lined_low(const struct ki_lined_shape *shape,
                                    const struct ki_ring_hash *hash, unsigned band)
{
    unsigned nbits = shape->width[band] < 16 ? shape->width[band] : 16;
    return (uint16_t)ki_lined_bits(hash, shape->first[band], nbits);
}

static inline unsigned ki_lined_after(const struct ki_lined_shape *shape, unsigned band,
                                      unsigned n)
{
    band += n;
    return band < shape->nbands ? band : band - shape->nbands;
}

/* Of the nbits of a rest code, those that are the next band's. */
static inline unsigned ki_lined_nnext(const struct ki_lined_shape *shape, unsigned band,
                                      unsigned nbits)
{
    unsigned width = shape->width[ki_lined_after(shape, band, 1)];
    unsigned left = width < 16 ? 0 : width - 16;
    return left < nbits ? left : nbits;
}

/* What follows the sketch: bits of the next band that are not in it, then low ones of
 * the band after that. */
static inline uint32_t ki_lined_rest(const struct ki_lined_shape *shape,
                                     const struct ki_ring_hash *hash, unsigned band,
                                     unsigned nbits)
{
    unsigned next = ki_lined_after(shape, band, 1);
    unsigned second = ki_lined_after(shape, band, 2);
    unsigned nnext = ki_lined_nnext(shape, band, nbits);
    unsigned left = nbits - nnext;
    left = left < shape->width[second] ? left : shape->width[second];
    return ki_lined_bits(hash, shape->first[next] + 16u, nnext) |
           ki_lined_bits(hash, shape->first[second], left) << nnext;
}

/* Sketches of a bucket of m postings that are not in its line, and the units of its
 * record. */
static inline uint32_t ki_lined_nover(uint32_t m)
{
    return m > KI_LINE_NSKETCHES ? m - KI_LINE_NSKETCHES : 0;
}

static inline uint32_t ki_lined_nunits(uint32_t m)
{
    return 2 * m + ki_lined_nover(m);
}

/* The postings of a line that is not the last one; of one that is good. */
static inline uint32_t ki_lined_count(const struct ki_line *line)
{
    if (line->count < KI_LINED_CROWDED) {
        return line->count;
    }
    return (line[1].at - line->at + KI_LINE_NSKETCHES) / 3;
}

#endif
