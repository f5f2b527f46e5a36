/* SPDX-License-Identifier: Apache-2.0 */
/* PNGs whose zlib stream is long for what it says, too long, cut, or damaged. */
#include "bombs/bomb.h"
#include "bombs/png_parts.h"

#define COUNT(array) (unsigned)(sizeof(array) / sizeof((array)[0]))

enum { NBYTES_MOST = 60 << 20, AFTER_IHDR = 8 + 25 };

static const struct png_header small = {.width = 64, .height = 64, .bit_depth = 8};

/* Empty deflate blocks, stored ones or such with fixed codes, before anything else. */
static void make_empty_blocks(struct ki_blob *blob, unsigned is_fixed)
{
    static const uint8_t stored[] = {0, 0, 0, 0xff, 0xff};
    /* Four blocks of ten bits: 0, 01, 0000000. */
    static const uint8_t fixed[] = {0x02, 0x08, 0x20, 0x80, 0x00};
    png_start(blob, &small);
    size_t opened = png_open(blob, "IDAT");
    put(blob, "\x78\x9c", 2);
    while (blob->nbytes < NBYTES_MOST) {
        put(blob, is_fixed ? fixed : stored, sizeof stored);
    }
    struct ki_blob rest = {0};
    zlib_zeros(&rest, png_rows_nbytes(&small));
    put(blob, rest.data + 2, rest.nbytes - 2);
    ki_blob_destroy(&rest);
    png_close(blob, opened);
    png_end(blob);
}

/* Many times the rows of the picture. */
static void make_too_many_rows(struct ki_blob *blob, unsigned gib)
{
    png_start(blob, &small);
    size_t opened = png_open(blob, "IDAT");
    zlib_zeros(blob, (uint64_t)gib << 30);
    png_close(blob, opened);
    png_end(blob);
}

/* A whole stream, and bytes after it. */
static void make_surplus(struct ki_blob *blob, unsigned nbytes)
{
    png_start(blob, &small);
    size_t opened = png_open(blob, "IDAT");
    zlib_zeros(blob, png_rows_nbytes(&small));
    put_byte(blob, 0, nbytes);
    png_close(blob, opened);
    png_end(blob);
}

/* A chunk for each byte of a picture of side × side. */
static void make_split(struct ki_blob *blob, unsigned side)
{
    const struct png_header header = {.width = side, .height = side, .bit_depth = 8};
    struct ki_blob stream = {0};
    zlib_zeros(&stream, png_rows_nbytes(&header));
    png_start(blob, &header);
    for (size_t i = 0; i < stream.nbytes; i++) {
        png_chunk(blob, "IDAT", stream.data + i, 1);
    }
    png_end(blob);
    ki_blob_destroy(&stream);
}

/* The picture in two parts, with another chunk between. */
static void make_parted(struct ki_blob *blob, unsigned nbytes)
{
    struct ki_blob stream = {0};
    zlib_zeros(&stream, png_rows_nbytes(&small));
    png_start(blob, &small);
    png_chunk(blob, "IDAT", stream.data, nbytes);
    png_chunk(blob, "tEXt", "a\0b", 3);
    png_chunk(blob, "IDAT", stream.data + nbytes, stream.nbytes - nbytes);
    png_end(blob);
    ki_blob_destroy(&stream);
}

static const struct stream {
    const char *data;
    size_t nbytes;
} streams[] = {
    {"", 0},
    {"\x78", 1},
    {"\x78\x9c", 2},
    {"\x78\x9d", 2},                      /* header check */
    {"\x79\x9c\3\0\0\0\0\1", 8},          /* method 9 */
    {"\xf8\x00\3\0\0\0\0\1", 8},          /* window of 2^23 */
    {"\x78\xbb\1\2\3\4\3\0\0\0\0\1", 12}, /* preset dictionary */
    {"\x78\x9c\7", 3},                    /* block of type 3 */
    {"\x78\x9c\1\5\0\5\0", 7},            /* stored length and its complement */
    {"\x78\x9c\3\x02\0\0\0\1", 8},        /* distance before the start */
    {"\x78\x9c\3\0\0\0\0\1", 8},          /* nothing, and its right checksum */
    {"\x78\x9c\3\0\0\0\0\2", 8},          /* nothing, and a wrong one */
};

