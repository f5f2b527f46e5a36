/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Resizing with a triangle filter as wide as the larger of the two pixel sizes, in
 * integers: columns first, a whole row at a time, then along the row.
 */
#include "alter.h"

#include <stdlib.h>
#include <string.h>

enum { WEIGHT_ONE = 4096 };

/* Where the samples of one output pixel come from. */
struct taps {
    uint32_t first;
    uint32_t ntaps;
    const int32_t *weights; /* sum WEIGHT_ONE */
};

struct filter {
    struct taps *taps; /* one per output pixel */
    int32_t *weights;
};

static void filter_destroy(struct filter *filter)
{
    free(filter->taps);
    free(filter->weights);
}

static int32_t triangle(int64_t distance, int64_t radius)
{
    int64_t d = distance < 0 ? -distance : distance;
    return d >= radius ? 0 : (int32_t)((radius - d) * WEIGHT_ONE / radius);
}

/* Scales weights to a sum of WEIGHT_ONE; what rounding leaves goes to the largest. */
static void normalize(int32_t *weights, uint32_t ntaps)
{
    int32_t sum = 0;
    uint32_t largest = 0;
    for (uint32_t k = 0; k < ntaps; k++) {
        sum += weights[k];
        largest = weights[k] > weights[largest] ? k : largest;
    }
    if (sum <= 0) {
        return; /* cannot be: the source pixel below the centre counts */
    }
    int32_t rest = WEIGHT_ONE;
    for (uint32_t k = 0; k < ntaps; k++) {
        weights[k] = weights[k] * WEIGHT_ONE / sum;
        rest -= weights[k];
    }
    weights[largest] += rest;
}

/* Positions are counted in 1/(2·nout) of a source pixel, so that all are integers. */
static void taps_fill(uint32_t nin, uint32_t nout, uint32_t i, int32_t *weights,
                      struct taps *taps)
{
    int64_t unit = 2 * (int64_t)nout;
    int64_t radius = nin > nout ? 2 * (int64_t)nin : unit;
    int64_t center = (2 * (int64_t)i + 1) * nin;
    int64_t first = (center - radius) / unit;
    first = first < 0 ? 0 : first;
    int64_t last = (center + radius) / unit;
    last = last >= nin ? (int64_t)nin - 1 : last;
    for (int64_t k = first; k <= last; k++) {
        weights[k - first] = triangle((2 * k + 1) * (int64_t)nout - center, radius);
    }
    *taps = (struct taps){(uint32_t)first, (uint32_t)(last - first + 1), weights};
    normalize(weights, taps->ntaps);
}

static enum ki_status filter_create(uint32_t nin, uint32_t nout, struct filter *filter)
{
    size_t max_taps = 2 * (nin / nout + 1) + 2;
    filter->taps = malloc(nout * sizeof *filter->taps);
    filter->weights = calloc(nout * max_taps, sizeof *filter->weights);
    if (!filter->taps || !filter->weights) {
        return KI_ERR_NO_MEMORY;
    }
    for (uint32_t i = 0; i < nout; i++) {
        taps_fill(nin, nout, i, filter->weights + i * max_taps, &filter->taps[i]);
    }
    return KI_OK;
}

static void sum_rows(const struct ki_canvas *from, const struct taps *taps,
                     int32_t *line)
{
    size_t n = ki_canvas_stride(from);
    memset(line, 0, n * sizeof *line);
    for (uint32_t k = 0; k < taps->ntaps; k++) {
        const uint8_t *row = ki_canvas_row(from, taps->first + k);
        int32_t weight = taps->weights[k];
        for (size_t i = 0; i < n; i++) {
            line[i] += row[i] * weight;
        }
    }
    for (size_t i = 0; i < n; i++) {
        line[i] = (line[i] + 8) >> 4; /* 16 bits, so that a product fits in 31 */
    }
}

static void sum_columns(const int32_t *line, const struct filter *filter,
                        uint32_t width, uint8_t *out)
{
    for (uint32_t x = 0; x < width; x++, out += 3) {
        const struct taps *taps = &filter->taps[x];
        const int32_t *pixel = line + (size_t)taps->first * 3;
        int32_t sums[3] = {1 << 19, 1 << 19, 1 << 19};
        for (uint32_t k = 0; k < taps->ntaps; k++, pixel += 3) {
            for (int i = 0; i < 3; i++) {
                sums[i] += pixel[i] * taps->weights[k];
            }
        }
        for (int i = 0; i < 3; i++) {
            out[i] = (uint8_t)(sums[i] >> 20);
        }
    }
}

static uint32_t scaled(uint32_t side, int percent)
{
    uint32_t result = side * (uint32_t)percent / 100;
    return result > 0 ? result : 1;
}

enum ki_status ki_alter_resize(const struct ki_canvas *from, int amount,
                               struct ki_prng *prng, struct ki_canvas *to)
{
    (void)prng;
    struct filter across = {0};
    struct filter down = {0};
    struct ki_canvas made = {0};
    int32_t *line = malloc(ki_canvas_stride(from) * sizeof *line);
    enum ki_status status = line ? KI_OK : KI_ERR_NO_MEMORY;
    if (status == KI_OK) {
        status = ki_canvas_create(scaled(from->width, amount),
                                  scaled(from->height, amount), &made);
    }
    if (status == KI_OK) {
        status = filter_create(from->width, made.width, &across);
    }
    if (status == KI_OK) {
        status = filter_create(from->height, made.height, &down);
    }
    for (uint32_t y = 0; status == KI_OK && y < made.height; y++) {
        sum_rows(from, &down.taps[y], line);
        sum_columns(line, &across, made.width, ki_canvas_row(&made, y));
    }
    free(line);
    filter_destroy(&across);
    filter_destroy(&down);
    if (status == KI_OK) {
        *to = made;
    } else {
        ki_canvas_destroy(&made);
    }
    return status;
}
