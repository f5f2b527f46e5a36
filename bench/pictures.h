/* SPDX-License-Identifier: Apache-2.0 */
/* Pictures to measure with, in memory. */
#ifndef KI_BENCH_PICTURES_H
#define KI_BENCH_PICTURES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "alter.h"
#include "blob.h"
#include "canvas.h"

struct bench_picture {
    char name[64];
    uint8_t *data; /* a file, or pixels */
    size_t nbytes;
};
void bench_picture_free(struct bench_picture *picture);

/* Photo-like, with grain in luma, as a camera's pictures have; each number is another
 * one. Free with ki_canvas_destroy. */
bool bench_canvas_make(uint32_t width, uint32_t height, uint64_t number,
                       struct ki_canvas *canvas);

/* A copy of a picture, altered and coded as the alteration says. Appends to *file. */
KI_MUST_CHECK enum ki_status bench_copy_make(const struct ki_canvas *original,
                                             const struct ki_alteration *alteration,
                                             uint64_t seed, struct ki_blob *file);

/* Grey pixels. All return false, or 0, after a message. */
bool bench_picture_gray(uint32_t width, uint32_t height, struct bench_picture *out);
bool bench_picture_read(const char *path, struct bench_picture *out);

/* For each of the sizes ("200k,2M", pixels) a baseline and a progressive JPEG, and PNG
 * in RGB and RGBA. Free with bench_pictures_free. */
size_t bench_pictures_make(const char *sizes, struct bench_picture **out);
void bench_pictures_free(struct bench_picture *pictures, size_t count);

#endif
