/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fractal value noise in integers, so that the same seed gives the same bytes on every
 * machine. One line of noise is a field of height 1.
 */
#ifndef KI_CORPUS_NOISE_H
#define KI_CORPUS_NOISE_H

#include <stddef.h>
#include <stdint.h>

#include <knownimage/status.h>

#include "prng.h"

struct ki_noise {
    uint32_t width;
    uint32_t height;
    uint16_t *values; /* height rows of width values, stretched to 0 … 65,535 */
};

struct ki_noise_shape {
    uint32_t ncells;      /* cells of the first octave along the longer side, ≥ 1 */
    uint32_t noctaves;    /* each has twice as many cells as the one before */
    uint32_t persistence; /* amplitude of an octave in 1/256 of the one before */
};

/* Errors: KI_ERR_NO_MEMORY. On success give it to ki_noise_destroy. */
KI_MUST_CHECK enum ki_status ki_noise_create(uint32_t width, uint32_t height,
                                             const struct ki_noise_shape *shape,
                                             struct ki_prng *prng,
                                             struct ki_noise *noise);
void ki_noise_destroy(struct ki_noise *noise); /* a zeroed one is allowed */

static inline const uint16_t *ki_noise_row(const struct ki_noise *noise, uint32_t y)
{
    return noise->values + (size_t)y * noise->width;
}

#endif
