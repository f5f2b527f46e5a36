/* SPDX-License-Identifier: Apache-2.0 */
#include "canvas.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_SIDE = 32768 };

enum ki_status ki_canvas_create(uint32_t width, uint32_t height,
                                struct ki_canvas *canvas)
{
    if (width == 0 || height == 0 || width > MAX_SIDE || height > MAX_SIDE) {
        return KI_ERR_ARGUMENT;
    }
    uint8_t *rgb = calloc((size_t)width * height, 3);
    if (!rgb) {
        return KI_ERR_NO_MEMORY;
    }
    *canvas = (struct ki_canvas){.width = width, .height = height, .rgb = rgb};
    return KI_OK;
}

void ki_canvas_destroy(struct ki_canvas *canvas)
{
    free(canvas->rgb);
    *canvas = (struct ki_canvas){0};
}

enum ki_status ki_canvas_copy(const struct ki_canvas *from, struct ki_canvas *to)
{
    enum ki_status status = ki_canvas_create(from->width, from->height, to);
    if (status == KI_OK) {
        memcpy(to->rgb, from->rgb, ki_canvas_stride(from) * from->height);
    }
    return status;
}

enum ki_status ki_canvas_hash(const struct ki_canvas *canvas,
                              struct ki_canvas_hashes *out)
{
    size_t npixels = (size_t)canvas->width * canvas->height;
    uint8_t *gray = malloc(npixels);
    if (!gray) {
        return KI_ERR_NO_MEMORY;
    }
    for (size_t i = 0; i < npixels; i++) {
        gray[i] = ki_luma(canvas->rgb + 3 * i);
    }
    enum ki_status status =
        ki_pdq_from_gray(gray, canvas->width, canvas->height, canvas->width,
                         KI_MODE_PDQ, true, out->hashes, &out->quality);
    free(gray);
    return status;
}

unsigned ki_canvas_distance(const struct ki_canvas_hashes *hashes,
                            const struct ki_pdq *hash)
{
    unsigned least = 8 * KI_PDQ_NBYTES;
    for (size_t i = 0; i < KI_NTRANSFORMS; i++) {
        unsigned distance = ki_pdq_distance(&hashes->hashes[i], hash);
        least = distance < least ? distance : least;
    }
    return least;
}
