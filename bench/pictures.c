/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/pictures.h"

#include <math.h>
#include <png.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/bench.h"
#include "codec.h"
#include "common/message.h"
#include "synth.h"

enum { SEED = 17, QUALITY = 85, COPY_QUALITY = 88, NKINDS = 4 };

void bench_picture_free(struct bench_picture *picture)
{
    free(picture->data);
    memset(picture, 0, sizeof *picture);
}

void bench_pictures_free(struct bench_picture *pictures, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        bench_picture_free(&pictures[i]);
    }
    free(pictures);
}

bool bench_canvas_make(uint32_t width, uint32_t height, uint64_t number,
                       struct ki_canvas *canvas)
{
    struct ki_canvas_hashes hashes;
    bool is_good = ki_synth_make(ki_synth_find("mixture"), width, height, SEED + number,
                                 canvas, &hashes) == KI_OK;
    uint64_t random = SEED + number;
    for (size_t i = 0; is_good && i < (size_t)width * height; i++) {
        int grain = (int)(bench_random(&random) >> 61) - 4;
        for (size_t k = 3 * i; k < 3 * i + 3; k++) {
            canvas->rgb[k] = ki_clamp_u8(canvas->rgb[k] + grain);
        }
    }
    return is_good;
}

bool bench_picture_gray(uint32_t width, uint32_t height, struct bench_picture *out)
{
    struct ki_canvas canvas = {0};
    size_t npixels = (size_t)width * height;
    *out = (struct bench_picture){.data = malloc(npixels), .nbytes = npixels};
    (void)snprintf(out->name, sizeof out->name, "gray %ux%u", width, height);
    if (!out->data || !bench_canvas_make(width, height, 0, &canvas)) {
        message("cannot make a picture of %u by %u", width, height);
        bench_picture_free(out);
        return false;
    }
    for (size_t i = 0; i < npixels; i++) {
        out->data[i] = ki_luma(canvas.rgb + 3 * i);
    }
    ki_canvas_destroy(&canvas);
    return true;
}

bool bench_picture_read(const char *path, struct bench_picture *out)
{
    const char *name = strrchr(path, '/');
    FILE *file = fopen(path, "rb");
    *out = (struct bench_picture){.nbytes = 0};
    (void)snprintf(out->name, sizeof out->name, "%.60s", name ? name + 1 : path);
    if (file && fseek(file, 0, SEEK_END) == 0 && ftell(file) > 0) {
        out->nbytes = (size_t)ftell(file);
        out->data = malloc(out->nbytes);
        rewind(file);
    }
    bool is_good = out->data && fread(out->data, 1, out->nbytes, file) == out->nbytes;
    if (file) {
        (void)fclose(file);
    }
    if (!is_good) {
        message("cannot read %s", path);
        bench_picture_free(out);
    }
    return is_good;
}

static void append(png_structp png, png_bytep data, size_t nbytes)
{
    if (ki_blob_append(png_get_io_ptr(png), data, nbytes) != KI_OK) {
        png_error(png, "no memory");
    }
}

static void flush(png_structp png)
{
    (void)png;
}

/* Opaque, with soft edges. */
static uint8_t alpha_at(const struct ki_canvas *canvas, uint32_t x, uint32_t y)
{
    uint32_t across = x < canvas->width - 1 - x ? x : canvas->width - 1 - x;
    uint32_t down = y < canvas->height - 1 - y ? y : canvas->height - 1 - y;
    uint32_t inside = across < down ? across : down;
    return (uint8_t)(inside < 31 ? 8 * inside : 255);
}

