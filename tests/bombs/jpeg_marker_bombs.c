/* SPDX-License-Identifier: Apache-2.0 */
/* JPEGs with a great deal of something between the picture's own parts, with restart
 * intervals, damaged tables, or an end that comes early. */
#include <string.h>

#include "bombs/bomb.h"
#include "bombs/jpeg_parts.h"

#define COUNT(array) (unsigned)(sizeof(array) / sizeof((array)[0]))

enum { SIDE = 64, NBYTES_MOST = 60 << 20, SEGMENT_MOST = 65533 };

enum filler {
    COMMENTS,
    FILL_BYTES,
    GARBAGE,
    HUFFMAN,
    QUANTISATION,
    CONDITIONING,
    INTERVALS,
    EXIF,
    ICC,
    ADOBE,
    NESTED
};

static void put_filler(struct ki_blob *blob, enum filler filler)
{
    static uint8_t zeros[SEGMENT_MOST];
    static const uint8_t conditioning[] = {0, 0x10}; /* of table 0, 0 … 1 */
    switch (filler) {
    case COMMENTS:
        jpeg_segment(blob, COM, NULL, 0);
        break;
    case FILL_BYTES:
        put_byte(blob, 0xff, 4096);
        break;
    case GARBAGE:
        jpeg_segment(blob, COM, NULL, 0);
        put_byte(blob, 0x55, 4096);
        break;
    case HUFFMAN:
        jpeg_huffman(blob);
        break;
    case QUANTISATION:
        jpeg_quantisation(blob);
        break;
    case CONDITIONING:
        jpeg_segment(blob, 0xcc, conditioning, sizeof conditioning);
        break;
    case INTERVALS:
        jpeg_segment(blob, DRI, zeros, 2);
        break;
    case EXIF:
        memcpy(zeros, "Exif\0", 6);
        jpeg_segment(blob, 0xe1, zeros, SEGMENT_MOST);
        break;
    case ICC:
        memcpy(zeros, "ICC_PROFILE", 12);
        jpeg_segment(blob, 0xe2, zeros, SEGMENT_MOST);
        break;
    case ADOBE:
        jpeg_segment(blob, 0xee, "Adobe\0d\0\0\0\0\2", 12);
        break;
    case NESTED:
        jpeg_marker(blob, SOI);
        break;
    }
}

/* As much of it as a file may have, before a small flat picture. */
static void make_filled(struct ki_blob *blob, unsigned filler)
{
    struct ki_blob picture = {0};
    jpeg_flat(&picture, SIDE, SIDE);
    jpeg_marker(blob, SOI);
    while (blob->nbytes < NBYTES_MOST) {
        put_filler(blob, (enum filler)filler);
    }
    put(blob, picture.data + 2, picture.nbytes - 2);
    ki_blob_destroy(&picture);
}

static void make_once(struct ki_blob *blob, unsigned filler)
{
    struct ki_blob picture = {0};
    jpeg_flat(&picture, SIDE, SIDE);
    jpeg_marker(blob, SOI);
    put_filler(blob, (enum filler)filler);
    put(blob, picture.data + 2, picture.nbytes - 2);
    ki_blob_destroy(&picture);
}

/* A restart marker after every block of a picture of side × side. */
static void make_restarts(struct ki_blob *blob, unsigned side)
{
    static const uint8_t interval[] = {0, 1};
    const struct jpeg_frame frame = {
        .code = SOF_BASELINE, .width = side, .height = side, .ncomponents = 1};
    const struct jpeg_scan scan = {.first = 1, .count = 1, .to = 63};
    size_t nblocks = (size_t)(side / 8) * (side / 8);
    jpeg_start(blob, &frame);
    jpeg_segment(blob, DRI, interval, sizeof interval);
    jpeg_scan(blob, &scan);
    for (size_t i = 0; i < nblocks; i++) {
        put_byte(blob, 0x3f, 1); /* two bits, and ones up to the byte */
        if (i + 1 < nblocks) {
            jpeg_marker(blob, 0xd0 + (unsigned)(i % 8));
        }
    }
    jpeg_marker(blob, EOI);
}

/* Restarts announced, and none there. */
static void make_no_restarts(struct ki_blob *blob, unsigned side)
{
    static const uint8_t interval[] = {0, 1};
    struct ki_blob picture = {0};
    jpeg_flat(&picture, side, side);
    jpeg_marker(blob, SOI);
    jpeg_segment(blob, DRI, interval, sizeof interval);
    put(blob, picture.data + 2, picture.nbytes - 2);
    ki_blob_destroy(&picture);
}

/* Nothing but restart markers where the data should be. */
static void make_only_restarts(struct ki_blob *blob, unsigned count)
{
    static const uint8_t interval[] = {0, 1};
    const struct jpeg_frame frame = {
        .code = SOF_BASELINE, .width = 8000, .height = 8000, .ncomponents = 1};
    const struct jpeg_scan scan = {.first = 1, .count = 1, .to = 63};
    jpeg_start(blob, &frame);
    jpeg_segment(blob, DRI, interval, sizeof interval);
    jpeg_scan(blob, &scan);
    for (unsigned i = 0; i < count; i++) {
        jpeg_marker(blob, 0xd0 + i % 8);
    }
    jpeg_marker(blob, EOI);
}

