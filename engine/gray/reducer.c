/* SPDX-License-Identifier: Apache-2.0 */
#include "gray/reducer.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/checked.h"

enum {
    SIDE = KI_GRAY_SIDE,
    LINE = 64 / sizeof(float),
    CELL_WIDTH = KI_FOLD_CELL_WIDTH
};

/* Rows are taken so many at once that they stay in the cache, but no less than
 * LEAST_ROWS. 47 rows of 4,000 at once are more streams than a processor fetches ahead:
 * twice the time on a Zen 3. */
enum { CACHED_NBYTES = 32 << 10, LEAST_ROWS = 16 };

/* Rows on their way into sums, as bytes or as floats. */
struct batch {
    const uint8_t *bytes; /* or NULL */
    const float *floats;
    size_t stride;
    uint32_t first; /* row */
    uint32_t count;
    size_t width;
};

/* Room for the sums, from a cache line on, and zeros behind each. */
static bool reserve_sums(struct ki_reducer *reducer)
{
    size_t nsums = reducer->nslots * reducer->stride;
    void *memory = reducer->memory;
    if (!ki_array_reserve(&memory, &reducer->capacity, nsums + LINE, sizeof(float))) {
        return false;
    }
    reducer->memory = memory;
    size_t beyond = (uintptr_t)memory / sizeof(float) % LINE;
    reducer->sums = reducer->memory + (LINE - beyond) % LINE;
    for (uint32_t i = 0; i < reducer->nslots; i++) {
        float *end = reducer->sums + i * reducer->stride + reducer->across->nblocks;
        memset(end, 0, reducer->across->width * sizeof *end);
    }
    return true;
}

/* A row of 512 samples, the form in which other programs hand pictures to PDQ, has
 * cells: all outputs but the last, which is cut off, have the same counts, eight
 * samples apart. */
static bool find_cells(const struct ki_operator *op, struct ki_fold_cells *cells)
{
    if (op->nsamples != SIDE * CELL_WIDTH || op->block != 1) {
        return false;
    }
    *cells = (struct ki_fold_cells){.first = op->first[0], .scale = op->scale[0]};
    memcpy(cells->counts, op->counts, op->last[0] - op->first[0] + 1);
    return true;
}

/* Whether output i of a column has counts over 1, 4 or 16, so that nothing is rounded
 * on the way. */
static bool is_exact(const struct ki_operator *op, uint32_t i)
{
    float scale = op->scale[i];
    return scale == 1.0f || scale == 1.0f / 4 || scale == 1.0f / 16;
}

bool ki_reducer_begin(struct ki_reducer *reducer, const struct ki_fold *fold,
                      const struct ki_operator *across, const struct ki_operator *down)
{
    reducer->fold = fold;
    reducer->across = across;
    reducer->down = down;
    reducer->has_cells = fold->cells && find_cells(across, &reducer->cells);
    reducer->nrows = 0;
    reducer->ndone = 0;
    reducer->nslots = down->overlap;
    size_t nsums = (size_t)across->nblocks + across->width;
    reducer->stride = (nsums + LINE - 1) / LINE * LINE;
    return reserve_sums(reducer);
}

/* Rows from … to − 1 of the batch into output i. */
static void fold_part(const struct ki_fold *fold, const struct ki_operator *op,
                      unsigned i, const struct batch *batch, uint32_t from, uint32_t to,
                      float *sums)
{
    size_t offset = (from - batch->first) * batch->stride;
    size_t at = (size_t)i * op->width + (from - op->first[i]);
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

static float *slot_of(const struct ki_reducer *reducer, uint32_t i)
{
    return reducer->sums + i % reducer->nslots * reducer->stride;
}

/* Output i from rows that are all in the batch, without sums as wide as they. */
static void fold_cells(struct ki_reducer *reducer, uint32_t i,
                       const struct batch *batch)
{
    const struct ki_operator *down = reducer->down;
    const struct ki_operator *across = reducer->across;
    const uint32_t first = down->first[i];
    float *out = reducer->out + (size_t)i * SIDE;
    float edge[CELL_WIDTH];
    reducer->fold->cells(
        out, edge, batch->bytes + (first - batch->first) * batch->stride, batch->stride,
        &reducer->cells, down->counts + (size_t)i * down->width, down->scale[i],
        down->last[i] - first + 1);
    const float *weights = across->weights + (size_t)(SIDE - 1) * across->width;
    float sum = 0;
    for (uint32_t x = across->first[SIDE - 1]; x <= across->last[SIDE - 1]; x++) {
        sum += *weights++ * edge[x - (SIDE - 1) * CELL_WIDTH];
    }
    out[SIDE - 1] = sum;
}

/* Folds the rows into the sum of output i, and that, when it is whole, across. */
static void fold_sum(struct ki_reducer *reducer, uint32_t i, const struct batch *batch)
{
    const struct ki_operator *op = reducer->down;
    uint32_t end = batch->first + batch->count;
    uint32_t from = op->first[i] > batch->first ? op->first[i] : batch->first;
    uint32_t to = op->last[i] < end ? op->last[i] + 1 : end;
    float *sums = slot_of(reducer, i);
    fold_part(reducer->fold, op, i, batch, from, to, sums);
    if (op->last[i] < end) {
        reducer->fold->across(reducer->out + (size_t)i * SIDE, sums, reducer->across);
    }
}

/* Folds the rows into those of the 64 outputs that they belong to. */
static void take(struct ki_reducer *reducer, const struct batch *batch)
{
    const struct ki_operator *op = reducer->down;
    uint32_t end = batch->first + batch->count;
    assert(batch->count <= op->nblocks - reducer->nrows);
    for (uint32_t i = reducer->ndone; i < SIDE && op->first[i] < end; i++) {
        bool is_whole = op->first[i] >= batch->first && op->last[i] < end;
        if (is_whole && reducer->has_cells && batch->bytes && is_exact(op, i)) {
            fold_cells(reducer, i, batch);
        } else {
            fold_sum(reducer, i, batch);
        }
        reducer->ndone += op->last[i] < end;
    }
    reducer->nrows += batch->count;
}

void ki_reducer_bytes(struct ki_reducer *reducer, const uint8_t *rows, size_t stride,
                      uint32_t count)
{
    size_t width = reducer->across->nblocks;
    uint32_t most = (uint32_t)(CACHED_NBYTES / width);
    most = most > LEAST_ROWS ? most : LEAST_ROWS;
    while (count > 0) {
        uint32_t some = count < most ? count : most;
        take(reducer, &(struct batch){rows, NULL, stride, reducer->nrows, some, width});
        rows += some * stride;
        count -= some;
    }
}

void ki_reducer_floats(struct ki_reducer *reducer, const float *rows, size_t stride,
                       uint32_t count)
{
    take(reducer, &(struct batch){NULL, rows, stride, reducer->nrows, count,
                                  reducer->across->nblocks});
}

void ki_reducer_free(struct ki_reducer *reducer)
{
    free(reducer->memory);
    memset(reducer, 0, sizeof *reducer);
}
