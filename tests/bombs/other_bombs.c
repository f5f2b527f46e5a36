/* SPDX-License-Identifier: Apache-2.0 */
/* Files of other kinds, of no kind, and of two kinds at once. */
#include "bombs/bomb.h"
#include "bombs/jpeg_parts.h"
#include "bombs/png_parts.h"

#define COUNT(array) (unsigned)(sizeof(array) / sizeof((array)[0]))

static const struct start {
    const char *data;
    size_t nbytes;
} starts[] = {
    {"", 0},
    {"\xff\xd8\xff", 3},
    {"\xff\xd8", 2},
    {"\x89PNG\r\n\x1a\n", 8},
    {"GIF89a\xff\xff\xff\xff\xf7\0\0", 13},
    {"RIFF\xff\xff\xff\xffWEBPVP8X\x0a\0\0\0\x10\0\0\0\xff\xff\xff\xff\xff\xff", 30},
    {"BM\xff\xff\xff\x7f\0\0\0\0\x36\0\0\0\x28\0\0\0\xff\xff\xff\x7f\xff\xff\xff\x7f",
     26},
    {"II*\0\x08\0\0\0\xff\xff", 10},
    {"\0\0\0\x1c"
     "ftypavif\0\0\0\0",
     16},
    {"\0\0\0\x0cJXL \r\n\x87\n", 12},
    {"\x1f\x8b\x08\0\0\0\0\0\0\3", 10},
    {"PK\3\4", 4},
    {"<svg xmlns='http://www.w3.org/2000/svg' width='99999999'/>", 57},
};

static void make_start(struct ki_blob *blob, unsigned number)
{
    put(blob, starts[number].data, starts[number].nbytes);
}

/* One byte more than a file may have. */
static void make_too_large(struct ki_blob *blob, unsigned nbytes)
{
    jpeg_flat(blob, 64, 64);
    put_byte(blob, 0, nbytes - blob->nbytes);
}

/* A picture of one kind with one of another behind it. */
static void make_polyglot(struct ki_blob *blob, unsigned is_png_first)
{
    const struct png_header header = {.width = 64, .height = 64, .bit_depth = 8};
    struct ki_blob png = {0};
    png_zeros(&png, &header);
    if (is_png_first) {
        put(blob, png.data, png.nbytes);
    }
    jpeg_flat(blob, 64, 64);
    if (!is_png_first) {
        put(blob, png.data, png.nbytes);
    }
    ki_blob_destroy(&png);
}

static const struct bomb bombs[] = {
    {"nothing.jpg", "empty", make_start, 0, false},
    {"three-bytes.jpg", "truncated", make_start, 1, false},
    {"two-bytes.jpg", "unsupported-format", make_start, 2, false},
    {"signature.png", "truncated", make_start, 3, false},
    {"large.gif", "unsupported-format", make_start, 4, false},
    {"large.webp", "unsupported-format", make_start, 5, false},
    {"large.bmp", "unsupported-format", make_start, 6, false},
    {"large.tiff", "unsupported-format", make_start, 7, false},
    {"large.avif", "unsupported-format", make_start, 8, false},
    {"large.jxl", "unsupported-format", make_start, 9, false},
    {"packed.gz", "unsupported-format", make_start, 10, false},
    {"packed.zip", "unsupported-format", make_start, 11, false},
    {"large.svg", "unsupported-format", make_start, 12, false},
    {"file-size.jpg", "limit:file-size", make_too_large, (64u << 20) + 1, true},
    {"file-size-most.jpg", "low-information", make_too_large, 64u << 20, true},
    {"jpeg-then-png.jpg", "low-information", make_polyglot, 0, false},
    {"png-then-jpeg.png", "low-information", make_polyglot, 1, false},
};

const struct bomb_table other_bombs = {bombs, COUNT(bombs)};
