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
 */
#ifndef KI_GRAY_OPERATOR_H
#define KI_GRAY_OPERATOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { KI_GRAY_SIDE = 64 };

/* Row j: weights[start[j]] … belong to samples first[j] … last[j]. Both first and last
 * never decrease with j. Zero-initialise; free with ki_operator_free. */
struct ki_operator {
    uint32_t nsamples; /* the n it was built for; 0: none */
    uint32_t first[KI_GRAY_SIDE];
    uint32_t last[KI_GRAY_SIDE];
    uint32_t start[KI_GRAY_SIDE];
    float *weights;
    size_t capacity;
};

/* Builds the operator for n ≥ 1 samples; does nothing if it is built already. False if
 * memory ran out. */
bool ki_operator_build(struct ki_operator *operator, uint32_t nsamples);
void ki_operator_free(struct ki_operator *operator);

/* The largest number of rows whose ranges contain one common sample. */
uint32_t ki_operator_overlap(const struct ki_operator *operator);

#endif
