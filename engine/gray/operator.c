/* SPDX-License-Identifier: Apache-2.0 */
#include "gray/operator.h"

#include <stdlib.h>
#include <string.h>

#include "base/checked.h"

struct range {
    uint32_t first;
    uint32_t last;
};

/* The samples that the box around sample i averages. */
static struct range box_range(uint32_t nsamples, uint32_t i)
{
    uint32_t window = (nsamples + 127) / 128;
    uint32_t half = (window + 2) / 2;
    uint32_t before = window - half;
    struct range range = {
        .first = i > before ? i - before : 0,
        .last = i + half - 1,
    };
    if (range.last >= nsamples) {
        range.last = nsamples - 1;
    }
    return range;
}

static double box_weight(struct range range)
{
    return 1.0 / (double)(range.last - range.first + 1);
}

/* Two boxes in a row, seen from output j. */
static void build_row(struct ki_operator *operator, unsigned j, double *sums)
{
    uint32_t n = operator->nsamples;
    uint32_t centre = (uint32_t)((j + 0.5) * n / KI_GRAY_SIDE);
    struct range outer = box_range(n, centre);
    uint32_t first = box_range(n, outer.first).first;
    uint32_t last = box_range(n, outer.last).last;
    memset(sums, 0, (last - first + 1) * sizeof *sums);
    for (uint32_t k = outer.first; k <= outer.last; k++) {
        struct range inner = box_range(n, k);
        double weight = box_weight(outer) * box_weight(inner);
        for (uint32_t m = inner.first; m <= inner.last; m++) {
            sums[m - first] += weight;
        }
    }
    operator->first[j] = first;
    operator->last[j] = last;
    float *weights = operator->weights + operator->start[j];
    for (uint32_t m = 0; m <= last - first; m++) {
        weights[m] = (float)sums[m];
    }
}

bool ki_operator_build(struct ki_operator *operator, uint32_t nsamples)
{
    if (operator->nsamples == nsamples) {
        return true;
    }
    /* Two boxes of W reach over 2W − 1 samples. */
    size_t width = 2 * (((size_t)nsamples + 127) / 128);
    void *weights = operator->weights;
    bool reserved = ki_array_reserve(&weights, &operator->capacity,
                                     KI_GRAY_SIDE * width, sizeof *operator->weights);
    operator->weights = weights;
    double *sums = malloc(width * sizeof *sums);
    if (!reserved || !sums) {
        free(sums);
        return false;
    }
    operator->nsamples = nsamples;
    for (unsigned j = 0; j < KI_GRAY_SIDE; j++) {
        operator->start[j] =(uint32_t)(j *width);
        build_row(operator, j, sums);
    }
    free(sums);
    return true;
}

void ki_operator_free(struct ki_operator *operator)
{
    free(operator->weights);
    memset(operator, 0, sizeof *operator);
}

uint32_t ki_operator_overlap(const struct ki_operator *operator)
{
    uint32_t overlap = 1;
    uint32_t low = 0;
    for (uint32_t j = 0; j < KI_GRAY_SIDE; j++) {
        while (operator->last[low]<operator->first[j]) {
            low++;
        }
        if (j - low + 1 > overlap) {
            overlap = j - low + 1;
        }
    }
    return overlap;
}
