/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From rows of luma to the 64×64 picture under a hash, one row at a time.
 *
 * A row is folded into the few output rows whose filter reaches it (2 or 3 at a time,
 * each an accumulator as wide as the picture) and is then forgotten; a finished
 * accumulator is reduced to 64 numbers. Nothing of full height is ever held.
 */
#ifndef KI_GRAY_REDUCER_H
#define KI_GRAY_REDUCER_H

#include <stdbool.h>
#include <stdint.h>

#include "gray/operator.h"

enum { KI_GRAY_NSAMPLES = KI_GRAY_SIDE * KI_GRAY_SIDE };

/* Kept from picture to picture. Zero-initialise; free with ki_reducer_free. */
struct ki_reducer {
    struct ki_operator across; /* along a row */
    struct ki_operator down;   /* along a column */
    float *accumulators;       /* naccumulators rows of across.nsamples */
    size_t capacity;
    uint32_t naccumulators;
    uint32_t nrows;              /* rows pushed */
    uint32_t ndone;              /* output rows finished */
    float out[KI_GRAY_NSAMPLES]; /* row-major, top to bottom; whole after all rows */
};

/* Starts a picture. False if memory ran out. */
bool ki_reducer_begin(struct ki_reducer *reducer, uint32_t width, uint32_t height);

/* Takes the next row, width samples, from the top. */
void ki_reducer_row(struct ki_reducer *reducer, const float *luma);
void ki_reducer_free(struct ki_reducer *reducer);

#endif
