/* SPDX-License-Identifier: Apache-2.0 */
/* Clouds and marble: one noise field through three colours, with soft lights. */
#include "synth.h"

enum ki_status ki_synth_clouds(struct ki_canvas *canvas, struct ki_prng *prng)
{
    struct ki_noise_shape shape = {.noctaves = 7};
    shape.ncells = (uint32_t)ki_prng_range(prng, 3, 6);
    shape.persistence = (uint32_t)ki_prng_range(prng, 130, 175);
    struct ki_color colors[3];
    for (int i = 0; i < 3; i++) {
        colors[i] = ki_color_random(prng, 90 * i, 75 + 90 * i);
    }
    struct ki_noise noise;
    enum ki_status status =
        ki_noise_create(canvas->width, canvas->height, &shape, prng, &noise);
    if (status != KI_OK) {
        return status;
    }
    ki_draw_noise_map(canvas, &noise, colors);
    ki_noise_destroy(&noise);
    int width = (int)canvas->width;
    int height = (int)canvas->height;
    for (int i = ki_prng_range(prng, 1, 4); i > 0; i--) {
        int x = ki_prng_range(prng, 0, width);
        int y = ki_prng_range(prng, 0, height);
        struct ki_ellipse light = {x, y, width / 5 + 1, height / 5 + 1};
        ki_draw_ellipse(canvas, light, ki_color_random(prng, 0, 255), 200, 256);
    }
    return KI_OK;
}
