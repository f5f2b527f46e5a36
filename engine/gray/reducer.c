/* SPDX-License-Identifier: Apache-2.0 */
#include "gray/reducer.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/checked.h"

enum { SIDE = KI_GRAY_SIDE, ALIGNMENT = 16 };

/* Rows on their way into sums, as bytes or as floats. */
struct batch {
    const uint8_t *bytes; /* or NULL */
    const float *floats;
    size_t stride;
    uint32_t first; /* row */
    uint32_t count;
    size_t width;
};

bool ki_reducer_begin(struct ki_reducer *reducer, const struct ki_fold *fold,
                      const struct ki_operator *across, const struct ki_operator *down)
{
    reducer->fold = fold;
    reducer->across = across;
    reducer->down = down;
    reducer->nrows = 0;
    reducer->ndone = 0;
    reducer->stride = (across->nblocks + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    void *sums = reducer->sums;
    bool reserved = ki_array_reserve(&sums, &reducer->capacity, SIDE * reducer->stride,
                                     sizeof(float));
    reducer->sums = sums;
    return reserved;
}

static void fold_part(const struct ki_fold *fold, const struct batch *batch,
                      uint32_t from, uint32_t to, const float *weights, bool is_first,
                      float *sums)
{
    size_t offset = (from - batch->first) * batch->stride;
    if (batch->bytes) {
        fold->bytes(sums, batch->bytes + offset, batch->stride, weights, to - from,
                    batch->width, is_first);
    } else {
        fold->floats(sums, batch->floats + offset, batch->stride, weights, to - from,
                     batch->width, is_first);
    }
}

/* Folds the rows into those of the 64 sums that they belong to. The first ndone are
 * finished; returns how many are then. */
static uint32_t feed(const struct ki_fold *fold, const struct ki_operator *operator,
                     const struct batch * batch, float *sums, size_t sums_stride,
                     uint32_t ndone)
{
    uint32_t end = batch->first + batch->count;
    for (uint32_t i = ndone; i < SIDE && operator->first[i]<end; i++) {
        uint32_t first = operator->first[i];
        uint32_t last = operator->last[i];
        uint32_t from = first > batch->first ? first : batch->first;
        uint32_t to = last < end ? last + 1 : end;
        const float *weights = operator->weights + operator->start[i] +(from - first);
        fold_part(fold, batch, from, to, weights, from == first,
                  sums + i * sums_stride);
        ndone += last < end;
    }
    return ndone;
}

/* out[x][y] = in[y][x] for 64 rows and any number of columns up to 64. */
static void transpose(const float *in, size_t in_stride, size_t ncolumns, float *out)
{
    for (size_t x = 0; x < ncolumns; x++) {
        for (size_t y = 0; y < SIDE; y++) {
            out[x * SIDE + y] = in[y * in_stride + x];
        }
    }
}

/* The other direction, once all rows are in. */
static void reduce_across(struct ki_reducer *reducer)
{
    float turned[SIDE * SIDE];
    float out[SIDE * SIDE];
    uint32_t width = reducer->across->nblocks;
    uint32_t ndone = 0;
    for (uint32_t x = 0; x < width; x += SIDE) {
        uint32_t count = width - x < SIDE ? width - x : SIDE;
        transpose(reducer->sums + x, reducer->stride, count, turned);
        struct batch batch = {NULL, turned, SIDE, x, count, SIDE};
        ndone = feed(reducer->fold, reducer->across, &batch, out, SIDE, ndone);
    }
    transpose(out, SIDE, SIDE, reducer->out);
}

static void take(struct ki_reducer *reducer, const struct batch *batch)
{
    assert(batch->count <= reducer->down->nblocks - reducer->nrows);
    reducer->ndone = feed(reducer->fold, reducer->down, batch, reducer->sums,
                          reducer->stride, reducer->ndone);
    reducer->nrows += batch->count;
    if (reducer->nrows == reducer->down->nblocks) {
        reduce_across(reducer);
    }
}

void ki_reducer_bytes(struct ki_reducer *reducer, const uint8_t *rows, size_t stride,
                      uint32_t count)
{
    take(reducer, &(struct batch){rows, NULL, stride, reducer->nrows, count,
                                  reducer->across->nblocks});
}

void ki_reducer_floats(struct ki_reducer *reducer, const float *rows, size_t stride,
                       uint32_t count)
{
    take(reducer, &(struct batch){NULL, rows, stride, reducer->nrows, count,
                                  reducer->across->nblocks});
}

void ki_reducer_free(struct ki_reducer *reducer)
{
    free(reducer->sums);
    memset(reducer, 0, sizeof *reducer);
}
