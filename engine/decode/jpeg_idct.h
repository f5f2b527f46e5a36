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

/* line: the coefficients, quant: what they are multiplied with, by slot. False if a
 * value on the way or a sample is so far out of range that libjpeg's answer depends on
 * the processor; samples are then undefined. */
typedef bool ki_jpeg_idct_block(const int16_t *line, const uint16_t *quant,
                                uint8_t *samples, size_t stride);

struct ki_jpeg_idct {
    unsigned side;   /* samples */
    unsigned nslots; /* of a block's line, which is so many coefficients long */
    /* In the line, of each coefficient in the order of the zigzag. Those that add
     * nothing may share one. */
    uint8_t slot[64];
    uint64_t used; /* AC coefficients that add something: bit k for the k-th */
    ki_jpeg_idct_block *block;
};

/* block 1, 2, 4 or 8: the side in pixels that a sample stands for. cpu_features: of
 * enum ki_cpu_feature, what may be used. */
void ki_jpeg_idct_choose(struct ki_jpeg_idct *idct, unsigned block,
                         unsigned cpu_features);

/* Fills quant for the block function from steps, which are in the order of the zigzag.
 * False if one is so large that nothing but 0 times it is in range. */
bool ki_jpeg_idct_arrange(const struct ki_jpeg_idct *idct, const uint16_t *steps,
                          uint16_t *quant);

/* The same for a block whose used AC coefficients are all zero. */
bool ki_jpeg_idct_flat(int16_t dc, uint16_t quant, uint8_t *sample);

#if defined(__x86_64__)
ki_jpeg_idct_block ki_jpeg_idct_avx2_8;
ki_jpeg_idct_block ki_jpeg_idct_avx2_4;
#endif

#endif
