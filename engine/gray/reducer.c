/* SPDX-License-Identifier: Apache-2.0 */
#include "gray/reducer.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/checked.h"

bool ki_reducer_begin(struct ki_reducer *reducer, uint32_t width, uint32_t height)
{
    if (!ki_operator_build(&reducer->across, width) ||
        !ki_operator_build(&reducer->down, height)) {
        return false;
    }
    reducer->naccumulators = ki_operator_overlap(&reducer->down);
    reducer->nrows = 0;
    reducer->ndone = 0;
    void *accumulators = reducer->accumulators;
    bool reserved =
        ki_array_reserve(&accumulators, &reducer->capacity,
                         (size_t)reducer->naccumulators * width, sizeof(float));
    reducer->accumulators = accumulators;
    return reserved;
}

static float *accumulator_of(struct ki_reducer *reducer, uint32_t output)
{
    size_t slot = output % reducer->naccumulators;
    return reducer->accumulators + slot * reducer->across.nsamples;
}

static void accumulate(float *restrict sums, const float *restrict luma, float weight,
                       uint32_t width, bool is_first)
{
    if (is_first) {
        for (uint32_t x = 0; x < width; x++) {
            sums[x] = weight * luma[x];
        }
        return;
    }
    for (uint32_t x = 0; x < width; x++) {
        sums[x] += weight * luma[x];
    }
}

/* The other direction, once per output row. */
static void finish_row(struct ki_reducer *reducer, uint32_t output)
{
    const struct ki_operator *across = &reducer->across;
    const float *sums = accumulator_of(reducer, output);
    for (uint32_t j = 0; j < KI_GRAY_SIDE; j++) {
        const float *weights = across->weights + across->start[j];
        const float *samples = sums + across->first[j];
        uint32_t count = across->last[j] - across->first[j] + 1;
        float sum = 0.0f;
        for (uint32_t k = 0; k < count; k++) {
            sum += weights[k] * samples[k];
        }
        reducer->out[output * KI_GRAY_SIDE + j] = sum;
    }
}

void ki_reducer_row(struct ki_reducer *reducer, const float *luma)
{
    const struct ki_operator *down = &reducer->down;
    uint32_t y = reducer->nrows++;
    assert(y < down->nsamples);
    for (uint32_t i = reducer->ndone; i < KI_GRAY_SIDE && down->first[i] <= y; i++) {
        float weight = down->weights[down->start[i] + (y - down->first[i])];
        accumulate(accumulator_of(reducer, i), luma, weight, reducer->across.nsamples,
                   y == down->first[i]);
        if (y == down->last[i]) {
            finish_row(reducer, i);
            reducer->ndone = i + 1;
        }
    }
}

void ki_reducer_free(struct ki_reducer *reducer)
{
    ki_operator_free(&reducer->across);
    ki_operator_free(&reducer->down);
    free(reducer->accumulators);
    memset(reducer, 0, sizeof *reducer);
}
