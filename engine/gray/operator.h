/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PDQ's filter along one dimension, as a banded matrix.
 *
 * The reference smooths with a box of W = ceil(n / 128) samples twice and then takes 64
 * samples, at (int)((j + 0.5)·n / 64). All of it is linear, so that along a dimension
 * of n samples it is a 64×n matrix whose row j is zero outside about n/64 columns:
 *
 *     out = Ry · picture · Rxᵀ
 *
 * The box: half = (W + 2) / 2 rounded down, samples i − (W − half) … i + half − 1, cut
 * off at the ends and divided by the number of samples inside.
 *
 * A decoder may give the mean of every block of d samples instead of the samples. Then
 * a sample is taken to be its block's mean, plus its distance from the block's centre
 * times the slope between the two blocks beside it, and the columns are summed up
 * accordingly. On photographs a third of the difference that the means alone would make
 * goes away.
 */
#ifndef KI_GRAY_OPERATOR_H
#define KI_GRAY_OPERATOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { KI_GRAY_SIDE = 64, KI_GRAY_GROUP = 8 };

/* Row j: weights[j · width] … belong to blocks first[j] … last[j]; both never decrease
 * with j. If scale[j] > 0, the weights are also scale[j] · counts[j · width] …, for
 * ki_fold.counted.
 *
 * The same weights lie in pieces of four, for sums side by side: those of row j for its
 * blocks 4·k … 4·k + 3, counted from its first, from
 *
 *     fours[j / 8 · 8 · width + k · 32 + j % 4 · 8 + j % 8 / 4 · 4]
 *
 * on, zeros behind the last. Of each 8 rows the longest has longest[j / 8] weights. */
struct ki_operator {
    uint32_t nsamples; /* the n it was built for; 0: none */
    uint32_t block;    /* d */
    uint32_t nblocks;  /* ceil(n / d) */
    uint32_t overlap;  /* most rows that one block belongs to */
    uint32_t width;    /* room for the weights of a row, a multiple of 8 */
    uint32_t first[KI_GRAY_SIDE];
    uint32_t last[KI_GRAY_SIDE];
    uint32_t longest[KI_GRAY_SIDE / KI_GRAY_GROUP];
    float scale[KI_GRAY_SIDE];
    float *weights;
    float *fours;    /* behind the weights */
    uint8_t *counts; /* behind the fours */
    size_t capacity;
    uint64_t used_at;
};

enum { KI_OPERATOR_CACHE_SIZE = 16 };

/* The operators used last. Zero-initialise; free with ki_operator_cache_free. */
struct ki_operator_cache {
    struct ki_operator operators[KI_OPERATOR_CACHE_SIZE];
    uint64_t clock;
};

/* The operator for n ≥ 1 samples in blocks of d ≥ 1, valid until KI_OPERATOR_CACHE_SIZE
 * others have been asked for. NULL if memory ran out. */
const struct ki_operator *ki_operator_get(struct ki_operator_cache *cache,
                                          uint32_t nsamples, uint32_t block);
void ki_operator_cache_free(struct ki_operator_cache *cache);

#endif
