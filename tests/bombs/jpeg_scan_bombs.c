/* SPDX-License-Identifier: Apache-2.0 */
/* JPEGs of many scans: a few bytes each, and every one is a walk over the picture. */
#include "bombs/bomb.h"
#include "bombs/jpeg_parts.h"

#define COUNT(array) (unsigned)(sizeof(array) / sizeof((array)[0]))

enum { SIDE_MOST = 7071, NBANDS = 7, BAND = 9, BITS_MOST = 13, BLOCKS_AT_ONCE = 32767 };

static size_t count_blocks(unsigned side)
{
    size_t across = (side + 7) / 8;
    return across * across;
}

/* All blocks of a scan over AC coefficients end at once. */
static void put_ended_blocks(struct ki_blob *blob, size_t nblocks)
{
    for (size_t done = 0; done < nblocks; done += BLOCKS_AT_ONCE) {
        put_u16(blob, 0xbffe); /* 10, then 14 bits */
    }
}

static void put_dc(struct ki_blob *blob, unsigned ncomponents, size_t nblocks)
{
    const struct jpeg_scan scan = {.first = 1, .count = ncomponents};
    jpeg_scan(blob, &scan);
    put_byte(blob, 0, (nblocks * ncomponents + 7) / 8);
}

/* The coefficients bit by bit, in bands, until there are so many scans. */
static void put_refinements(struct ki_blob *blob, size_t nblocks, unsigned nscans)
{
    unsigned done = 0;
    for (unsigned low = BITS_MOST + 1; low-- > 0 && done < nscans;) {
        for (unsigned band = 0; band < NBANDS && done < nscans; band++, done++) {
            const struct jpeg_scan scan = {
                .first = 1,
                .count = 1,
                .from = 1 + BAND * band,
                .to = BAND * (band + 1),
                .high = low == BITS_MOST ? 0 : low + 1,
                .low = low,
            };
            jpeg_scan(blob, &scan);
            put_ended_blocks(blob, nblocks);
        }
    }
}

/* As many as there may be, over as many pixels as there may be. */
static void make_refined(struct ki_blob *blob, unsigned ncomponents)
{
    const struct jpeg_frame frame = {.code = SOF_PROGRESSIVE,
                                     .width = SIDE_MOST,
                                     .height = SIDE_MOST,
                                     .ncomponents = ncomponents};
    jpeg_start(blob, &frame);
    put_dc(blob, ncomponents, count_blocks(SIDE_MOST));
    put_refinements(blob, count_blocks(SIDE_MOST), 98);
    jpeg_marker(blob, EOI);
}

/* The first pass over the coefficients, again and again. */
static void make_repeated(struct ki_blob *blob, unsigned nscans)
{
    const unsigned side = nscans > 1000 ? 64 : SIDE_MOST;
    const struct jpeg_frame frame = {
        .code = SOF_PROGRESSIVE, .width = side, .height = side, .ncomponents = 1};
    jpeg_start(blob, &frame);
    put_dc(blob, 1, count_blocks(side));
    for (unsigned i = 0; i < nscans; i++) {
        const struct jpeg_scan scan = {.first = 1, .count = 1, .from = 1, .to = 63};
        jpeg_scan(blob, &scan);
        put_ended_blocks(blob, count_blocks(side));
    }
    jpeg_marker(blob, EOI);
}

/* Scans of the DC alone, each of them a fresh start to libjpeg's eyes. */
static void make_dc_scans(struct ki_blob *blob, unsigned nscans)
{
    const struct jpeg_frame frame = {
        .code = SOF_PROGRESSIVE, .width = 64, .height = 64, .ncomponents = 1};
    jpeg_start(blob, &frame);
    for (unsigned i = 0; i < nscans; i++) {
        put_dc(blob, 1, count_blocks(64));
    }
    jpeg_marker(blob, EOI);
}

