/* SPDX-License-Identifier: Apache-2.0 */
#include "low.h"

#include "draw.h"

static const char low_information[] = "low-information";
static const char too_small[] = "too-small";

static void draw_flat(struct ki_canvas *canvas, struct ki_prng *prng)
{
    ki_draw_fill(canvas, ki_color_random(prng, 0, 255));
}

/* Flat but for one grey level here and there. */
static void draw_near_flat(struct ki_canvas *canvas, struct ki_prng *prng)
{
    int gray = ki_prng_range(prng, 20, 230);
    size_t nsamples = ki_canvas_stride(canvas) * canvas->height;
    for (size_t i = 0; i < nsamples; i++) {
        canvas->rgb[i] = (uint8_t)(gray + (int)(ki_prng_next(prng) >> 63));
    }
}

static void draw_checkers(struct ki_canvas *canvas, struct ki_prng *prng)
{
    int cell = 8 << ki_prng_below(prng, 3);
    struct ki_color dark = ki_color_random(prng, 0, 60);
    struct ki_color bright = ki_color_random(prng, 200, 255);
    ki_draw_fill(canvas, dark);
    for (int y = 0; y < (int)canvas->height; y += cell) {
        for (int x = y / cell % 2 * cell; x < (int)canvas->width; x += 2 * cell) {
            ki_draw_rect(canvas, (struct ki_rect){x, y, cell, cell}, bright, KI_OPAQUE);
        }
    }
}

/* One pixel wide columns (or, turned, rows) whose colour depends on the position. */
static void draw_bands(struct ki_canvas *canvas, bool is_across, struct ki_color a,
                       struct ki_color b, int period)
{
    int width = (int)canvas->width;
    int height = (int)canvas->height;
    int side = is_across ? width : height;
    for (int i = 0; i < side; i++) {
        int part = period ? i / period % 2 * 256 : i * 256 / side;
        struct ki_rect column = {i, 0, 1, height};
        struct ki_rect row = {0, i, width, 1};
        ki_draw_rect(canvas, is_across ? column : row, ki_color_mix(a, b, part),
                     KI_OPAQUE);
    }
}

static void draw_gradient_x(struct ki_canvas *canvas, struct ki_prng *prng)
{
    struct ki_color a = ki_color_random(prng, 0, 60);
    draw_bands(canvas, true, a, ki_color_random(prng, 200, 255), 0);
}

static void draw_gradient_y(struct ki_canvas *canvas, struct ki_prng *prng)
{
    struct ki_color a = ki_color_random(prng, 180, 255);
    draw_bands(canvas, false, a, ki_color_random(prng, 0, 80), 0);
}

static void draw_stripes_x(struct ki_canvas *canvas, struct ki_prng *prng)
{
    struct ki_color a = ki_color_random(prng, 0, 60);
    struct ki_color b = ki_color_random(prng, 200, 255);
    draw_bands(canvas, true, a, b, 16 << ki_prng_below(prng, 2));
}

static void draw_stripes_y(struct ki_canvas *canvas, struct ki_prng *prng)
{
    struct ki_color a = ki_color_random(prng, 0, 60);
    struct ki_color b = ki_color_random(prng, 200, 255);
    draw_bands(canvas, false, a, b, 16 << ki_prng_below(prng, 2));
}

static void draw_random(struct ki_canvas *canvas, struct ki_prng *prng)
{
    ki_prng_fill(prng, canvas->rgb, ki_canvas_stride(canvas) * canvas->height);
}

static const struct ki_low lows[] = {
    {"flat", draw_flat, 512, 384, low_information},
    {"near-flat", draw_near_flat, 512, 384, low_information},
    {"checkerboard", draw_checkers, 512, 512, low_information},
    {"gradient-x", draw_gradient_x, 640, 480, low_information},
    {"gradient-y", draw_gradient_y, 640, 480, low_information},
    {"stripes-x", draw_stripes_x, 512, 512, low_information},
    {"stripes-y", draw_stripes_y, 512, 512, low_information},
    {"four-pixels-high", draw_random, 640, 4, too_small},
    {"four-pixels-wide", draw_random, 4, 640, too_small},
    {"one-pixel", draw_random, 1, 1, too_small},
};

const struct ki_low *ki_low_at(size_t i)
{
    return i < sizeof lows / sizeof lows[0] ? &lows[i] : NULL;
}
