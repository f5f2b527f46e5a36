/* SPDX-License-Identifier: Apache-2.0 */
#include "gray/operator.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/checked.h"
#include "gray/fold.h"

enum { GROUP = KI_GRAY_GROUP };

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

/* Two boxes of W reach over 2W − 1 samples; not all blocks need be whole, and there is
 * one more at each end. */
static size_t most_weights(uint32_t nsamples)
{
    return 2 * (((size_t)nsamples + 127) / 128) + 2;
}

static double box_weight(struct range range)
{
    return 1.0 / (double)(range.last - range.first + 1);
}

/* Where no box is cut off, each weight is a whole number of the W² products of two
 * boxes that it collects, over W². */
static void count_weights(struct ki_operator *op, unsigned j, const double *sums,
                          uint32_t nblocks)
{
    double window = ceil(op->nsamples / 128.0);
    double all = window * window;
    uint8_t *counts = op->counts + (size_t)j * op->width;
    bool is_counted = all * UINT8_MAX < 1 << 24;
    op->scale[j] = 0;
    for (uint32_t m = 0; is_counted && m < nblocks; m++) {
        double count = round(sums[m] * all);
        is_counted = count >= 1 && count <= KI_FOLD_MOST_COUNT &&
                     fabs(sums[m] * all - count) < 1e-6;
        counts[m] = is_counted ? (uint8_t)count : 0;
    }
    op->scale[j] = is_counted ? (float)(1 / all) : 0;
}

/* Two boxes in a row, seen from output j: the weights of its samples. */
static struct range weigh_samples(uint32_t n, unsigned j, double *weights)
{
    uint32_t centre = (uint32_t)((j + 0.5) * n / KI_GRAY_SIDE);
    struct range outer = box_range(n, centre);
    struct range all = {box_range(n, outer.first).first, box_range(n, outer.last).last};
    memset(weights, 0, (all.last - all.first + 1) * sizeof *weights);
    for (uint32_t k = outer.first; k <= outer.last; k++) {
        struct range inner = box_range(n, k);
        double weight = box_weight(outer) * box_weight(inner);
        for (uint32_t m = inner.first; m <= inner.last; m++) {
            weights[m - all.first] += weight;
        }
    }
    return all;
}

/* The blocks that the samples are made from. */
static struct range blocks_of(const struct ki_operator *op, struct range samples)
{
    struct range blocks = {samples.first / op->block, samples.last / op->block};
    if (op->block > 1) {
        blocks.first -= blocks.first > 0;
        blocks.last += blocks.last + 1 < op->nblocks;
    }
    return blocks;
}

/* A sample is its block's mean, and what the slope between the blocks on either side
 * makes of its place in the block. */
static void add_sample(const struct ki_operator *op, uint32_t m, double weight,
                       double *sums, uint32_t first)
{
    uint32_t block = m / op->block;
    uint32_t left = block > 0 ? block - 1 : block;
    uint32_t right = block + 1 < op->nblocks ? block + 1 : block;
    sums[block - first] += weight;
    if (op->block > 1 && left < right) {
        double place = m % op->block - (op->block - 1) / 2.0;
        double slope = weight * place / ((double)op->block * (right - left));
        sums[left - first] -= slope;
        sums[right - first] += slope;
    }
}

static void lay_in_fours(struct ki_operator *op, unsigned j, uint32_t nweights)
{
    const float *weights = op->weights + (size_t)j * op->width;
    size_t group = j / GROUP;
    size_t place = j % GROUP;
    float *fours =
        op->fours + group * GROUP * op->width + place % 4 * 8 + place / 4 * 4;
    for (size_t x = 0; x < op->width; x++) {
        fours[x / 4 * 32 + x % 4] = x < nweights ? weights[x] : 0;
    }
    if (nweights > op->longest[group]) {
        op->longest[group] = nweights;
    }
}

static void build_row(struct ki_operator *op, unsigned j, double *scratch)
{
    double *sums = scratch + most_weights(op->nsamples);
    struct range samples = weigh_samples(op->nsamples, j, scratch);
    struct range blocks = blocks_of(op, samples);
    uint32_t count = blocks.last - blocks.first + 1;
    memset(sums, 0, count * sizeof *sums);
    for (uint32_t m = samples.first; m <= samples.last; m++) {
        add_sample(op, m, scratch[m - samples.first], sums, blocks.first);
    }
    op->first[j] = blocks.first;
    op->last[j] = blocks.last;
    float *weights = op->weights + (size_t)j * op->width;
    for (uint32_t i = 0; i < count; i++) {
        weights[i] = (float)sums[i];
    }
    count_weights(op, j, sums, count);
    lay_in_fours(op, j, count);
}

/* Most rows that reach the first block of one of them. */
static uint32_t count_overlap(const struct ki_operator *op)
{
    uint32_t most = 0;
    unsigned from = 0;
    for (unsigned j = 0; j < KI_GRAY_SIDE; j++) {
        while (op->last[from] < op->first[j]) {
            from++;
        }
        most = j - from + 1 > most ? j - from + 1 : most;
    }
    return most;
}

static bool build(struct ki_operator *op, uint32_t nsamples, uint32_t block)
{
    size_t width = (most_weights(nsamples) + GROUP - 1) / GROUP * GROUP;
    size_t nweights = KI_GRAY_SIDE * width;
    void *weights = op->weights;
    op->nsamples = 0;
    bool reserved = ki_array_reserve(&weights, &op->capacity, nweights,
                                     2 * sizeof *op->weights + sizeof *op->counts);
    op->weights = weights;
    op->fours = op->weights + nweights;
    op->counts = (uint8_t *)(op->fours + nweights);
    double *scratch = malloc(2 * width * sizeof *scratch);
    if (!reserved || !scratch) {
        free(scratch);
        return false;
    }
    op->nsamples = nsamples;
    op->block = block;
    op->nblocks = (nsamples - 1) / block + 1;
    op->width = (uint32_t)width;
    memset(op->longest, 0, sizeof op->longest);
    for (unsigned j = 0; j < KI_GRAY_SIDE; j++) {
        build_row(op, j, scratch);
    }
    op->overlap = count_overlap(op);
    free(scratch);
    return true;
}

const struct ki_operator *ki_operator_get(struct ki_operator_cache *cache,
                                          uint32_t nsamples, uint32_t block)
{
    struct ki_operator *chosen = &cache->operators[0];
    for (size_t i = 0; i < KI_OPERATOR_CACHE_SIZE; i++) {
        struct ki_operator *op = &cache->operators[i];
        if (op->nsamples == nsamples && op->block == block) {
            op->used_at = ++cache->clock;
            return op;
        }
        chosen = op->used_at < chosen->used_at ? op : chosen;
    }
    if (!build(chosen, nsamples, block)) {
        return NULL;
    }
    chosen->used_at = ++cache->clock;
    return chosen;
}

void ki_operator_cache_free(struct ki_operator_cache *cache)
{
    for (size_t i = 0; i < KI_OPERATOR_CACHE_SIZE; i++) {
        free(cache->operators[i].weights);
    }
    memset(cache, 0, sizeof *cache);
}
