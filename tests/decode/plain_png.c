/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <string.h>

#include <png.h>

#include "decode/plain.h"

struct raw {
    png_bytepp rows;
    png_colorp palette;
    int bit_depth;
    int color_type;
    int nchannels;
};

/* Sample i of a row as 8 bits. */
static uint8_t sample(const struct raw *raw, const uint8_t *row, size_t i)
{
    unsigned depth = (unsigned)raw->bit_depth;
    if (depth == 16) {
        return row[2 * i];
    }
    if (depth == 8) {
        return row[i];
    }
    unsigned bit = (unsigned)i * depth;
    unsigned most = (1u << depth) - 1;
    unsigned value = row[bit / 8] >> (8 - depth - bit % 8) & most;
    bool is_index = raw->color_type == PNG_COLOR_TYPE_PALETTE;
    return (uint8_t)(is_index ? value : value * 255 / most);
}

static void convert_pixel(const struct raw *raw, const uint8_t *row, size_t x,
                          uint8_t *out)
{
    size_t first = x * (size_t)raw->nchannels;
    if (raw->color_type == PNG_COLOR_TYPE_PALETTE) {
        png_color color = raw->palette[sample(raw, row, x)];
        out[0] = color.red;
        out[1] = color.green;
        out[2] = color.blue;
        return;
    }
    int ncolors = raw->nchannels < 3 ? 1 : 3;
    for (int i = 0; i < ncolors; i++) {
        out[i] = sample(raw, row, first + (size_t)i);
    }
}

static void convert(const struct raw *raw, struct picture *picture)
{
    uint8_t *out = picture->samples;
    for (uint32_t y = 0; y < picture->height; y++) {
        for (uint32_t x = 0; x < picture->width; x++, out += picture->layout) {
            convert_pixel(raw, raw->rows[y], x, out);
        }
    }
}

static void on_read(png_structp png, png_bytep out, size_t nbytes)
{
    struct file_bytes *left = png_get_io_ptr(png);
    cr_assert(nbytes <= left->nbytes);
    memcpy(out, left->data, nbytes);
    left->data += nbytes;
    left->nbytes -= nbytes;
}

struct picture plain_png(const struct file_bytes *file)
{
    struct file_bytes left = *file;
    png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
    png_infop info = png_create_info_struct(png);
    png_set_read_fn(png, &left, on_read);
    png_read_png(png, info, PNG_TRANSFORM_IDENTITY, NULL);
    struct raw raw = {
        .rows = png_get_rows(png, info),
        .bit_depth = png_get_bit_depth(png, info),
        .color_type = png_get_color_type(png, info),
        .nchannels = png_get_channels(png, info),
    };
    int ncolors = 0;
    png_get_PLTE(png, info, &raw.palette, &ncolors);
    struct picture picture = {
        .width = png_get_image_width(png, info),
        .height = png_get_image_height(png, info),
        .layout =
            (raw.color_type & PNG_COLOR_MASK_COLOR) != 0 ? KI_ROW_RGB8 : KI_ROW_GRAY8,
    };
    allocate_picture(&picture);
    convert(&raw, &picture);
    png_destroy_read_struct(&png, &info, NULL);
    return picture;
}