/* Sequential, a component a scan, many times over. */
static void make_separate(struct ki_blob *blob, unsigned nscans)
{
    const struct jpeg_frame frame = {
        .code = SOF_BASELINE, .width = 512, .height = 512, .ncomponents = 3};
    jpeg_start(blob, &frame);
    for (unsigned i = 0; i < nscans; i++) {
        const struct jpeg_scan scan = {.first = 1 + i % 3, .count = 1, .to = 63};
        jpeg_scan(blob, &scan);
        put_byte(blob, 0, count_blocks(512) / 4);
    }
    jpeg_marker(blob, EOI);
}

/* Arithmetic decoders read zeros for ever once the data are out. */
static void make_arithmetic(struct ki_blob *blob, unsigned nscans)
{
    const struct jpeg_frame frame = {.code = SOF_ARITHMETIC_PROGRESSIVE,
                                     .width = SIDE_MOST,
                                     .height = SIDE_MOST,
                                     .ncomponents = 1};
    jpeg_start(blob, &frame);
    const struct jpeg_scan dc = {.first = 1, .count = 1};
    jpeg_scan(blob, &dc);
    put_byte(blob, 0, 8);
    for (unsigned i = 0; i + 1 < nscans; i++) {
        const struct jpeg_scan scan = {.first = 1,
                                       .count = 1,
                                       .from = 1,
                                       .to = 63,
                                       .high = i == 0 ? 0 : BITS_MOST + 1 - i,
                                       .low = BITS_MOST - i};
        jpeg_scan(blob, &scan);
        put_byte(blob, 0, 8);
    }
    jpeg_marker(blob, EOI);
}

static void make_bad_progression(struct ki_blob *blob, unsigned number)
{
    static const struct jpeg_scan scans[] = {
        {1, 1, 5, 2, 0, 0},  {1, 1, 1, 64, 0, 0}, {1, 1, 0, 5, 0, 0},
        {1, 1, 0, 0, 0, 15}, {1, 1, 1, 63, 1, 0}, {9, 1, 0, 0, 0, 0},
    };
    const struct jpeg_frame frame = {
        .code = SOF_PROGRESSIVE, .width = 64, .height = 64, .ncomponents = 1};
    jpeg_start(blob, &frame);
    jpeg_scan(blob, &scans[number]);
    put_byte(blob, 0, 64);
    jpeg_marker(blob, EOI);
}

static const struct bomb bombs[] = {
    {"scans-refined.jpg", "low-information|limit:time", make_refined, 1, true},
    {"scans-refined-colour.jpg", "low-information|limit:time", make_refined, 3, true},
    {"scans-refined-cmyk.jpg", "low-information|limit:time", make_refined, 4, true},
    {"scans-repeated-90.jpg", "low-information|limit:time", make_repeated, 90, true},
    {"scans-repeated-10000.jpg", "corrupt|limit:scans", make_repeated, 10000, false},
    {"scans-dc-101.jpg", "corrupt|limit:scans", make_dc_scans, 101, false},
    {"scans-dc-50000.jpg", "corrupt|limit:scans", make_dc_scans, 50000, false},
    {"scans-separate-101.jpg", "limit:scans", make_separate, 101, false},
    {"scans-separate-3000.jpg", "limit:scans", make_separate, 3000, true},
    {"scans-arithmetic.jpg", "corrupt|limit:time", make_arithmetic, 14, true},
    {"progression-ends-early.jpg", "corrupt", make_bad_progression, 0, false},
    {"progression-beyond-63.jpg", "corrupt", make_bad_progression, 1, false},
    {"progression-dc-and-ac.jpg", "corrupt", make_bad_progression, 2, false},
    {"progression-low-15.jpg", "corrupt", make_bad_progression, 3, false},
    {"progression-no-first.jpg", "corrupt", make_bad_progression, 4, false},
    {"progression-no-component.jpg", "corrupt", make_bad_progression, 5, false},
};

const struct bomb_table jpeg_scan_bombs = {bombs, COUNT(bombs)};
