/* SPDX-License-Identifier: Apache-2.0 */
/* Blur and sharpen with the binomial filter 1 4 6 4 1, in both directions. */
#include "alter.h"

#include <stdlib.h>
#include <string.h>

static uint32_t clamp_row(const struct ki_canvas *canvas, int64_t y)
{
    return y < 0 ? 0 : y >= canvas->height ? canvas->height - 1 : (uint32_t)y;
}

static void blur_down(const struct ki_canvas *from, uint32_t y, uint8_t *out)
{
    const uint8_t *r[5];
    for (int k = 0; k < 5; k++) {
        r[k] = ki_canvas_row(from, clamp_row(from, (int64_t)y + k - 2));
    }
    size_t n = ki_canvas_stride(from);
    for (size_t i = 0; i < n; i++) {
        int sum = r[0][i] + r[4][i] + 4 * (r[1][i] + r[3][i]) + 6 * r[2][i];
        out[i] = (uint8_t)((sum + 8) >> 4);
    }
}

/* line has room for two more pixels at either end, which repeat the outermost. */
static void blur_across(uint8_t *line, size_t stride, uint8_t *out)
{
    for (size_t i = 0; i < 6; i++) {
        line[i] = line[6 + i % 3];
        line[6 + stride + i] = line[3 + stride + i % 3];
    }
    for (size_t i = 0; i < stride; i++) {
        const uint8_t *p = line + i;
        int sum = p[0] + p[12] + 4 * (p[3] + p[9]) + 6 * p[6];
        out[i] = (uint8_t)((sum + 8) >> 4);
    }
}

static enum ki_status blur_once(const struct ki_canvas *from, struct ki_canvas *to)
{
    size_t stride = ki_canvas_stride(from);
    uint8_t *line = malloc(stride + 12);
    if (!line) {
        return KI_ERR_NO_MEMORY;
    }
    enum ki_status status = ki_canvas_create(from->width, from->height, to);
    for (uint32_t y = 0; status == KI_OK && y < from->height; y++) {
        blur_down(from, y, line + 6);
        blur_across(line, stride, ki_canvas_row(to, y));
    }
    free(line);
    return status;
}

enum ki_status ki_alter_blur(const struct ki_canvas *from, int amount,
                             struct ki_prng *prng, struct ki_canvas *to)
{
    (void)prng;
    enum ki_status status = ki_canvas_copy(from, to);
    for (int i = 0; status == KI_OK && i < amount; i++) {
        struct ki_canvas blurred = {0};
        status = blur_once(to, &blurred);
        ki_canvas_destroy(to);
        *to = blurred;
    }
    return status;
}

enum ki_status ki_alter_sharpen(const struct ki_canvas *from, int amount,
                                struct ki_prng *prng, struct ki_canvas *to)
{
    (void)prng;
    enum ki_status status = blur_once(from, to);
    if (status != KI_OK) {
        return status;
    }
    size_t nsamples = ki_canvas_stride(to) * to->height;
    for (size_t i = 0; i < nsamples; i++) {
        int value = from->rgb[i];
        to->rgb[i] = ki_clamp_u8(value + (value - to->rgb[i]) * amount / 100);
    }
    return KI_OK;
}