/* A flat picture less the segment of one code. */
static void make_without(struct ki_blob *blob, unsigned code)
{
    struct ki_blob picture = {0};
    jpeg_flat(&picture, SIDE, SIDE);
    put(blob, picture.data, 2);
    size_t at = 2;
    bool is_data = false;
    while (!is_data) {
        size_t nbytes = 2 + (size_t)(picture.data[at + 2] << 8 | picture.data[at + 3]);
        is_data = picture.data[at + 1] == 0xda;
        if (picture.data[at + 1] != code) {
            put(blob, picture.data + at, nbytes);
        }
        at += nbytes;
    }
    put(blob, picture.data + at, picture.nbytes - at);
    ki_blob_destroy(&picture);
}

/* Code lengths that no set of codes can have. */
static void make_bad_huffman(struct ki_blob *blob, unsigned nvalues)
{
    uint8_t table[1 + 16 + 256] = {0};
    table[1] = (uint8_t)nvalues;
    jpeg_marker(blob, SOI);
    jpeg_quantisation(blob);
    jpeg_segment(blob, 0xc4, table, 1 + 16 + nvalues);
    const struct jpeg_frame frame = {
        .code = SOF_BASELINE, .width = SIDE, .height = SIDE, .ncomponents = 1};
    jpeg_frame(blob, &frame);
    jpeg_flat_data(blob, 1, 64);
}

/* The first permille of a flat picture. */
static void make_truncated(struct ki_blob *blob, unsigned permille)
{
    jpeg_flat(blob, 256, 256);
    cut(blob, blob->nbytes * permille / 1000);
}

static void make_two_frames(struct ki_blob *blob, unsigned side)
{
    const struct jpeg_frame frame = {
        .code = SOF_BASELINE, .width = side, .height = side, .ncomponents = 1};
    jpeg_start(blob, &frame);
    jpeg_frame(blob, &frame);
    jpeg_flat_data(blob, 1, 64);
}

static void make_segment_of_no_length(struct ki_blob *blob, unsigned code)
{
    jpeg_marker(blob, SOI);
    jpeg_marker(blob, code);
    put_u16(blob, 0);
    put_byte(blob, 0, 64);
}

static const struct bomb bombs[] = {
    {"comments.jpg", "low-information|limit:time", make_filled, COMMENTS, true},
    {"fill-bytes.jpg", "low-information|limit:time", make_filled, FILL_BYTES, true},
    {"garbage.jpg", "corrupt", make_filled, GARBAGE, true},
    {"tables-huffman.jpg", "low-information|limit:time", make_filled, HUFFMAN, true},
    {"tables-quantisation.jpg", "low-information|limit:time", make_filled, QUANTISATION,
     true},
    {"tables-conditioning.jpg", "low-information|limit:time", make_filled, CONDITIONING,
     true},
    {"intervals.jpg", "low-information|limit:time", make_filled, INTERVALS, true},
    {"exif.jpg", "low-information|limit:time", make_filled, EXIF, true},
    {"icc.jpg", "low-information|limit:time", make_filled, ICC, true},
    {"adobe.jpg", "low-information|limit:time", make_filled, ADOBE, true},
    {"nested.jpg", "corrupt", make_filled, NESTED, true},
    {"nested-once.jpg", "corrupt", make_once, NESTED, false},
    {"garbage-once.jpg", "corrupt", make_once, GARBAGE, false},
    {"exif-once.jpg", "low-information", make_once, EXIF, false},
    {"restarts.jpg", "low-information", make_restarts, 2048, false},
    {"restarts-many.jpg", "low-information|limit:time", make_restarts, 8000, true},
    {"restarts-missing.jpg", "corrupt", make_no_restarts, 8000, false},
    {"restarts-only.jpg", "corrupt", make_only_restarts, 1000000, true},
    {"without-quantisation.jpg", "corrupt", make_without, 0xdb, false},
    {"without-huffman.jpg", "corrupt", make_without, 0xc4, false},
    {"without-frame.jpg", "corrupt", make_without, SOF_BASELINE, false},
    {"without-scan.jpg", "corrupt", make_without, 0xda, false},
    {"huffman-3-of-one-bit.jpg", "corrupt", make_bad_huffman, 3, false},
    {"huffman-255-of-one-bit.jpg", "corrupt", make_bad_huffman, 255, false},
    {"two-frames.jpg", "corrupt", make_two_frames, SIDE, false},
    {"segment-of-no-length.jpg", "truncated|corrupt", make_segment_of_no_length, 0xe1,
     false},
    {"table-of-no-length.jpg", "corrupt", make_segment_of_no_length, 0xdb, false},
    {"truncated-20.jpg", "truncated", make_truncated, 20, false},
    {"truncated-100.jpg", "truncated", make_truncated, 100, false},
    {"truncated-200.jpg", "truncated", make_truncated, 200, false},
    {"truncated-300.jpg", "truncated", make_truncated, 300, false},
    {"truncated-400.jpg", "truncated", make_truncated, 400, false},
    {"truncated-500.jpg", "truncated", make_truncated, 500, false},
    {"truncated-900.jpg", "truncated", make_truncated, 900, false},
    {"truncated-999.jpg", "truncated", make_truncated, 999, false},
};

const struct bomb_table jpeg_marker_bombs = {bombs, COUNT(bombs)};
