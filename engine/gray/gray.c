/* SPDX-License-Identifier: Apache-2.0 */
#include "gray/gray.h"

#include <stdlib.h>
#include <string.h>

#include "base/checked.h"

/* The source sample under output x when n samples are stretched to 512. */
static uint32_t nearest_index(uint32_t x, uint32_t n)
{
    return (uint32_t)((uint64_t)x * n / KI_GRAY_NN_SIDE);
}

static bool begin_nearest(struct ki_gray *gray)
{
    for (uint32_t x = 0; x < KI_GRAY_NN_SIDE; x++) {
        gray->nn_column[x] = nearest_index(x, gray->width);
    }
    gray->nn_next = 0;
    return ki_reducer_begin(&gray->nearest, KI_GRAY_NN_SIDE, KI_GRAY_NN_SIDE);
}

bool ki_gray_begin(struct ki_gray *gray, unsigned modes, uint32_t width,
                   uint32_t height, enum ki_row_layout layout)
{
    gray->modes = modes;
    gray->layout = layout;
    gray->width = width;
    gray->height = height;
    gray->nrows = 0;
    bool is_large = width > KI_GRAY_NN_SIDE || height > KI_GRAY_NN_SIDE;
    gray->is_stretched = is_large && (modes & KI_BIT(KI_MODE_PDQ_NN512));
    bool needs_full = !gray->is_stretched || (modes & KI_BIT(KI_MODE_PDQ));

    void *luma = gray->luma;
    bool reserved = ki_array_reserve(&luma, &gray->luma_capacity, width, sizeof(float));
    gray->luma = luma;
    return reserved && (!gray->is_stretched || begin_nearest(gray)) &&
           (!needs_full || ki_reducer_begin(&gray->full, width, height));
}

static void luma_from_gray(float *restrict luma, const uint8_t *restrict samples,
                           uint32_t width)
{
    for (uint32_t x = 0; x < width; x++) {
        luma[x] = (float)samples[x];
    }
}

static void luma_from_rgb(float *restrict luma, const uint8_t *restrict samples,
                          uint32_t width)
{
    for (size_t x = 0; x < width; x++) {
        luma[x] = 0.299f * (float)samples[3 * x] + 0.587f * (float)samples[3 * x + 1] +
                  0.114f * (float)samples[3 * x + 2];
    }
}

static void push_nearest(struct ki_gray *gray, uint32_t y)
{
    if (nearest_index(gray->nn_next, gray->height) != y) {
        return;
    }
    for (uint32_t x = 0; x < KI_GRAY_NN_SIDE; x++) {
        gray->nn_row[x] = gray->luma[gray->nn_column[x]];
    }
    while (gray->nn_next < KI_GRAY_NN_SIDE &&
           nearest_index(gray->nn_next, gray->height) == y) {
        ki_reducer_row(&gray->nearest, gray->nn_row);
        gray->nn_next++;
    }
}

void ki_gray_row(struct ki_gray *gray, const uint8_t *samples)
{
    uint32_t y = gray->nrows++;
    if (gray->layout == KI_ROW_GRAY8) {
        luma_from_gray(gray->luma, samples, gray->width);
    } else {
        luma_from_rgb(gray->luma, samples, gray->width);
    }
    if (!gray->is_stretched || (gray->modes & KI_BIT(KI_MODE_PDQ))) {
        ki_reducer_row(&gray->full, gray->luma);
    }
    if (gray->is_stretched) {
        push_nearest(gray, y);
    }
}

const float *ki_gray_result(const struct ki_gray *gray, enum ki_mode mode)
{
    if (gray->nrows != gray->height || !(gray->modes & KI_BIT(mode))) {
        return NULL;
    }
    if (mode == KI_MODE_PDQ_NN512 && gray->is_stretched) {
        return gray->nearest.out;
    }
    return gray->full.out;
}

void ki_gray_free(struct ki_gray *gray)
{
    ki_reducer_free(&gray->full);
    ki_reducer_free(&gray->nearest);
    free(gray->luma);
    memset(gray, 0, sizeof *gray);
}
