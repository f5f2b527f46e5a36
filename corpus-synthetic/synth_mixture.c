/* SPDX-License-Identifier: Apache-2.0 */
/* A collage: the canvas cut twice at random, another picture in each part. */
#include "synth.h"

enum ki_status ki_synth_mixture(struct ki_canvas *canvas, struct ki_prng *prng)
{
    int width = (int)canvas->width;
    int height = (int)canvas->height;
    int cut = width * ki_prng_range(prng, 30, 70) / 100;
    int left = height * ki_prng_range(prng, 30, 70) / 100;
    int right = height * ki_prng_range(prng, 30, 70) / 100;
    const struct ki_rect parts[4] = {
        {0, 0, cut, left},
        {0, left, cut, height - left},
        {cut, 0, width - cut, right},
        {cut, right, width - cut, height - right},
    };
    enum ki_status status = KI_OK;
    for (int i = 0; i < 4 && status == KI_OK; i++) {
        status = ki_synth_inset(canvas, parts[i], prng);
    }
    if (status != KI_OK) {
        return status;
    }
    struct ki_noise_shape light = {2, 3, 140};
    return ki_synth_texture(canvas, &light, 60, prng);
}