/* As cameras' software writes them: libpng's own choice of filters and level 6. */
static bool write_png(const struct ki_canvas *canvas, bool has_alpha,
                      struct ki_blob *blob)
{
    uint32_t nchannels = has_alpha ? 4 : 3;
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
    png_infop info = png ? png_create_info_struct(png) : NULL;
    uint8_t *row = malloc((size_t)canvas->width * nchannels);
    if (!info || !row || setjmp(png_jmpbuf(png)) != 0) {
        png_destroy_write_struct(&png, &info);
        free(row);
        return false;
    }
    png_set_write_fn(png, blob, append, flush);
    png_set_IHDR(png, info, canvas->width, canvas->height, 8,
                 has_alpha ? PNG_COLOR_TYPE_RGB_ALPHA : PNG_COLOR_TYPE_RGB,
                 PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
                 PNG_FILTER_TYPE_DEFAULT);
    png_write_info(png, info);
    for (uint32_t y = 0; y < canvas->height; y++) {
        const uint8_t *from = ki_canvas_row(canvas, y);
        for (uint32_t x = 0; x < canvas->width; x++) {
            memcpy(row + (size_t)x * nchannels, from + (size_t)x * 3, 3);
            if (has_alpha) {
                row[(size_t)x * 4 + 3] = alpha_at(canvas, x, y);
            }
        }
        png_write_row(png, row);
    }
    png_write_end(png, NULL);
    png_destroy_write_struct(&png, &info);
    free(row);
    return true;
}

static bool encode(const struct ki_canvas *canvas, unsigned kind, struct ki_blob *blob)
{
    switch (kind) {
    case 0:
        return ki_jpeg_write(canvas, QUALITY, KI_JPEG_BASELINE, blob) == KI_OK;
    case 1:
        return ki_jpeg_write(canvas, QUALITY, KI_JPEG_PROGRESSIVE, blob) == KI_OK;
    default:
        return write_png(canvas, kind == 3, blob);
    }
}

static size_t make_kinds(double npixels, struct bench_picture *out)
{
    static const char *const names[NKINDS] = {"JPEG", "progressive JPEG", "PNG RGB",
                                              "PNG RGBA"};
    uint32_t height = (uint32_t)sqrt(npixels * 3 / 4);
    struct ki_canvas canvas = {0};
    size_t count = 0;
    if (!bench_canvas_make(height * 4 / 3, height, 0, &canvas)) {
        return 0;
    }
    for (unsigned kind = 0; kind < NKINDS; kind++) {
        struct ki_blob blob = {0};
        if (encode(&canvas, kind, &blob)) {
            out[count] =
                (struct bench_picture){.data = blob.data, .nbytes = blob.nbytes};
            (void)snprintf(out[count].name, sizeof out[count].name, "%s %ux%u",
                           names[kind], canvas.width, canvas.height);
            count++;
        } else {
            ki_blob_destroy(&blob);
        }
    }
    ki_canvas_destroy(&canvas);
    return count;
}

size_t bench_pictures_make(const char *sizes, struct bench_picture **out)
{
    uint32_t npixels[BENCH_MOST_SIZES];
    size_t nsizes = bench_sizes(sizes, npixels);
    size_t count = 0;
    *out = calloc(nsizes * NKINDS + 1, sizeof **out);
    for (size_t i = 0; *out && i < nsizes; i++) {
        count += make_kinds(npixels[i], *out + count);
    }
    if (count < nsizes * NKINDS || nsizes == 0) {
        message("cannot make pictures of %s pixels", sizes);
    }
    return count;
}

enum ki_status bench_copy_make(const struct ki_canvas *original,
                               const struct ki_alteration *alteration, uint64_t seed,
                               struct ki_blob *file)
{
    struct ki_canvas altered = {0};
    struct ki_prng prng;
    ki_prng_seed(&prng, seed, 0);
    enum ki_status status =
        alteration->apply(original, alteration->amount, &prng, &altered);
    if (status == KI_OK && alteration->coding == KI_ALTER_OTHER) {
        status = ki_png_write(&altered, file);
    } else if (status == KI_OK) {
        status = ki_jpeg_write(
            &altered, alteration->quality ? alteration->quality : COPY_QUALITY,
            alteration->coding == KI_ALTER_GRAY ? KI_JPEG_GRAY : KI_JPEG_BASELINE,
            file);
    }
    ki_canvas_destroy(&altered);
    return status;
}