static void make_stream(struct ki_blob *blob, unsigned number)
{
    png_start(blob, &small);
    png_chunk(blob, "IDAT", streams[number].data, streams[number].nbytes);
    png_end(blob);
}

/* A filter that there is not, in a stored block of 64 × 64 and its filter bytes. */
static void make_bad_filter(struct ki_blob *blob, unsigned filter)
{
    enum { ROWS = 64 * 65, SUM = 65521 };
    png_start(blob, &small);
    size_t opened = png_open(blob, "IDAT");
    put(blob, "\x78\x01\x01", 3);
    put(blob, "\x40\x10\xbf\xef", 4);
    put_byte(blob, filter, 1);
    put_byte(blob, 0, ROWS - 1);
    put_u32(blob, (1 + filter) * ROWS % SUM << 16 | (1 + filter)); /* Adler-32 */
    png_close(blob, opened);
    png_end(blob);
}

/* Every checksum of a chunk wrong. */
static void make_bad_crc(struct ki_blob *blob, unsigned offset)
{
    png_zeros(blob, &small);
    blob->data[offset] ^= 1;
}

/* The first nbytes of a picture, counted from its end if they are negative. */
static void make_truncated(struct ki_blob *blob, unsigned nbytes)
{
    png_zeros(blob, &small);
    int count = (int)nbytes;
    cut(blob, count < 0 ? blob->nbytes + (size_t)count : (size_t)count);
}

static const struct bomb bombs[] = {
    {"blocks-stored.png", "low-information|limit:time", make_empty_blocks, 0, true},
    {"blocks-fixed.png", "low-information|limit:time", make_empty_blocks, 1, true},
    {"rows-1-gib.png", "low-information|limit:time", make_too_many_rows, 1, true},
    {"rows-50-gib.png", "limit:time", make_too_many_rows, 50, true},
    {"surplus-1.png", "low-information", make_surplus, 1, false},
    {"surplus-60-mib.png", "corrupt", make_surplus, NBYTES_MOST, true},
    {"split.png", "low-information", make_split, 64, false},
    {"split-5000.png", "low-information", make_split, 5000, true},
    {"parted.png", "corrupt", make_parted, 20, false},
    {"stream-none.png", "corrupt", make_stream, 0, false},
    {"stream-1.png", "corrupt", make_stream, 1, false},
    {"stream-2.png", "corrupt", make_stream, 2, false},
    {"stream-header-check.png", "corrupt", make_stream, 3, false},
    {"stream-method.png", "corrupt", make_stream, 4, false},
    {"stream-window.png", "corrupt", make_stream, 5, false},
    {"stream-dictionary.png", "corrupt", make_stream, 6, false},
    {"stream-block-type.png", "corrupt", make_stream, 7, false},
    {"stream-stored-length.png", "corrupt", make_stream, 8, false},
    {"stream-distance.png", "corrupt", make_stream, 9, false},
    {"stream-nothing.png", "corrupt", make_stream, 10, false},
    {"stream-checksum.png", "corrupt", make_stream, 11, false},
    {"filter-5.png", "corrupt", make_bad_filter, 5, false},
    {"filter-255.png", "corrupt", make_bad_filter, 255, false},
    {"crc-of-header.png", "corrupt", make_bad_crc, AFTER_IHDR - 1, false},
    {"crc-of-data.png", "corrupt", make_bad_crc, AFTER_IHDR + 12, false},
    {"truncated-4.png", "truncated|unsupported-format", make_truncated, 4, false},
    {"truncated-8.png", "truncated", make_truncated, 8, false},
    {"truncated-20.png", "truncated", make_truncated, 20, false},
    {"truncated-33.png", "truncated", make_truncated, 33, false},
    {"truncated-41.png", "truncated", make_truncated, 41, false},
    {"truncated-50.png", "truncated", make_truncated, 50, false},
    {"truncated-before-crc.png", "truncated", make_truncated, (unsigned)-16, false},
    {"truncated-before-iend.png", "truncated", make_truncated, (unsigned)-12, false},
    {"truncated-by-1.png", "truncated", make_truncated, (unsigned)-1, false},
};

const struct bomb_table png_stream_bombs = {bombs, COUNT(bombs)};
