/* SPDX-License-Identifier: Apache-2.0 */
#include "draw.h"

#include <assert.h>
#include <string.h>

struct bounds {
    int x0;
    int y0;
    int x1; /* one past the end */
    int y1;
};

static int min_int(int a, int b)
{
    return a < b ? a : b;
}

static int max_int(int a, int b)
{
    return a > b ? a : b;
}

static struct bounds clip(const struct ki_canvas *canvas, struct ki_rect rect)
{
    return (struct bounds){
        .x0 = max_int(rect.x, 0),
        .y0 = max_int(rect.y, 0),
        .x1 = min_int(rect.x + rect.width, (int)canvas->width),
        .y1 = min_int(rect.y + rect.height, (int)canvas->height),
    };
}

struct ki_color ki_color_make(int r, int g, int b)
{
    return (struct ki_color){{ki_clamp_u8(r), ki_clamp_u8(g), ki_clamp_u8(b)}};
}

struct ki_color ki_color_random(struct ki_prng *prng, int low, int high)
{
    int r = ki_prng_range(prng, low, high);
    int g = ki_prng_range(prng, low, high);
    int b = ki_prng_range(prng, low, high);
    return ki_color_make(r, g, b);
}

struct ki_color ki_color_mix(struct ki_color a, struct ki_color b, int part)
{
    struct ki_color mixed;
    for (int i = 0; i < 3; i++) {
        mixed.rgb[i] = (uint8_t)((a.rgb[i] * (256 - part) + b.rgb[i] * part) >> 8);
    }
    return mixed;
}

static void blend(uint8_t *pixel, struct ki_color color, int opacity)
{
    for (int i = 0; i < 3; i++) {
        pixel[i] =
            (uint8_t)((pixel[i] * (KI_OPAQUE - opacity) + color.rgb[i] * opacity) >> 8);
    }
}

void ki_draw_fill(struct ki_canvas *canvas, struct ki_color color)
{
    struct ki_rect all = {0, 0, (int)canvas->width, (int)canvas->height};
    ki_draw_rect(canvas, all, color, KI_OPAQUE);
}

void ki_draw_rect(struct ki_canvas *canvas, struct ki_rect rect, struct ki_color color,
                  int opacity)
{
    struct bounds at = clip(canvas, rect);
    for (int y = at.y0; y < at.y1; y++) {
        uint8_t *row = ki_canvas_row(canvas, (uint32_t)y);
        for (int x = at.x0; x < at.x1; x++) {
            blend(row + (size_t)x * 3, color, opacity);
        }
    }
}

void ki_draw_frame(struct ki_canvas *canvas, struct ki_rect rect, int thickness,
                   struct ki_color color)
{
    int t = thickness;
    const struct ki_rect sides[4] = {
        {rect.x, rect.y, rect.width, t},
        {rect.x, rect.y + rect.height - t, rect.width, t},
        {rect.x, rect.y, t, rect.height},
        {rect.x + rect.width - t, rect.y, t, rect.height},
    };
    for (int i = 0; i < 4; i++) {
        ki_draw_rect(canvas, sides[i], color, KI_OPAQUE);
    }
}

/* How much of a pixel at squared distance d2 (65,536 on the rim) is covered, 0 … 256.
 */
static int coverage(int64_t d2, int64_t inner)
{
    if (d2 <= inner) {
        return 256;
    }
    return d2 >= 65536 ? 0 : (int)((65536 - d2) * 256 / (65536 - inner));
}

void ki_draw_ellipse(struct ki_canvas *canvas, struct ki_ellipse ellipse,
                     struct ki_color color, int opacity, int softness)
{
    assert(ellipse.rx > 0 && ellipse.ry > 0);
    struct ki_rect box = {ellipse.x - ellipse.rx, ellipse.y - ellipse.ry,
                          2 * ellipse.rx + 1, 2 * ellipse.ry + 1};
    struct bounds at = clip(canvas, box);
    int64_t inner = (int64_t)(256 - softness) * (256 - softness);
    int64_t rx2 = (int64_t)ellipse.rx * ellipse.rx;
    int64_t ry2 = (int64_t)ellipse.ry * ellipse.ry;
    int64_t x_scale = (INT64_C(1) << 32) / rx2;
    for (int y = at.y0; y < at.y1; y++) {
        uint8_t *row = ki_canvas_row(canvas, (uint32_t)y);
        int64_t dy = y - ellipse.y;
        int64_t y_part = dy * dy * 65536 / ry2;
        for (int x = at.x0; x < at.x1; x++) {
            int64_t dx = x - ellipse.x;
            int64_t d2 = y_part + (dx * dx * x_scale >> 16);
            if (d2 < 65536) {
                blend(row + (size_t)x * 3, color, opacity * coverage(d2, inner) >> 8);
            }
        }
    }
}

