/* SPDX-License-Identifier: Apache-2.0 */
/* A slanted gradient with ellipses, rectangles and triangles over it. */
#include "synth.h"

static void draw_gradient(struct ki_canvas *canvas, struct ki_prng *prng)
{
    struct ki_color a = ki_color_random(prng, 0, 160);
    struct ki_color b = ki_color_random(prng, 90, 255);
    int across = ki_prng_range(prng, -256, 256);
    int down = ki_prng_below(prng, 2) ? 256 : -256;
    int width = (int)canvas->width;
    int height = (int)canvas->height;
    int low = (across < 0 ? across : 0) + (down < 0 ? down : 0);
    int high = (across > 0 ? across : 0) + (down > 0 ? down : 0);
    for (int y = 0; y < height; y++) {
        uint8_t *pixel = ki_canvas_row(canvas, (uint32_t)y);
        for (int x = 0; x < width; x++, pixel += 3) {
            int position = across * x / width + down * y / height;
            struct ki_color color =
                ki_color_mix(a, b, (position - low) * 256 / (high - low));
            for (int i = 0; i < 3; i++) {
                pixel[i] = color.rgb[i];
            }
        }
    }
}

static void draw_shape(struct ki_canvas *canvas, struct ki_prng *prng)
{
    int width = (int)canvas->width;
    int height = (int)canvas->height;
    int x = ki_prng_range(prng, 0, width);
    int y = ki_prng_range(prng, 0, height);
    int w = ki_prng_range(prng, width / 20, width / 4) + 1;
    int h = ki_prng_range(prng, height / 20, height / 4) + 1;
    struct ki_color color = ki_color_random(prng, 0, 255);
    int opacity = ki_prng_range(prng, 150, KI_OPAQUE);
    switch (ki_prng_below(prng, 3)) {
    case 0:
        ki_draw_ellipse(canvas, (struct ki_ellipse){x, y, w, h}, color, opacity,
                        ki_prng_range(prng, 0, 120));
        break;
    case 1:
        ki_draw_rect(canvas, (struct ki_rect){x - w / 2, y - h / 2, w, h}, color,
                     opacity);
        break;
    default: {
        int right = y + ki_prng_range(prng, -h, h);
        int left = y + ki_prng_range(prng, -h, h);
        const int corners[6] = {x, y - h, x + w, right, x - w, left};
        ki_draw_triangle(canvas, corners, color, opacity);
        break;
    }
    }
}

enum ki_status ki_synth_shapes(struct ki_canvas *canvas, struct ki_prng *prng)
{
    draw_gradient(canvas, prng);
    for (int i = ki_prng_range(prng, 14, 34); i > 0; i--) {
        draw_shape(canvas, prng);
    }
    struct ki_noise_shape grain = {(uint32_t)ki_prng_range(prng, 3, 8), 5, 190};
    return ki_synth_texture(canvas, &grain, ki_prng_range(prng, 40, 90), prng);
}
