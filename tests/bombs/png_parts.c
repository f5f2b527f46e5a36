/* SPDX-License-Identifier: Apache-2.0 */
#include "bombs/png_parts.h"

#include <stdlib.h>
#include <string.h>

#include <zlib.h>

#include "bombs/bomb.h"

enum { AT_ONCE = 1 << 20, ADLER_BASE = 65521 };

size_t png_open(struct ki_blob *blob, const char type[4])
{
    size_t opened = blob->nbytes;
    put_u32(blob, 0);
    put(blob, type, 4);
    return opened;
}

void png_close(struct ki_blob *blob, size_t opened)
{
    uint8_t *start = blob->data + opened;
    size_t nbytes = blob->nbytes - opened - 8;
    for (int i = 0; i < 4; i++) {
        start[i] = (uint8_t)(nbytes >> (24 - 8 * i));
    }
    put_u32(blob, (uint32_t)crc32_z(0, start + 4, nbytes + 4));
}

void png_chunk(struct ki_blob *blob, const char type[4], const void *data,
               size_t nbytes)
{
    size_t opened = png_open(blob, type);
    put(blob, data, nbytes);
    png_close(blob, opened);
}

void png_start(struct ki_blob *blob, const struct png_header *header)
{
    put(blob, "\x89PNG\r\n\x1a\n", 8);
    size_t opened = png_open(blob, "IHDR");
    put_u32(blob, header->width);
    put_u32(blob, header->height);
    put_byte(blob, header->bit_depth, 1);
    put_byte(blob, header->color_type, 1);
    put_byte(blob, header->compression, 1);
    put_byte(blob, header->filter, 1);
    put_byte(blob, header->interlace, 1);
    png_close(blob, opened);
}

void png_end(struct ki_blob *blob)
{
    png_chunk(blob, "IEND", NULL, 0);
}

/* The first at_once zeros as blocks that end on a whole byte and need nothing before
 * them, so that they can be repeated. Returns their size. */
static size_t pack_zeros(size_t at_once, uint8_t *packed, size_t capacity)
{
    static uint8_t zeros[AT_ONCE];
    z_stream stream = {0};
    if (deflateInit2(&stream, 9, Z_DEFLATED, -15, 9, Z_DEFAULT_STRATEGY) != Z_OK) {
        abort();
    }
    stream.next_in = zeros;
    stream.avail_in = (uInt)at_once;
    stream.next_out = packed;
    stream.avail_out = (uInt)capacity;
    (void)deflate(&stream, Z_FULL_FLUSH);
    (void)deflateEnd(&stream);
    return capacity - stream.avail_out;
}

static void deflate_zeros(struct ki_blob *blob, uint64_t nbytes)
{
    static uint8_t whole[AT_ONCE / 128];
    static size_t nwhole;
    uint8_t rest[AT_ONCE / 128];
    if (nwhole == 0) {
        nwhole = pack_zeros(AT_ONCE, whole, sizeof whole);
    }
    for (; nbytes >= AT_ONCE; nbytes -= AT_ONCE) {
        put(blob, whole, nwhole);
    }
    if (nbytes > 0) {
        put(blob, rest, pack_zeros((size_t)nbytes, rest, sizeof rest));
    }
}

void zlib_zeros(struct ki_blob *blob, uint64_t nbytes)
{
    put(blob, "\x78\xda", 2);
    deflate_zeros(blob, nbytes);
    put(blob, "\3\0", 2); /* a last block, empty */
    put_u32(blob, (uint32_t)(nbytes % ADLER_BASE) << 16 | 1);
}

static uint64_t pass_nbytes(const struct png_header *header, uint32_t width,
                            uint32_t height)
{
    static const unsigned channels[] = {[0] = 1, [2] = 3, [3] = 1, [4] = 2, [6] = 4};
    uint64_t nbits = (uint64_t)width * channels[header->color_type] * header->bit_depth;
    return width == 0 ? 0 : height * (1 + (nbits + 7) / 8);
}

uint64_t png_rows_nbytes(const struct png_header *header)
{
    /* First column, first row, steps of each pass of Adam7. */
    static const uint8_t passes[7][4] = {{0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8},
                                         {2, 0, 4, 4}, {0, 2, 2, 4}, {1, 0, 2, 2},
                                         {0, 1, 1, 2}};
    uint64_t nbytes = 0;
    if (!header->interlace) {
        return pass_nbytes(header, header->width, header->height);
    }
    for (int i = 0; i < 7; i++) {
        const uint8_t *pass = passes[i];
        uint32_t width = (header->width + pass[2] - 1 - pass[0]) / pass[2];
        uint32_t height = (header->height + pass[3] - 1 - pass[1]) / pass[3];
        nbytes += pass_nbytes(header, width, height);
    }
    return nbytes;
}

static void put_palette(struct ki_blob *blob, const struct png_header *header)
{
    static const uint8_t black[3];
    if (header->color_type == 3) {
        png_chunk(blob, "PLTE", black, sizeof black);
    }
}

void png_zeros(struct ki_blob *blob, const struct png_header *header)
{
    png_start(blob, header);
    put_palette(blob, header);
    size_t opened = png_open(blob, "IDAT");
    zlib_zeros(blob, png_rows_nbytes(header));
    png_close(blob, opened);
    png_end(blob);
}

void png_small_with(struct ki_blob *blob, const struct ki_blob *extra)
{
    const struct png_header header = {.width = 64, .height = 64, .bit_depth = 8};
    struct ki_blob picture = {0};
    enum { AFTER_IHDR = 8 + 25 };
    png_zeros(&picture, &header);
    put(blob, picture.data, AFTER_IHDR);
    put(blob, extra->data, extra->nbytes);
    put(blob, picture.data + AFTER_IHDR, picture.nbytes - AFTER_IHDR);
    ki_blob_destroy(&picture);
}
