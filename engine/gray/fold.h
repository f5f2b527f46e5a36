/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Weighted sums of rows, on which all of PDQ's filter and DCT is built:
 *
 *     sums[x] = (0 or sums[x]) + weights[0]·rows[0][x] + weights[1]·rows[1][x] + …
 *
 * in this order, in single precision, product and sum each rounded. One implementation
 * per instruction set; they work on several x at once and never split a sum, so that
 * all give the same bits. The scalar one is the specification.
 *
 * Where the weights are whole numbers over a common divisor, as they are of two boxes
 * that are not cut off, sums of bytes are whole numbers below 2^24: exact in whatever
 * order, and cheaper.
 */
#ifndef KI_GRAY_FOLD_H
#define KI_GRAY_FOLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gray/operator.h"

enum {
    KI_FOLD_MOST_COUNT = 127,
    KI_FOLD_PRODUCT_NROWS = 8,
    KI_FOLD_PRODUCT_WIDTH = 16,
    KI_FOLD_CELL_WIDTH = 8,
    KI_FOLD_CELL_MOST_ROWS = 8,
    KI_FOLD_CELL_MOST = 127
};

/* How the first 63 outputs of a row of 512 samples are made, if each has eight columns
 * of its own. */
struct ki_fold_cells {
    size_t first; /* column of the first output, 0 … 8 */
    uint8_t counts[KI_FOLD_CELL_WIDTH];
    float scale; /* 1 over a power of two */
};

struct ki_fold {
    const char *name;    /* "scalar", "avx2", "avx512" */
    unsigned cpu_needs;  /* masks of enum ki_cpu_feature: what it cannot run without, */
    unsigned cpu_avoids; /* and where it is not chosen though it would run */

    /* Rows begin stride samples apart; nothing outside width samples of each is read.
     * is_first: what sums held before does not count. */
    void (*bytes)(float *sums, const uint8_t *rows, size_t stride, const float *weights,
                  size_t nrows, size_t width, bool is_first);
    void (*floats)(float *sums, const float *rows, size_t stride, const float *weights,
                   size_t nrows, size_t width, bool is_first);

    /* sums[x] = ((0 or sums[x]) + counts[0]·rows[0][x] + …) · scale. Counts are 1 …
     * KI_FOLD_MOST_COUNT, and what is added up stays below 2^24. */
    void (*counted)(float *sums, const uint8_t *rows, size_t stride,
                    const uint8_t *counts, float scale, size_t nrows, size_t width,
                    bool is_first);

    /* Both directions at once, of rows of 512 samples:
     *
     *     out[j] = Σ counts[y] · cells.counts[x] · rows[y][cells.first + 8·j + x]
     *              · scale · cells.scale
     *
     * for j = 0 … 62, and in edge what counted gives for the last eight columns, over
     * nrows rows, 1 … KI_FOLD_CELL_MOST_ROWS. scale is 1 over a power of two, and the
     * sum of counts times that of two neighbours in cells.counts KI_FOLD_CELL_MOST at
     * most: exact in any order, and so what counted and across give. NULL: not to be
     * had. */
    void (*cells)(float *out, float edge[KI_FOLD_CELL_WIDTH], const uint8_t *rows,
                  size_t stride, const struct ki_fold_cells *cells,
                  const uint8_t *counts, float scale, size_t nrows);

    /* The sums along a row in the same order, one for each row j of the operator:
     *
     *     out[j] = Σ weight of block x · row[x], x = op->first[j] … op->last[j]
     *
     * op->width finite samples must follow on the row; they count nothing. */
    void (*across)(float *out, const float *row, const struct ki_operator *op);

    /* out[i][x] = a[i][0]·b[0][x] + a[i][1]·b[1][x] + …: a has nrows rows of ninner, b
     * ninner rows of width. nrows is a multiple of KI_FOLD_PRODUCT_NROWS, width of
     * KI_FOLD_PRODUCT_WIDTH. */
    void (*product)(float *out, const float *a, const float *b, size_t nrows,
                    size_t ninner, size_t width);

    /* What PDQ's quality adds up: Σ of |a[k] − b[k]| in whole hundredths of 255, each
     * rounded down. No difference is over 600. */
    unsigned (*hundredths)(const float *a, const float *b, size_t n);

    /* 0.299·R + 0.587·G + 0.114·B of pixels of 3 bytes, or of 4 whose last counts
     * nothing. */
    void (*luma)(float *luma, const uint8_t *rgb, size_t npixels, size_t pixel_nbytes);
};

/* i = 0 scalar, 1, … in order of speed, until NULL; some may not run here. */
const struct ki_fold *ki_fold_at(size_t i);

/* The fastest whose needs are among the features, and none of what it avoids. */
const struct ki_fold *ki_fold_best(unsigned cpu_features);

#endif
