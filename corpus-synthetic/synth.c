/* SPDX-License-Identifier: Apache-2.0 */
#include "synth.h"

#include <string.h>

static const struct ki_synth synths[] = {
    {"landscape", ki_synth_landscape}, {"portrait", ki_synth_portrait},
    {"shapes", ki_synth_shapes},       {"page", ki_synth_page},
    {"screen", ki_synth_screen},       {"clouds", ki_synth_clouds},
    {"mixture", ki_synth_mixture},
};

enum { NSYNTHS = sizeof synths / sizeof synths[0], MAX_TRIES = 64 };

const struct ki_synth *ki_synth_at(size_t i)
{
    return i < NSYNTHS ? &synths[i] : NULL;
}

size_t ki_synth_count(void)
{
    return NSYNTHS;
}

const struct ki_synth *ki_synth_find(const char *name)
{
    for (size_t i = 0; i < NSYNTHS; i++) {
        if (strcmp(synths[i].name, name) == 0) {
            return &synths[i];
        }
    }
    return NULL;
}

bool ki_synth_is_distinctive(const struct ki_canvas_hashes *hashes)
{
    return hashes->quality >= KI_SYNTH_MIN_QUALITY &&
           !ki_pdq_is_degenerate(&hashes->hashes[KI_TRANSFORM_ORIGINAL]);
}

/* Kinds begin alike (many with clouds), so each has its own stream of a seed. */
static uint64_t stream_of(const struct ki_synth *synth, uint64_t try)
{
    uint64_t stream = try;
    for (const char *c = synth->name; *c; c++) {
        stream = (stream ^ (unsigned char)*c) * UINT64_C(0x100000001b3); /* FNV-1a */
    }
    return stream;
}

enum ki_status ki_synth_make(const struct ki_synth *synth, uint32_t width,
                             uint32_t height, uint64_t seed, struct ki_canvas *canvas,
                             struct ki_canvas_hashes *hashes)
{
    struct ki_canvas made;
    enum ki_status status = ki_canvas_create(width, height, &made);
    if (status != KI_OK) {
        return status;
    }
    for (uint64_t i = 0; i < MAX_TRIES && status == KI_OK; i++) {
        struct ki_prng prng;
        ki_prng_seed(&prng, seed, stream_of(synth, i));
        status = synth->draw(&made, &prng);
        if (status == KI_OK) {
            status = ki_canvas_hash(&made, hashes);
        }
        if (status == KI_OK && ki_synth_is_distinctive(hashes)) {
            *canvas = made;
            return KI_OK;
        }
    }
    ki_canvas_destroy(&made);
    return status == KI_OK ? KI_ERR_LIMIT : status;
}

enum ki_status ki_synth_texture(struct ki_canvas *canvas,
                                const struct ki_noise_shape *shape, int strength,
                                struct ki_prng *prng)
{
    struct ki_noise noise;
    enum ki_status status =
        ki_noise_create(canvas->width, canvas->height, shape, prng, &noise);
    if (status == KI_OK) {
        ki_draw_noise_add(canvas, &noise, strength);
        ki_noise_destroy(&noise);
    }
    return status;
}

enum ki_status ki_synth_inset(struct ki_canvas *canvas, struct ki_rect rect,
                              struct ki_prng *prng)
{
    static ki_synth_draw *const photo_like[] = {ki_synth_landscape, ki_synth_portrait,
                                                ki_synth_clouds, ki_synth_shapes};
    ki_synth_draw *draw = photo_like[ki_prng_below(prng, 4)];
    if (rect.width <= 0 || rect.height <= 0) {
        return KI_OK;
    }
    struct ki_canvas inset;
    enum ki_status status =
        ki_canvas_create((uint32_t)rect.width, (uint32_t)rect.height, &inset);
    if (status != KI_OK) {
        return status;
    }
    status = draw(&inset, prng);
    if (status == KI_OK) {
        ki_draw_paste(canvas, rect.x, rect.y, &inset);
    }
    ki_canvas_destroy(&inset);
    return status;
}
