/* SPDX-License-Identifier: Apache-2.0 */
/* Sky with clouds and a sun, ridges one before the other, textured ground. */
#include "synth.h"

static void draw_sky(struct ki_canvas *canvas, const struct ki_noise *clouds,
                     struct ki_prng *prng)
{
    static const int top_low[3] = {10, 40, 120};
    static const int bottom_low[3] = {150, 130, 120};
    struct ki_color top;
    struct ki_color bottom;
    for (int i = 0; i < 3; i++) {
        top.rgb[i] = (uint8_t)ki_prng_range(prng, top_low[i], top_low[i] + 90);
        bottom.rgb[i] =
            (uint8_t)ki_prng_range(prng, bottom_low[i], bottom_low[i] + 100);
    }
    struct ki_color white = ki_color_random(prng, 215, 255);
    int cover = ki_prng_range(prng, 60, 150); /* where clouds begin, of 256 */
    for (uint32_t y = 0; y < canvas->height; y++) {
        struct ki_color sky =
            ki_color_mix(top, bottom, (int)(y * 256 / canvas->height));
        uint8_t *pixel = ki_canvas_row(canvas, y);
        const uint16_t *noise = ki_noise_row(clouds, y);
        for (uint32_t x = 0; x < canvas->width; x++, pixel += 3) {
            int part = ((noise[x] >> 8) - cover) * 3;
            part = part < 0 ? 0 : part > 256 ? 256 : part;
            for (int i = 0; i < 3; i++) {
                pixel[i] =
                    (uint8_t)((sky.rgb[i] * (256 - part) + white.rgb[i] * part) >> 8);
            }
        }
    }
}

struct ridge {
    int top;    /* of the highest peak */
    int relief; /* from peak to valley, pixels */
    struct ki_color color;
    int texture; /* strength in grey levels */
};

static void draw_ridge_column(struct ki_canvas *canvas, const struct ki_noise *ground,
                              uint32_t x, int from, const struct ridge *ridge)
{
    for (int y = from < 0 ? 0 : from; y < (int)canvas->height; y++) {
        uint8_t *pixel = ki_canvas_row(canvas, (uint32_t)y) + (size_t)x * 3;
        int noise = ki_noise_row(ground, (uint32_t)y)[x];
        int delta = (noise - 32768) * ridge->texture / 65536;
        for (int i = 0; i < 3; i++) {
            pixel[i] = ki_clamp_u8(ridge->color.rgb[i] + delta);
        }
    }
}

static enum ki_status draw_ridge(struct ki_canvas *canvas,
                                 const struct ki_noise *ground,
                                 const struct ridge *ridge, struct ki_prng *prng)
{
    struct ki_noise_shape shape = {(uint32_t)ki_prng_range(prng, 2, 6), 7, 135};
    struct ki_noise line;
    enum ki_status status = ki_noise_create(canvas->width, 1, &shape, prng, &line);
    if (status != KI_OK) {
        return status;
    }
    for (uint32_t x = 0; x < canvas->width; x++) {
        int from = ridge->top + line.values[x] * ridge->relief / 65536;
        draw_ridge_column(canvas, ground, x, from, ridge);
    }
    ki_noise_destroy(&line);
    return KI_OK;
}

static enum ki_status draw_ridges(struct ki_canvas *canvas,
                                  const struct ki_noise *ground, struct ki_prng *prng)
{
    int height = (int)canvas->height;
    int nridges = ki_prng_range(prng, 2, 4);
    struct ki_color far = ki_color_random(prng, 110, 190);
    struct ki_color near = ki_color_random(prng, 10, 90);
    int top = height * ki_prng_range(prng, 20, 45) / 100;
    enum ki_status status = KI_OK;
    for (int i = 0; i < nridges && status == KI_OK; i++) {
        struct ridge ridge = {
            .top = top,
            .relief = height * ki_prng_range(prng, 20, 45) / 100,
            .color = ki_color_mix(far, near, 256 * i / nridges),
            .texture = 60 + 40 * i,
        };
        status = draw_ridge(canvas, ground, &ridge, prng);
        top += height * ki_prng_range(prng, 12, 22) / 100;
    }
    return status;
}

static void draw_sun(struct ki_canvas *canvas, struct ki_prng *prng)
{
    int width = (int)canvas->width;
    int height = (int)canvas->height;
    int radius = (width + height) / 30 + 1;
    int x = ki_prng_range(prng, 0, width);
    int y = ki_prng_range(prng, 0, height / 3);
    struct ki_ellipse sun = {x, y, radius, radius};
    struct ki_ellipse halo = {sun.x, sun.y, 3 * radius, 3 * radius};
    struct ki_color color = ki_color_make(255, 245, ki_prng_range(prng, 150, 230));
    ki_draw_ellipse(canvas, halo, color, 140, 256);
    ki_draw_ellipse(canvas, sun, color, KI_OPAQUE, 30);
}

enum ki_status ki_synth_landscape(struct ki_canvas *canvas, struct ki_prng *prng)
{
    struct ki_noise_shape cloud_shape = {(uint32_t)ki_prng_range(prng, 2, 4), 5, 140};
    struct ki_noise_shape ground_shape = {(uint32_t)ki_prng_range(prng, 4, 8), 6, 175};
    struct ki_noise clouds = {0};
    struct ki_noise ground = {0};
    enum ki_status status =
        ki_noise_create(canvas->width, canvas->height, &cloud_shape, prng, &clouds);
    if (status == KI_OK) {
        status = ki_noise_create(canvas->width, canvas->height, &ground_shape, prng,
                                 &ground);
    }
    if (status == KI_OK) {
        draw_sky(canvas, &clouds, prng);
        draw_sun(canvas, prng);
        status = draw_ridges(canvas, &ground, prng);
    }
    ki_noise_destroy(&clouds);
    ki_noise_destroy(&ground);
    return status;
}
