/* SPDX-License-Identifier: Apache-2.0 */
#include "decode/make_png.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include <png.h>
#include <zlib.h>

const size_t png_after_ihdr = 8 + 25;

static void store_u32(uint8_t *out, uint32_t value)
{
    for (int i = 0; i < 4; i++) {
        out[i] = (uint8_t)(value >> (24 - 8 * i));
    }
}

static uint32_t load_u32(const uint8_t *in)
{
    return (uint32_t)in[0] << 24 | (uint32_t)in[1] << 16 | (uint32_t)in[2] << 8 | in[3];
}

struct file_bytes png_loose_chunk(const char *type, const void *data, size_t nbytes)
{
    uint8_t word[4];
    struct file_bytes chunk = {NULL, 0};
    store_u32(word, (uint32_t)nbytes);
    append(&chunk, word, 4);
    append(&chunk, type, 4);
    append(&chunk, data, nbytes);
    store_u32(word, 0);
    append(&chunk, word, 4);
    mend_crc(&chunk, 0);
    return chunk;
}

void mend_crc(struct file_bytes *file, size_t offset)
{
    uint32_t nbytes = load_u32(file->data + offset);
    uLong crc = crc32(0, file->data + offset + 4, nbytes + 4);
    store_u32(file->data + offset + 8 + nbytes, (uint32_t)crc);
}

struct file_bytes png_start(void)
{
    struct file_bytes file = {NULL, 0};
    append(&file, "\x89PNG\r\n\x1a\n", 8);
    return file;
}

void png_chunk(struct file_bytes *file, const char *type, const void *data,
               size_t nbytes)
{
    struct file_bytes chunk = png_loose_chunk(type, data, nbytes);
    append(file, chunk.data, chunk.nbytes);
    free_file(&chunk);
}

void png_ihdr(struct file_bytes *file, uint32_t width, uint32_t height)
{
    uint8_t data[13] = {[8] = 8};
    store_u32(data, width);
    store_u32(data + 4, height);
    png_chunk(file, "IHDR", data, sizeof data);
}

static struct file_bytes deflated(const uint8_t *data, size_t nbytes)
{
    uLong size = compressBound(nbytes);
    struct file_bytes file = {malloc(size), 0};
    cr_assert_not_null(file.data);
    cr_assert_eq(compress2(file.data, &size, data, nbytes, 9), Z_OK);
    file.nbytes = size;
    return file;
}

struct file_bytes png_idat_data(uint32_t width, uint32_t height)
{
    size_t nbytes = (size_t)height * (width + 1);
    uint8_t *rows = calloc(nbytes, 1);
    cr_assert_not_null(rows);
    for (size_t i = 0; i < nbytes; i++) {
        rows[i] = i % (width + 1) == 0 ? 0 : (uint8_t)(i * 7 + i / 5);
    }
    struct file_bytes data = deflated(rows, nbytes);
    free(rows);
    return data;
}

void png_idat(struct file_bytes *file, uint32_t width, uint32_t height)
{
    struct file_bytes data = png_idat_data(width, height);
    png_chunk(file, "IDAT", data.data, data.nbytes);
    free_file(&data);
}

void png_iend(struct file_bytes *file)
{
    png_chunk(file, "IEND", "", 0);
}

struct file_bytes png_small(void)
{
    struct file_bytes file = png_start();
    png_ihdr(&file, 8, 8);
    png_idat(&file, 8, 8);
    png_iend(&file);
    return file;
}

struct file_bytes png_ztxt_data(size_t nzeros)
{
    uint8_t *zeros = calloc(nzeros, 1);
    cr_assert_not_null(zeros);
    struct file_bytes text = deflated(zeros, nzeros);
    free(zeros);
    splice(&text, 0, 0, "key\0\0", 5);
    return text;
}

size_t find_chunk(const struct file_bytes *file, const char *type, unsigned n)
{
    size_t offset = 8;
    while (offset < file->nbytes) {
        if (memcmp(file->data + offset + 4, type, 4) == 0 && n-- == 0) {
            return offset;
        }
        offset += 12 + load_u32(file->data + offset);
    }
    cr_assert_fail("no chunk %s", type);
    return 0;
}

static void on_write(png_structp png, png_bytep data, size_t nbytes)
{
    append(png_get_io_ptr(png), data, nbytes);
}

static void on_flush(png_structp png)
{
    (void)png;
}

static void set_palette(png_structp png, png_infop info, int bit_depth)
{
    png_color palette[256];
    for (int i = 0; i < 256; i++) {
        palette[i] =
            (png_color){(png_byte)(i * 3), (png_byte)(255 - i), (png_byte)(i ^ 85)};
    }
    png_set_PLTE(png, info, palette, 1 << bit_depth);
}

static void set_transparency(png_structp png, png_infop info, int color_type)
{
    png_byte alphas[2] = {0, 128};
    png_color_16 color = {.red = 1, .green = 2, .blue = 3, .gray = 1};
    if (color_type == PNG_COLOR_TYPE_PALETTE) {
        png_set_tRNS(png, info, alphas, 2, NULL);
    } else if ((color_type & PNG_COLOR_MASK_ALPHA) == 0) {
        png_set_tRNS(png, info, NULL, 0, &color);
    }
}

static void set_header(png_structp png, png_infop info, struct png_options options)
{
    png_set_IHDR(png, info, options.width, options.height, options.bit_depth,
                 options.color_type, options.is_interlaced ? 1 : 0, 0, 0);
    if (options.color_type == PNG_COLOR_TYPE_PALETTE) {
        set_palette(png, info, options.bit_depth);
    }
    if (options.has_transparency) {
        set_transparency(png, info, options.color_type);
    }
    png_write_info(png, info);
}

/* The rows are the same in every pass; libpng picks the pixels. */
static void write_rows(png_structp png, png_infop info, struct png_options options)
{
    int npasses = png_set_interlace_handling(png);
    size_t nbytes = png_get_rowbytes(png, info);
    uint8_t *row = malloc(nbytes);
    cr_assert_not_null(row);
    for (uint32_t y = 0; y < (uint32_t)npasses * options.height; y++) {
        uint64_t state = y % options.height + 1;
        for (size_t i = 0; i < nbytes; i++) {
            row[i] = (uint8_t)(xorshift_next(&state) >> 40);
        }
        png_write_row(png, row);
    }
    free(row);
    png_write_end(png, NULL);
}

struct file_bytes make_png(struct png_options options)
{
    options.width = options.width == 0 ? 13 : options.width;
    options.height = options.height == 0 ? 11 : options.height;
    options.bit_depth = options.bit_depth == 0 ? 8 : options.bit_depth;
    struct file_bytes file = {NULL, 0};
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
    png_infop info = png_create_info_struct(png);
    png_set_write_fn(png, &file, on_write, on_flush);
    set_header(png, info, options);
    write_rows(png, info, options);
    png_destroy_write_struct(&png, &info);
    return file;
}
