/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The inverse DCT of one block to 8, 4, 2 or 1 samples a side, bit for bit as libjpeg's
 * accurate integer one ("islow") and its reduced ones have it: constants with 13 bits
 * after the point, columns first and rounded to 2, then rows. Fewer samples are the
 * means of those they stand for, to which some coefficients add nothing.
 */
#ifndef KI_DECODE_JPEG_IDCT_H
#define KI_DECODE_JPEG_IDCT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ki_jpeg_idct {
    unsigned side;   /* samples */
    unsigned nslots; /* of a block's line, which is so many coefficients long */
    /* In the line, of each coefficient in the order of the zigzag. Those that add
     * nothing may share one. */
    uint8_t slot[64];
    uint64_t used; /* AC coefficients that add something: bit k for the k-th */
    /* line: the coefficients, quant: what they are multiplied with, by slot. False if a
     * value on the way or a sample is so far out of range that libjpeg's answer depends
     * on the processor; samples are then undefined. */
    bool (*block)(const int16_t *line, const uint16_t *quant, uint8_t *samples,
                  size_t stride);
};

/* block 1, 2, 4 or 8: the side in pixels that a sample stands for. */
void ki_jpeg_idct_choose(struct ki_jpeg_idct *idct, unsigned block);

/* The same for a block whose used AC coefficients are all zero. */
bool ki_jpeg_idct_flat(int16_t dc, uint16_t quant, uint8_t *sample);

#endif
