/* SPDX-License-Identifier: Apache-2.0 */
/* JPEGs that claim to be large, or to be what few decoders know. */
#include "bombs/bomb.h"
#include "bombs/jpeg_parts.h"

#define COUNT(array) (unsigned)(sizeof(array) / sizeof((array)[0]))

static const struct jpeg_frame frames[] = {
    {SOF_PROGRESSIVE, 65500, 65500, 3, 0, 0x22},
    {SOF_BASELINE, 65535, 65535, 3, 0, 0x22},
    {SOF_BASELINE, 65535, 1, 1, 0, 0},
    {SOF_BASELINE, 1, 65535, 1, 0, 0},
    {SOF_BASELINE, 16385, 8, 1, 0, 0},
    {SOF_BASELINE, 12000, 12000, 3, 0, 0},
    {SOF_PROGRESSIVE, 8000, 8000, 3, 0, 0},
    {SOF_ARITHMETIC, 16000, 16000, 3, 0, 0},
    {SOF_ARITHMETIC_PROGRESSIVE, 8000, 8000, 4, 0, 0},
    /* Within the limits, and empty. */
    {SOF_BASELINE, 9000, 9000, 3, 0, 0x44},
    {SOF_PROGRESSIVE, 7071, 7071, 3, 0, 0},
    {SOF_PROGRESSIVE, 7071, 7071, 4, 0, 0},
    {SOF_PROGRESSIVE, 16384, 3051, 3, 0, 0x41},
    {SOF_ARITHMETIC, 10000, 10000, 3, 0, 0},
    {SOF_ARITHMETIC, 10000, 10000, 4, 0, 0x44},
    {SOF_ARITHMETIC_PROGRESSIVE, 7071, 7071, 4, 0, 0},
    /* Of other kinds. */
    {SOF_EXTENDED, 64, 64, 1, 12, 0},
    {SOF_BASELINE, 64, 64, 1, 16, 0},
    {SOF_LOSSLESS, 64, 64, 1, 0, 0},
    {SOF_HIERARCHICAL, 64, 64, 1, 0, 0},
    {SOF_BASELINE, 64, 64, 2, 0, 0},
    {SOF_BASELINE, 64, 64, 10, 0, 0},
    {SOF_BASELINE, 64, 64, 255, 0, 0},
    {SOF_BASELINE, 64, 64, 0, 0, 0},
    {SOF_BASELINE, 0, 64, 1, 0, 0},
    {SOF_BASELINE, 64, 64, 1, 0, 0x55},
    {SOF_BASELINE, 64, 64, 3, 0, 0x31},
};

/* The frame of that number and hardly any data. */
static void make_frame(struct ki_blob *blob, unsigned number)
{
    const struct jpeg_frame *frame = &frames[number];
    bool is_progressive =
        frame->code == SOF_PROGRESSIVE || frame->code == SOF_ARITHMETIC_PROGRESSIVE;
    unsigned count = frame->ncomponents < 4 ? frame->ncomponents : 4;
    const struct jpeg_scan scan = {
        .first = 1, .count = count, .to = is_progressive ? 0 : 63};
    jpeg_start(blob, frame);
    jpeg_scan(blob, &scan);
    put_byte(blob, 0, 4);
    jpeg_marker(blob, EOI);
}

/* No height yet: a DNL marker would tell it, were it read. */
static void make_dnl(struct ki_blob *blob, unsigned count)
{
    const struct jpeg_frame frame = {
        .code = SOF_BASELINE, .width = 64, .ncomponents = 1};
    jpeg_start(blob, &frame);
    const struct jpeg_scan scan = {.first = 1, .count = 1, .to = 63};
    jpeg_scan(blob, &scan);
    put_byte(blob, 0, 16);
    for (unsigned i = 0; i < count; i++) {
        static const uint8_t height[] = {0xff, 0xdc};
        jpeg_segment(blob, DNL, height, sizeof height);
    }
    jpeg_marker(blob, EOI);
}

/* All rows are there, and flat. */
static void make_flat(struct ki_blob *blob, unsigned side)
{
    jpeg_flat(blob, side, side);
}

static const struct bomb bombs[] = {
    {"side-progressive.jpg", "limit:side", make_frame, 0, false},
    {"side-baseline.jpg", "limit:side", make_frame, 1, false},
    {"side-wide.jpg", "limit:side", make_frame, 2, false},
    {"side-tall.jpg", "limit:side", make_frame, 3, false},
    {"side-one-more.jpg", "limit:side", make_frame, 4, false},
    {"pixels-baseline.jpg", "limit:pixels", make_frame, 5, false},
    {"pixels-progressive.jpg", "limit:pixels", make_frame, 6, false},
    {"pixels-arithmetic.jpg", "limit:pixels", make_frame, 7, false},
    {"pixels-arithmetic-progressive.jpg", "limit:pixels", make_frame, 8, false},
    {"empty-baseline.jpg", "corrupt", make_frame, 9, false},
    {"empty-progressive.jpg", "corrupt", make_frame, 10, false},
    {"empty-progressive-cmyk.jpg", "corrupt", make_frame, 11, false},
    {"empty-progressive-wide.jpg", "corrupt", make_frame, 12, false},
    {"empty-arithmetic.jpg", "corrupt|low-information", make_frame, 13, false},
    {"empty-arithmetic-cmyk.jpg", "corrupt|low-information", make_frame, 14, false},
    {"empty-arithmetic-progressive.jpg", "corrupt|low-information|limit:time",
     make_frame, 15, true},
    {"twelve-bit.jpg", "unsupported-coding", make_frame, 16, false},
    {"sixteen-bit.jpg", "unsupported-coding", make_frame, 17, false},
    {"lossless.jpg", "unsupported-coding", make_frame, 18, false},
    {"hierarchical.jpg", "unsupported-coding", make_frame, 19, false},
    {"two-components.jpg", "unsupported-coding", make_frame, 20, false},
    {"ten-components.jpg", "unsupported-coding|corrupt", make_frame, 21, false},
    {"all-components.jpg", "unsupported-coding|corrupt", make_frame, 22, false},
    {"no-components.jpg", "corrupt", make_frame, 23, false},
    {"no-width.jpg", "corrupt", make_frame, 24, false},
    {"sampling-5.jpg", "corrupt", make_frame, 25, false},
    {"sampling-3.jpg", "corrupt|unsupported-coding", make_frame, 26, false},
    {"dnl.jpg", "unsupported-coding", make_dnl, 1, false},
    {"dnl-65500.jpg", "unsupported-coding", make_dnl, 65500, false},
    {"flat-10000.jpg", "low-information", make_flat, 10000, true},
};

const struct bomb_table jpeg_size_bombs = {bombs, COUNT(bombs)};