/* Positive on one side of the line from a to b, negative on the other. */
static int64_t edge(const int *a, const int *b, int x, int y)
{
    return (int64_t)(b[0] - a[0]) * (y - a[1]) - (int64_t)(b[1] - a[1]) * (x - a[0]);
}

static bool in_triangle(const int c[6], int x, int y)
{
    int64_t e0 = edge(c, c + 2, x, y);
    int64_t e1 = edge(c + 2, c + 4, x, y);
    int64_t e2 = edge(c + 4, c, x, y);
    return (e0 >= 0 && e1 >= 0 && e2 >= 0) || (e0 <= 0 && e1 <= 0 && e2 <= 0);
}

void ki_draw_triangle(struct ki_canvas *canvas, const int corners[6],
                      struct ki_color color, int opacity)
{
    const int *c = corners;
    int left = min_int(c[0], min_int(c[2], c[4]));
    int right = max_int(c[0], max_int(c[2], c[4]));
    int top = min_int(c[1], min_int(c[3], c[5]));
    int bottom = max_int(c[1], max_int(c[3], c[5]));
    struct ki_rect box = {left, top, right - left + 1, bottom - top + 1};
    struct bounds at = clip(canvas, box);
    for (int y = at.y0; y < at.y1; y++) {
        uint8_t *row = ki_canvas_row(canvas, (uint32_t)y);
        for (int x = at.x0; x < at.x1; x++) {
            if (in_triangle(corners, x, y)) {
                blend(row + (size_t)x * 3, color, opacity);
            }
        }
    }
}

void ki_draw_noise_map(struct ki_canvas *canvas, const struct ki_noise *noise,
                       const struct ki_color colors[3])
{
    assert(noise->width == canvas->width && noise->height == canvas->height);
    struct ki_color ramp[256];
    for (int i = 0; i < 256; i++) {
        ramp[i] = i < 128 ? ki_color_mix(colors[0], colors[1], 2 * i)
                          : ki_color_mix(colors[1], colors[2], 2 * (i - 128));
    }
    size_t npixels = (size_t)canvas->width * canvas->height;
    for (size_t i = 0; i < npixels; i++) {
        memcpy(canvas->rgb + 3 * i, ramp[noise->values[i] >> 8].rgb, 3);
    }
}

void ki_draw_noise_add(struct ki_canvas *canvas, const struct ki_noise *noise,
                       int strength)
{
    assert(noise->width == canvas->width && noise->height == canvas->height);
    size_t npixels = (size_t)canvas->width * canvas->height;
    for (size_t i = 0; i < npixels; i++) {
        int delta = (noise->values[i] - 32768) * strength / 65536;
        uint8_t *pixel = canvas->rgb + 3 * i;
        for (int k = 0; k < 3; k++) {
            pixel[k] = ki_clamp_u8(pixel[k] + delta);
        }
    }
}

void ki_draw_paste(struct ki_canvas *canvas, int x, int y,
                   const struct ki_canvas *picture)
{
    struct ki_rect rect = {x, y, (int)picture->width, (int)picture->height};
    struct bounds at = clip(canvas, rect);
    if (at.x0 >= at.x1) {
        return;
    }
    for (int row = at.y0; row < at.y1; row++) {
        memcpy(ki_canvas_row(canvas, (uint32_t)row) + (size_t)at.x0 * 3,
               ki_canvas_row(picture, (uint32_t)(row - y)) + (size_t)(at.x0 - x) * 3,
               (size_t)(at.x1 - at.x0) * 3);
    }
}
