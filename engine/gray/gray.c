/* SPDX-License-Identifier: Apache-2.0 */
#include "gray/gray.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/checked.h"
#include "base/cpu.h"

/* The source sample under output x when n samples are stretched to 512. */
static uint32_t nearest_index(uint32_t x, uint32_t n)
{
    return (uint32_t)((uint64_t)x * n / KI_GRAY_NN_SIDE);
}

static bool begin_reducer(struct ki_gray *gray, struct ki_reducer *reducer,
                          uint32_t width, uint32_t height, uint32_t block)
{
    const struct ki_operator *across = ki_operator_get(&gray->operators, width, block);
    const struct ki_operator *down = ki_operator_get(&gray->operators, height, block);
    return across && down && ki_reducer_begin(reducer, gray->fold, across, down);
}

static bool begin_nearest(struct ki_gray *gray)
{
    for (uint32_t x = 0; x < KI_GRAY_NN_SIDE; x++) {
        gray->nn_column[x] = nearest_index(x, gray->shape.width);
    }
    gray->nn_next = 0;
    return begin_reducer(gray, &gray->nearest, KI_GRAY_NN_SIDE, KI_GRAY_NN_SIDE, 1);
}

static bool needs_full(const struct ki_gray *gray)
{
    return !gray->is_stretched || (gray->modes & KI_BIT(KI_MODE_PDQ));
}

bool ki_gray_begin(struct ki_gray *gray, unsigned modes,
                   const struct ki_row_shape *shape)
{
    assert(shape->block == 1 || modes == KI_BIT(KI_MODE_PDQ));
    gray->fold = gray->fold ? gray->fold : ki_fold_best(ki_cpu_features());
    gray->modes = modes;
    gray->shape = *shape;
    gray->nrows = 0;
    gray->nrows_all = ki_row_count(shape);
    bool is_large = shape->width > KI_GRAY_NN_SIDE || shape->height > KI_GRAY_NN_SIDE;
    gray->is_stretched = is_large && (modes & KI_BIT(KI_MODE_PDQ_NN512));

    void *luma = gray->luma;
    bool reserved =
        ki_array_reserve(&luma, &gray->luma_capacity,
                         (size_t)shape->width * KI_GRAY_LUMA_ROWS, sizeof(float));
    gray->luma = luma;
    return reserved && (!gray->is_stretched || begin_nearest(gray)) &&
           (!needs_full(gray) || begin_reducer(gray, &gray->full, shape->width,
                                               shape->height, shape->block));
}

/* A row as bytes if they are luma, else as floats. */
static void push_nearest(struct ki_gray *gray, const uint8_t *samples,
                         const float *luma, uint32_t y)
{
    uint32_t height = gray->shape.height;
    if (nearest_index(gray->nn_next, height) != y) {
        return;
    }
    for (uint32_t x = 0; x < KI_GRAY_NN_SIDE; x++) {
        uint32_t column = gray->nn_column[x];
        gray->nn_row[x] = luma ? luma[column] : (float)samples[column];
    }
    while (gray->nn_next < KI_GRAY_NN_SIDE &&
           nearest_index(gray->nn_next, height) == y) {
        ki_reducer_floats(&gray->nearest, gray->nn_row, KI_GRAY_NN_SIDE, 1);
        gray->nn_next++;
    }
}

/* Colours become luma first, in rows of their own; at most KI_GRAY_LUMA_ROWS. */
static void take_color_rows(struct ki_gray *gray, const uint8_t *samples,
                            size_t stride_nbytes, uint32_t count)
{
    size_t width = ki_row_width(&gray->shape);
    for (size_t y = 0; y < count; y++) {
        gray->fold->luma(gray->luma + y * width, samples + y * stride_nbytes, width,
                         (size_t)gray->shape.layout);
    }
    if (needs_full(gray)) {
        ki_reducer_floats(&gray->full, gray->luma, width, count);
    }
    for (uint32_t y = 0; gray->is_stretched && y < count; y++) {
        push_nearest(gray, NULL, gray->luma + y * width, gray->nrows + y);
    }
}

static void take_gray_rows(struct ki_gray *gray, const uint8_t *samples,
                           size_t stride_nbytes, uint32_t count)
{
    if (needs_full(gray)) {
        ki_reducer_bytes(&gray->full, samples, stride_nbytes, count);
    }
    for (uint32_t y = 0; gray->is_stretched && y < count; y++) {
        push_nearest(gray, samples + y * stride_nbytes, NULL, gray->nrows + y);
    }
}

void ki_gray_rows(struct ki_gray *gray, const uint8_t *samples, size_t stride_nbytes,
                  uint32_t count)
{
    if (gray->shape.layout == KI_ROW_GRAY8) {
        take_gray_rows(gray, samples, stride_nbytes, count);
        gray->nrows += count;
        return;
    }
    while (count > 0) {
        uint32_t some = count < KI_GRAY_LUMA_ROWS ? count : KI_GRAY_LUMA_ROWS;
        take_color_rows(gray, samples, stride_nbytes, some);
        gray->nrows += some;
        samples += some * stride_nbytes;
        count -= some;
    }
}

const float *ki_gray_result(const struct ki_gray *gray, enum ki_mode mode)
{
    if (gray->nrows != gray->nrows_all || !(gray->modes & KI_BIT(mode))) {
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
    ki_operator_cache_free(&gray->operators);
    free(gray->luma);
    memset(gray, 0, sizeof *gray);
}
