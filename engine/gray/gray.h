/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows of a decoder in, the 64×64 picture of each mode out.
 *
 * Luma is 0.299·R + 0.587·G + 0.114·B in single precision, not rounded to an integer,
 * as the reference computes it.
 */
#ifndef KI_GRAY_GRAY_H
#define KI_GRAY_GRAY_H

#include <stdbool.h>
#include <stdint.h>

#include <knownimage/hash.h>

#include "decode/decoder.h"
#include "gray/reducer.h"

enum { KI_GRAY_NN_SIDE = 512, KI_GRAY_LUMA_ROWS = 8 };

/* Buffers for one thread, kept from picture to picture. Zero-initialise; free with
 * ki_gray_free. */
struct ki_gray {
    const struct ki_fold *fold; /* NULL: the fastest, chosen at the first begin */
    unsigned modes;             /* mask of enum ki_mode */
    struct ki_row_shape shape;
    uint32_t nrows; /* rows taken, and all there will be */
    uint32_t nrows_all;
    float *luma; /* KI_GRAY_LUMA_ROWS rows */
    size_t luma_capacity;
    struct ki_operator_cache operators;
    struct ki_reducer full;    /* mode pdq */
    struct ki_reducer nearest; /* mode pdq-nn512 of pictures over 512 */
    bool is_stretched;         /* whether nearest is in use */
    uint32_t nn_next;          /* its next output row */
    uint32_t nn_column[KI_GRAY_NN_SIDE];
    float nn_row[KI_GRAY_NN_SIDE];
};

/* Starts a picture with sides of at least 1; blocks of more than one pixel only for
 * mode pdq alone. False if memory ran out. */
bool ki_gray_begin(struct ki_gray *gray, unsigned modes,
                   const struct ki_row_shape *shape);

/* Takes the next count rows, stride_nbytes apart. */
void ki_gray_rows(struct ki_gray *gray, const uint8_t *samples, size_t stride_nbytes,
                  uint32_t count);

/* The result of a mode that was asked for, KI_GRAY_NSAMPLES floats of 0…255 in row
 * order; NULL until all rows were taken. Valid until the next begin. */
const float *ki_gray_result(const struct ki_gray *gray, enum ki_mode mode);
void ki_gray_free(struct ki_gray *gray);

#endif
