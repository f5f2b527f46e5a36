/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From rows of luma to the 64×64 picture under a hash, a few rows at a time.
 *
 * Rows are folded into the output rows whose filter reaches them (one or two at a
 * time), each a sum as wide as the picture, and are then forgotten. As soon as a sum is
 * whole, it is folded the same way along the other direction, and its memory is used
 * again, so that it stays in the cache.
 */
#ifndef KI_GRAY_REDUCER_H
#define KI_GRAY_REDUCER_H

#include <stdbool.h>
#include <stdint.h>

#include "gray/fold.h"
#include "gray/operator.h"

enum { KI_GRAY_NSAMPLES = KI_GRAY_SIDE * KI_GRAY_SIDE };

/* Kept from picture to picture: 4 or 8 bytes per column, more in blocks.
 * Zero-initialise; free with ki_reducer_free. */
struct ki_reducer {
    const struct ki_fold *fold;
    const struct ki_operator *across; /* along a row */
    const struct ki_operator *down;   /* along a column */
    struct ki_fold_cells cells;       /* along a row, if it has_cells */
    bool has_cells;
    float *memory;
    float *sums;     /* in it, nslots rows of stride */
    uint32_t nslots; /* most rows begun and not whole */
    size_t stride;
    size_t capacity;
    uint32_t nrows;              /* rows taken */
    uint32_t ndone;              /* output rows finished */
    float out[KI_GRAY_NSAMPLES]; /* row-major, top to bottom; whole after all rows */
};

/* Starts a picture; the operators must stay valid. False if memory ran out. */
bool ki_reducer_begin(struct ki_reducer *reducer, const struct ki_fold *fold,
                      const struct ki_operator *across, const struct ki_operator *down);

/* Take the next count rows of across->nblocks samples, stride samples apart, from the
 * top; no more than down->nblocks in all. */
void ki_reducer_bytes(struct ki_reducer *reducer, const uint8_t *rows, size_t stride,
                      uint32_t count);
void ki_reducer_floats(struct ki_reducer *reducer, const float *rows, size_t stride,
                       uint32_t count);
void ki_reducer_free(struct ki_reducer *reducer);

#endif
