/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One octave is a grid of random values, interpolated with smoothstep weights: first
 * between two grid rows (a handful of values), then along the row of pixels.
 */
#include "noise.h"

#include <stdlib.h>

enum { WEIGHT_ONE = 1024, FIRST_AMPLITUDE = 1 << 12, GRID_MAX = 1023 };

struct axis {
    uint32_t *cells;  /* grid cell of each pixel */
    int32_t *weights; /* 0 … WEIGHT_ONE towards the next grid point */
};

struct octave {
    struct axis x;
    struct axis y;
    uint32_t ncolumns; /* of grid points */
    int32_t *grid;
    int32_t *line; /* one grid row, interpolated between two */
};

static int32_t smoothstep(uint32_t position, uint32_t period)
{
    uint64_t t = (uint64_t)position * WEIGHT_ONE / period;
    return (int32_t)(t * t * (UINT64_C(3) * WEIGHT_ONE - 2 * t) / WEIGHT_ONE /
                     WEIGHT_ONE);
}

static enum ki_status axis_create(uint32_t npixels, uint32_t period, struct axis *axis)
{
    axis->cells = malloc(npixels * sizeof *axis->cells);
    axis->weights = malloc(npixels * sizeof *axis->weights);
    if (!axis->cells || !axis->weights) {
        return KI_ERR_NO_MEMORY;
    }
    for (uint32_t i = 0; i < npixels; i++) {
        axis->cells[i] = i / period;
        axis->weights[i] = smoothstep(i % period, period);
    }
    return KI_OK;
}

static void octave_destroy(struct octave *octave)
{
    free(octave->x.cells);
    free(octave->x.weights);
    free(octave->y.cells);
    free(octave->y.weights);
    free(octave->grid);
    free(octave->line);
}

static enum ki_status octave_create(const struct ki_noise *noise, uint32_t period,
                                    int32_t amplitude, struct ki_prng *prng,
                                    struct octave *octave)
{
    *octave = (struct octave){.ncolumns = noise->width / period + 2};
    size_t npoints = (size_t)octave->ncolumns * (noise->height / period + 2);
    octave->grid = calloc(npoints, sizeof *octave->grid);
    octave->line = calloc(octave->ncolumns, sizeof *octave->line);
    if (!octave->grid || !octave->line ||
        axis_create(noise->width, period, &octave->x) != KI_OK ||
        axis_create(noise->height, period, &octave->y) != KI_OK) {
        octave_destroy(octave);
        return KI_ERR_NO_MEMORY;
    }
    for (size_t i = 0; i < npoints; i++) {
        int32_t value = (int32_t)ki_prng_below(prng, GRID_MAX + 1);
        octave->grid[i] = value * amplitude / FIRST_AMPLITUDE;
    }
    return KI_OK;
}

static void octave_add_row(const struct octave *octave, uint32_t y, uint32_t width,
                           int32_t *sums)
{
    const int32_t *above = octave->grid + (size_t)octave->y.cells[y] * octave->ncolumns;
    const int32_t *below = above + octave->ncolumns;
    int32_t weight = octave->y.weights[y];
    for (uint32_t i = 0; i < octave->ncolumns; i++) {
        octave->line[i] = above[i] * (WEIGHT_ONE - weight) + below[i] * weight;
    }
    for (uint32_t x = 0; x < width; x++) {
        const int32_t *left = octave->line + octave->x.cells[x];
        /* The line has 20 bits; 16 keep the product with a weight in 31. */
        int32_t a = left[0] >> 4;
        int32_t b = left[1] >> 4;
        sums[x] += a + ((b - a) * (octave->x.weights[x] >> 2) >> 8);
    }
}

static enum ki_status sum_octaves(const struct ki_noise *noise,
                                  const struct ki_noise_shape *shape,
                                  struct ki_prng *prng, int32_t *sums)
{
    uint32_t longer = noise->width > noise->height ? noise->width : noise->height;
    uint32_t ncells = shape->ncells;
    uint32_t amplitude = FIRST_AMPLITUDE;
    for (uint32_t i = 0; i < shape->noctaves && ncells <= longer; i++) {
        uint32_t period = (longer + ncells - 1) / ncells;
        struct octave octave;
        if (octave_create(noise, period, (int32_t)amplitude, prng, &octave) != KI_OK) {
            return KI_ERR_NO_MEMORY;
        }
        for (uint32_t y = 0; y < noise->height; y++) {
            octave_add_row(&octave, y, noise->width, sums + (size_t)y * noise->width);
        }
        octave_destroy(&octave);
        ncells *= 2;
        amplitude = amplitude * shape->persistence / 256;
    }
    return KI_OK;
}

static void stretch(const int32_t *sums, size_t n, uint16_t *values)
{
    int32_t low = sums[0];
    int32_t high = sums[0];
    for (size_t i = 1; i < n; i++) {
        low = sums[i] < low ? sums[i] : low;
        high = sums[i] > high ? sums[i] : high;
    }
    uint32_t range = high > low ? (uint32_t)(high - low) : 1;
    uint64_t scale = ((uint64_t)UINT16_MAX << 16) / range;
    for (size_t i = 0; i < n; i++) {
        values[i] = (uint16_t)((uint32_t)(sums[i] - low) * scale >> 16);
    }
}

enum ki_status ki_noise_create(uint32_t width, uint32_t height,
                               const struct ki_noise_shape *shape, struct ki_prng *prng,
                               struct ki_noise *noise)
{
    size_t n = (size_t)width * height;
    int32_t *sums = calloc(n, sizeof *sums);
    struct ki_noise made = {width, height, malloc(n * sizeof *made.values)};
    enum ki_status status = KI_ERR_NO_MEMORY;
    if (sums && made.values) {
        status = sum_octaves(&made, shape, prng, sums);
    }
    if (status == KI_OK) {
        stretch(sums, n, made.values);
        *noise = made;
    } else {
        ki_noise_destroy(&made);
    }
    free(sums);
    return status;
}

void ki_noise_destroy(struct ki_noise *noise)
{
    free(noise->values);
    *noise = (struct ki_noise){0};
}
