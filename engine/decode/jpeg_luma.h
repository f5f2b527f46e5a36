/* SPDX-License-Identifier: Apache-2.0 */
/* Coefficients of luma to its samples. */
#ifndef KI_DECODE_JPEG_LUMA_H
#define KI_DECODE_JPEG_LUMA_H

#include "decode/jpeg_idct.h"
#include "decode/jpeg_scan.h"

struct ki_jpeg_luma {
    const struct ki_jpeg_component *component;
    const struct ki_jpeg_idct *idct;
    uint8_t *rows;  /* 8 · stride samples at most */
    uint32_t nrows; /* still to come, of samples */

    size_t stride;
    uint32_t next;                         /* row of blocks */
    uint16_t quant[KI_JPEG_NCOEFFICIENTS]; /* by slot */
};

/* When what is above the blank line is filled in; steps of quantisation in the order of
 * the zigzag. False if they are out of range. */
bool ki_jpeg_luma_begin(struct ki_jpeg_luma *luma, const uint16_t *steps);

/* Fills luma->rows with the next rows; returns how many there are, 0 if their values
 * are out of range. */
uint32_t ki_jpeg_luma_rows(struct ki_jpeg_luma *luma);

#endif
