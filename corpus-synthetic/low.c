/* SPDX-License-Identifier: Apache-2.0 */
#include "low.h"

#include "draw.h"

enum { MAX_TRIES = 64, SURE_QUALITY = 45 /* clear of the gate at 50 */ };

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

static struct ki_rect band(const struct ki_canvas *canvas, bool is_across, int at,
                           int thickness)
{
    struct ki_rect column = {at, 0, thickness, (int)canvas->height};
    struct ki_rect row = {0, at, (int)canvas->width, thickness};
    return is_across ? column : row;
}

static void draw_gradient(struct ki_canvas *canvas, bool is_across, struct ki_color a,
                          struct ki_color b)
{
    int side = (int)(is_across ? canvas->width : canvas->height);
    for (int i = 0; i < side; i++) {
        ki_draw_rect(canvas, band(canvas, is_across, i, 1),
                     ki_color_mix(a, b, i * 256 / side), KI_OPAQUE);
    }
}

static void draw_gradient_x(struct ki_canvas *canvas, struct ki_prng *prng)
{
    struct ki_color a = ki_color_random(prng, 0, 60);
    draw_gradient(canvas, true, a, ki_color_random(prng, 200, 255));
}

static void draw_gradient_y(struct ki_canvas *canvas, struct ki_prng *prng)
{
    struct ki_color a = ki_color_random(prng, 180, 255);
    draw_gradient(canvas, false, a, ki_color_random(prng, 0, 80));
}

/* Stripes of several widths that fade along their length. Unfading ones would have no
 * coefficient but zero, and a hash of rounding noise that is another on every decoder;
 * these have a hash, and it is that of a comb. */
static void draw_stripes(struct ki_canvas *canvas, bool is_across, struct ki_prng *prng)
{
    int side = (int)(is_across ? canvas->width : canvas->height);
    int length = (int)(is_across ? canvas->height : canvas->width);
    struct ki_color gray = ki_color_make(128, 128, 128);
    struct ki_color bright = ki_color_random(prng, 200, 255);
    ki_draw_fill(canvas, ki_color_random(prng, 0, 60));
    for (int at = 0; at < side; at += ki_prng_range(prng, 40, 110)) {
        ki_draw_rect(canvas, band(canvas, is_across, at, ki_prng_range(prng, 12, 36)),
                     bright, KI_OPAQUE);
    }
    for (int i = 0; i < length; i++) {
        int part = (int)((int64_t)i * i * 230 / ((int64_t)length * length));
        ki_draw_rect(canvas, band(canvas, !is_across, i, 1), gray, part);
    }
}

static void draw_stripes_x(struct ki_canvas *canvas, struct ki_prng *prng)
{
    draw_stripes(canvas, true, prng);
}

static void draw_stripes_y(struct ki_canvas *canvas, struct ki_prng *prng)
{
    draw_stripes(canvas, false, prng);
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

static bool is_caught(const struct ki_canvas_hashes *hashes)
{
    return hashes->quality < SURE_QUALITY || ki_pdq_is_degenerate(&hashes->hashes[0]);
}

enum ki_status ki_low_make(const struct ki_low *low, uint64_t seed,
                           struct ki_canvas *canvas, struct ki_canvas_hashes *hashes)
{
    struct ki_canvas made;
    enum ki_status status = ki_canvas_create(low->width, low->height, &made);
    if (status != KI_OK) {
        return status;
    }
    for (uint64_t i = 0; i < MAX_TRIES && status == KI_OK; i++) {
        struct ki_prng prng;
        ki_prng_seed(&prng, seed, i);
        low->draw(&made, &prng);
        status = ki_canvas_hash(&made, hashes);
        if (status == KI_OK && is_caught(hashes)) {
            *canvas = made;
            return KI_OK;
        }
    }
    ki_canvas_destroy(&made);
    return status == KI_OK ? KI_ERR_LIMIT : status;
}
