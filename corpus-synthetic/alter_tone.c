/* SPDX-License-Identifier: Apache-2.0 */
/* Alterations of single pixels, most of them through a table of 256 values. */
#include "alter.h"

#include <math.h>

enum ki_status ki_alter_none(const struct ki_canvas *from, int amount,
                             struct ki_prng *prng, struct ki_canvas *to)
{
    (void)amount;
    (void)prng;
    return ki_canvas_copy(from, to);
}

static enum ki_status apply_table(const struct ki_canvas *from,
                                  const uint8_t table[256], struct ki_canvas *to)
{
    enum ki_status status = ki_canvas_copy(from, to);
    if (status != KI_OK) {
        return status;
    }
    size_t nsamples = ki_canvas_stride(to) * to->height;
    for (size_t i = 0; i < nsamples; i++) {
        to->rgb[i] = table[to->rgb[i]];
    }
    return KI_OK;
}

enum ki_status ki_alter_brightness(const struct ki_canvas *from, int amount,
                                   struct ki_prng *prng, struct ki_canvas *to)
{
    (void)prng;
    uint8_t table[256];
    for (int i = 0; i < 256; i++) {
        table[i] = ki_clamp_u8(i + amount);
    }
    return apply_table(from, table, to);
}

enum ki_status ki_alter_contrast(const struct ki_canvas *from, int amount,
                                 struct ki_prng *prng, struct ki_canvas *to)
{
    (void)prng;
    uint8_t table[256];
    for (int i = 0; i < 256; i++) {
        table[i] = ki_clamp_u8(128 + (i - 128) * amount / 100);
    }
    return apply_table(from, table, to);
}

enum ki_status ki_alter_gamma(const struct ki_canvas *from, int amount,
                              struct ki_prng *prng, struct ki_canvas *to)
{
    (void)prng;
    uint8_t table[256];
    for (int i = 0; i < 256; i++) {
        /* Square roots and products are rounded alike everywhere; pow is not. */
        double fourth_root = sqrt(sqrt(i / 255.0));
        double value = 255.0;
        for (int k = 0; k < amount; k++) {
            value *= fourth_root;
        }
        table[i] = ki_clamp_u8((int)(value + 0.5));
    }
    return apply_table(from, table, to);
}

enum ki_status ki_alter_saturation(const struct ki_canvas *from, int amount,
                                   struct ki_prng *prng, struct ki_canvas *to)
{
    (void)prng;
    enum ki_status status = ki_canvas_copy(from, to);
    if (status != KI_OK) {
        return status;
    }
    size_t npixels = (size_t)to->width * to->height;
    for (size_t i = 0; i < npixels; i++) {
        uint8_t *pixel = to->rgb + 3 * i;
        int luma = ki_luma(pixel);
        for (int k = 0; k < 3; k++) {
            pixel[k] = ki_clamp_u8(luma + (pixel[k] - luma) * amount / 100);
        }
    }
    return KI_OK;
}

enum ki_status ki_alter_noise(const struct ki_canvas *from, int amount,
                              struct ki_prng *prng, struct ki_canvas *to)
{
    enum ki_status status = ki_canvas_copy(from, to);
    if (status != KI_OK) {
        return status;
    }
    size_t nsamples = ki_canvas_stride(to) * to->height;
    uint64_t random = 0;
    for (size_t i = 0; i < nsamples; i++) {
        random = i % 4 == 0 ? ki_prng_next(prng) : random >> 16;
        /* The sum of two bytes: a triangle around 255. */
        int delta = (int)(random & 255) + (int)(random >> 8 & 255) - 255;
        to->rgb[i] = ki_clamp_u8(to->rgb[i] + delta * amount / 255);
    }
    return KI_OK;
}
