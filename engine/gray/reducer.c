/* SPDX-License-Identifier: Apache-2.0 */
#include "gray/reducer.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/checked.h"

enum { SIDE = KI_GRAY_SIDE, LINE = 64 / sizeof(float) };

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
    /* An odd number of cache lines, so that columns do not fall on a few sets only. */
    size_t nlines = (across->nblocks + LINE - 1) / LINE;
    reducer->stride = (nlines | 1) * LINE;
    void *sums = reducer->sums;
    bool reserved = ki_array_reserve(&sums, &reducer->capacity, SIDE * reducer->stride,
                                     sizeof(float));
    reducer->sums = sums;
    return reserved;
}

/* Rows from … to − 1 of the batch into output i. */
static void fold_part(const struct ki_fold *fold, const struct ki_operator *op,
                      unsigned i, const struct batch *batch, uint32_t from, uint32_t to,
                      float *sums)
{
    size_t offset = (from - batch->first) * batch->stride;
    size_t at = op->start[i] + (from - op->first[i]);
    bool is_first = from == op->first[i];
    if (batch->floats) {
        fold->floats(sums, batch->floats + offset, batch->stride, op->weights + at,
                     to - from, batch->width, is_first);
    } else if (op->scale[i] > 0) {
        float scale = to > op->last[i] ? op->scale[i] : 1.0f;
        fold->counted(sums, batch->bytes + offset, batch->stride, op->counts + at,
                      scale, to - from, batch->width, is_first);
    } else {
        fold->bytes(sums, batch->bytes + offset, batch->stride, op->weights + at,
                    to - from, batch->width, is_first);
    }
}

/* Folds the rows into those of the 64 sums that they belong to. The first ndone are
 * finished; returns how many are then. */
static uint32_t feed(const struct ki_fold *fold, const struct ki_operator *op,
                     const struct batch *batch, float *sums, size_t sums_stride,
                     uint32_t ndone)
{
    uint32_t end = batch->first + batch->count;
    for (uint32_t i = ndone; i < SIDE && op->first[i] < end; i++) {
        uint32_t first = op->first[i];
        uint32_t last = op->last[i];
        uint32_t from = first > batch->first ? first : batch->first;
        uint32_t to = last < end ? last + 1 : end;
        fold_part(fold, op, i, batch, from, to, sums + i * sums_stride);
        ndone += last < end;
    }
    return ndone;
}

typedef float four __attribute__((vector_size(4 * sizeof(float))));

static inline four load_four(const float *p)
{
    four v;
    memcpy(&v, p, sizeof v);
    return v;
}

/* A square of 4×4 on its side. */
static inline void transpose_square(const float *in, size_t in_stride, float *out)
{
    four a = load_four(in);
    four b = load_four(in + in_stride);
    four c = load_four(in + 2 * in_stride);
    four d = load_four(in + 3 * in_stride);
    four ab_low = __builtin_shufflevector(a, b, 0, 4, 1, 5);
    four ab_high = __builtin_shufflevector(a, b, 2, 6, 3, 7);
    four cd_low = __builtin_shufflevector(c, d, 0, 4, 1, 5);
    four cd_high = __builtin_shufflevector(c, d, 2, 6, 3, 7);
    const four columns[4] = {
        __builtin_shufflevector(ab_low, cd_low, 0, 1, 4, 5),
        __builtin_shufflevector(ab_low, cd_low, 2, 3, 6, 7),
        __builtin_shufflevector(ab_high, cd_high, 0, 1, 4, 5),
        __builtin_shufflevector(ab_high, cd_high, 2, 3, 6, 7),
    };
    for (size_t i = 0; i < 4; i++) {
        memcpy(out + i * SIDE, &columns[i], sizeof columns[i]);
    }
}

/* out[x][y] = in[y][x] for 64 rows and any number of columns up to 64. in has whole
 * fours of columns, of which the surplus may be anything. */
static void transpose(const float *in, size_t in_stride, size_t ncolumns, float *out)
{
    for (size_t y = 0; y < SIDE; y += 4) {
        for (size_t x = 0; x < ncolumns; x += 4) {
            transpose_square(in + y * in_stride + x, in_stride, out + x * SIDE + y);
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
