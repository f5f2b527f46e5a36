/* SPDX-License-Identifier: Apache-2.0 */
/* PNGs that claim to be large, or to be what there is not. */
#include "bombs/bomb.h"
#include "bombs/png_parts.h"

#define COUNT(array) (unsigned)(sizeof(array) / sizeof((array)[0]))

enum { GRAY = 0, RGB = 2, PALETTE = 3, RGBA = 6 };

static const struct png_header headers[] = {
    {0x7fffffff, 0x7fffffff, 8, RGB, 0, 0, 0},
    {0xffffffff, 1, 8, RGB, 0, 0, 0},
    {16385, 1, 1, GRAY, 0, 0, 0},
    {1, 16385, 8, GRAY, 0, 0, 0},
    {10001, 10000, 8, RGB, 0, 0, 0},
    {7072, 7072, 16, RGBA, 0, 0, 1},
    {16384, 16384, 1, GRAY, 0, 0, 0},
    {64, 0, 8, GRAY, 0, 0, 0},
    {0, 64, 8, GRAY, 0, 0, 0},
    {64, 64, 3, GRAY, 0, 0, 0},
    {64, 64, 16, PALETTE, 0, 0, 0},
    {64, 64, 8, 5, 0, 0, 0},
    {64, 64, 8, 255, 0, 0, 0},
    {64, 64, 8, GRAY, 1, 0, 0},
    {64, 64, 8, GRAY, 0, 64, 0},
    {64, 64, 8, GRAY, 0, 0, 2},
    /* Within the limits, and empty. */
    {7071, 7071, 16, RGBA, 0, 0, 1},
    {10000, 10000, 16, RGBA, 0, 0, 0},
    /* Within the limits, and all there. */
    {10000, 10000, 1, GRAY, 0, 0, 0},
    {10000, 10000, 8, RGB, 0, 0, 0},
    {10000, 10000, 8, RGBA, 0, 0, 0},
    {10000, 10000, 8, PALETTE, 0, 0, 0},
    {10000, 10000, 16, RGBA, 0, 0, 0},
    {7071, 7071, 8, RGB, 0, 0, 1},
    {7071, 7071, 16, RGBA, 0, 0, 1},
    {7071, 7071, 1, GRAY, 0, 0, 1},
    {16384, 6, 16, RGBA, 0, 0, 0},
    {6, 16384, 16, RGBA, 0, 0, 1},
};

static void make_header(struct ki_blob *blob, unsigned number)
{
    png_start(blob, &headers[number]);
    size_t opened = png_open(blob, "IDAT");
    zlib_zeros(blob, 4096);
    png_close(blob, opened);
    png_end(blob);
}

static void make_zeros(struct ki_blob *blob, unsigned number)
{
    png_zeros(blob, &headers[number]);
}

static const struct bomb bombs[] = {
    {"side-most.png", "limit:side", make_header, 0, false},
    {"side-negative.png", "limit:side|corrupt", make_header, 1, false},
    {"side-wide.png", "limit:side", make_header, 2, false},
    {"side-tall.png", "limit:side", make_header, 3, false},
    {"pixels.png", "limit:pixels", make_header, 4, false},
    {"pixels-interlaced.png", "limit:pixels", make_header, 5, false},
    {"pixels-of-one-bit.png", "limit:pixels", make_header, 6, false},
    {"no-height.png", "corrupt", make_header, 7, false},
    {"no-width.png", "corrupt", make_header, 8, false},
    {"depth-3.png", "corrupt", make_header, 9, false},
    {"palette-of-16-bits.png", "corrupt", make_header, 10, false},
    {"colour-type-5.png", "corrupt", make_header, 11, false},
    {"colour-type-255.png", "corrupt", make_header, 12, false},
    {"compression-1.png", "corrupt", make_header, 13, false},
    {"filter-method-64.png", "corrupt", make_header, 14, false},
    {"interlace-2.png", "corrupt", make_header, 15, false},
    {"empty-interlaced.png", "corrupt", make_header, 16, false},
    {"empty.png", "corrupt", make_header, 17, false},
    {"zeros-1-bit.png", "low-information|limit:time", make_zeros, 18, true},
    {"zeros-rgb.png", "low-information|limit:time", make_zeros, 19, true},
    {"zeros-rgba.png", "low-information|limit:time", make_zeros, 20, true},
    {"zeros-palette.png", "low-information|limit:time", make_zeros, 21, true},
    {"zeros-rgba-16.png", "low-information|limit:time", make_zeros, 22, true},
    {"zeros-interlaced.png", "low-information|limit:time", make_zeros, 23, true},
    {"zeros-interlaced-rgba-16.png", "low-information|limit:time", make_zeros, 24,
     true},
    {"zeros-interlaced-1-bit.png", "low-information|limit:time", make_zeros, 25, true},
    {"zeros-wide.png", "low-information", make_zeros, 26, false},
    {"zeros-tall-interlaced.png", "low-information", make_zeros, 27, false},
};

const struct bomb_table png_header_bombs = {bombs, COUNT(bombs)};
