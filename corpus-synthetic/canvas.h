/* SPDX-License-Identifier: Apache-2.0 */
/* A picture in memory: 8-bit RGB, rows top to bottom without padding. */
#ifndef KI_CORPUS_CANVAS_H
#define KI_CORPUS_CANVAS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <knownimage/hash.h>

struct ki_color {
    uint8_t rgb[3];
};

struct ki_canvas {
    uint32_t width;
    uint32_t height;
    uint8_t *rgb; /* height rows of 3·width bytes */
};

/* Black. Errors: KI_ERR_ARGUMENT (a side of 0 or over 32,768), KI_ERR_NO_MEMORY. On
 * success the canvas must be given to ki_canvas_destroy. */
KI_MUST_CHECK enum ki_status ki_canvas_create(uint32_t width, uint32_t height,
                                              struct ki_canvas *canvas);
void ki_canvas_destroy(struct ki_canvas *canvas); /* a zeroed canvas is allowed */

KI_MUST_CHECK enum ki_status ki_canvas_copy(const struct ki_canvas *from,
                                            struct ki_canvas *to);

static inline size_t ki_canvas_stride(const struct ki_canvas *canvas)
{
    return (size_t)canvas->width * 3;
}

static inline uint8_t *ki_canvas_row(const struct ki_canvas *canvas, uint32_t y)
{
    return canvas->rgb + y * ki_canvas_stride(canvas);
}

static inline uint8_t ki_clamp_u8(int value)
{
    return (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value);
}

/* Rec. 601, rounded. */
static inline uint8_t ki_luma(const uint8_t rgb[3])
{
    return (uint8_t)((299u * rgb[0] + 587u * rgb[1] + 114u * rgb[2] + 500u) / 1000u);
}

struct ki_canvas_hashes {
    struct ki_pdq hashes[KI_NTRANSFORMS];
    unsigned quality;
};

/* PDQ of the luma in mode pdq, in all eight orientations. */
KI_MUST_CHECK enum ki_status ki_canvas_hash(const struct ki_canvas *canvas,
                                            struct ki_canvas_hashes *out);

/* The least distance of hash to any of the eight. */
unsigned ki_canvas_distance(const struct ki_canvas_hashes *hashes,
                            const struct ki_pdq *hash);

#endif
