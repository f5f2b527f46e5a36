/* SPDX-License-Identifier: Apache-2.0 */
/* PNGs with many, large, compressed, missing or misplaced chunks. */
#include <string.h>

#include "bombs/bomb.h"
#include "bombs/png_parts.h"

#define COUNT(array) (unsigned)(sizeof(array) / sizeof((array)[0]))

enum { NBYTES_MOST = 60 << 20, MIB = 1 << 20 };

/* The start of a compressed text or profile, up to its data. */
static void put_head(struct ki_blob *blob, const char *type)
{
    put(blob, "key\0", 4);
    if (strcmp(type, "iTXt") == 0) {
        put(blob, "\1\0\0\0", 4); /* compressed, method, language, keyword */
    } else {
        put(blob, "\0", 1);
    }
}

static const char *const compressed_types[] = {"zTXt", "iTXt", "iCCP"};

static void put_compressed(struct ki_blob *blob, const char *type, uint64_t nzeros)
{
    size_t opened = png_open(blob, type);
    put_head(blob, type);
    zlib_zeros(blob, nzeros);
    png_close(blob, opened);
}

/* One chunk of a MiB, which inflates to one GiB. */
static void make_inflating(struct ki_blob *blob, unsigned type)
{
    struct ki_blob extra = {0};
    put_compressed(&extra, compressed_types[type], (uint64_t)900 << 20);
    png_small_with(blob, &extra);
    ki_blob_destroy(&extra);
}

/* Many that keep to the limit of one each. */
static void make_inflating_all(struct ki_blob *blob, unsigned type)
{
    struct ki_blob extra = {0};
    for (int i = 0; i < 900; i++) {
        put_compressed(&extra, compressed_types[type], MIB);
    }
    png_small_with(blob, &extra);
    ki_blob_destroy(&extra);
}

/* Streams of Huffman tables that inflate to nothing, slowly: four blocks. */
static void put_tables(struct ki_blob *blob, size_t nbytes)
{
    static const uint8_t tables[] = {
        0x04, 0xc0, 0x81, 0x00, 0x00, 0x00, 0x00, 0x00, 0x90, 0xff, 0x6b, 0x10,
        0x00, 0x07, 0x02, 0x00, 0x00, 0x00, 0x00, 0x40, 0xfe, 0xaf, 0x41, 0x00,
        0x1c, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0xf9, 0xbf, 0x06, 0x01, 0x70,
        0x20, 0x00, 0x00, 0x00, 0x00, 0x00, 0xe4, 0xff, 0x1a,
    };
    put(blob, "\x78\x9c", 2);
    for (size_t i = 0; i < nbytes; i += sizeof tables) {
        put(blob, tables, sizeof tables);
    }
}

static void make_slow_texts(struct ki_blob *blob, unsigned count)
{
    struct ki_blob extra = {0};
    for (unsigned i = 0; i < count; i++) {
        size_t opened = png_open(&extra, "zTXt");
        put_head(&extra, "zTXt");
        put_tables(&extra, MIB - 100);
        png_close(&extra, opened);
    }
    png_small_with(blob, &extra);
    ki_blob_destroy(&extra);
}

static void make_slow_picture(struct ki_blob *blob, unsigned nbytes)
{
    const struct png_header header = {.width = 64, .height = 64, .bit_depth = 8};
    png_start(blob, &header);
    size_t opened = png_open(blob, "IDAT");
    put_tables(blob, nbytes);
    png_close(blob, opened);
    png_end(blob);
}

static const struct extra {
    const char *type;
    size_t nbytes; /* of zeros */
    unsigned count;
} extras[] = {
    {"tEXt", MIB + 1, 1},  {"eXIf", 32 * MIB, 1}, {"sPLT", MIB + 1, 1},
    {"aaAa", 60 * MIB, 1}, {"tEXt", 2, 1000},     {"aaAa", 0, 100000},
    {"aaAa", 0, 5000000},  {"eXIf", MIB, 60},     {"CgBI", 4, 1},
    {"AAAA", 0, 1},        {"IHDR", 13, 1},       {"IEND", 0, 1},
    {"PLTE", 769, 1},      {"PLTE", 0, 1},        {"PLTE", 2, 1},
    {"PLTE", 6, 1000},     {"tRNS", 1000, 1},     {"hIST", 512, 1},
    {"fcTL", 26, 2000},    {"fdAT", 8, 500000},   {"a\0A\xff", 8, 1},
    {"iCCP", MIB, 900},    {"IDAT", 0, 5000000},  {"zTXt", 65536, 900},
};

static void make_extra(struct ki_blob *blob, unsigned number)
{
    const struct extra *extra = &extras[number];
    struct ki_blob chunks = {0};
    struct ki_blob zeros = {0};
    put_byte(&zeros, 0, extra->nbytes);
    for (unsigned i = 0; i < extra->count && chunks.nbytes < NBYTES_MOST; i++) {
        png_chunk(&chunks, extra->type, zeros.data, zeros.nbytes);
    }
    png_small_with(blob, &chunks);
    ki_blob_destroy(&zeros);
    ki_blob_destroy(&chunks);
}

/* An animation of that many frames, of which the file has the first. */
static void make_frames(struct ki_blob *blob, unsigned nframes)
{
    struct ki_blob extra = {0};
    size_t opened = png_open(&extra, "acTL");
    put_u32(&extra, nframes);
    put_u32(&extra, 0);
    png_close(&extra, opened);
    png_small_with(blob, &extra);
    ki_blob_destroy(&extra);
}

/* Chunk lengths that reach beyond the file. */
static void make_length(struct ki_blob *blob, unsigned length)
{
    struct ki_blob extra = {0};
    put_u32(&extra, length);
    put(&extra, "tEXt", 4);
    png_small_with(blob, &extra);
    ki_blob_destroy(&extra);
}

static const struct bomb bombs[] = {
    {"ztxt.png", "limit:chunk-size", make_inflating, 0, false},
    {"itxt.png", "limit:chunk-size", make_inflating, 1, false},
    {"iccp.png", "limit:chunk-size", make_inflating, 2, false},
    {"ztxt-900.png", "limit:chunk-size", make_inflating_all, 0, false},
    {"itxt-900.png", "limit:chunk-size", make_inflating_all, 1, false},
    {"iccp-900.png", "limit:chunk-size", make_inflating_all, 2, false},
    {"ztxt-tables-only.png", "limit:time", make_slow_texts, 59, true},
    {"tables-only.png", "limit:time", make_slow_picture, NBYTES_MOST, true},
    {"text-too-long.png", "limit:chunk-size", make_extra, 0, false},
    {"exif-32-mib.png", "limit:chunk-size", make_extra, 1, true},
    {"splt.png", "limit:chunk-size", make_extra, 2, false},
    {"unknown-60-mib.png", "limit:chunk-size", make_extra, 3, true},
    {"texts-1000.png", "limit:chunks", make_extra, 4, false},
    {"unknown-100000.png", "limit:chunks", make_extra, 5, false},
    {"unknown-5000000.png", "limit:chunks", make_extra, 6, true},
    {"exif-60.png", "low-information", make_extra, 7, true},
    {"cgbi.png", "unsupported-coding", make_extra, 8, false},
    {"unknown-critical.png", "unsupported-coding", make_extra, 9, false},
    {"header-twice.png", "corrupt", make_extra, 10, false},
    {"end-first.png", "corrupt", make_extra, 11, false},
    {"palette-769.png", "corrupt|low-information", make_extra, 12, false},
    {"palette-0.png", "corrupt|low-information", make_extra, 13, false},
    {"palette-2.png", "corrupt|low-information", make_extra, 14, false},
    {"palettes-1000.png", "corrupt|limit:chunks", make_extra, 15, false},
    {"transparency-1000.png", "low-information", make_extra, 16, false},
    {"histogram.png", "low-information", make_extra, 17, false},
    {"frames-2000.png", "limit:chunks", make_extra, 18, false},
    {"frame-data-500000.png", "low-information", make_extra, 19, true},
    {"chunk-of-no-letters.png", "corrupt", make_extra, 20, false},
    {"iccp-zeros.png", "low-information|limit:time", make_extra, 21, true},
    {"empty-idats.png", "low-information|corrupt", make_extra, 22, true},
    {"ztxt-zeros.png", "low-information|limit:time", make_extra, 23, true},
    {"frames-2.png", "unsupported-frames|low-information", make_frames, 2, false},
    {"frames-most.png", "unsupported-frames|low-information", make_frames, 0x7fffffff,
     false},
    {"length-most.png", "truncated", make_length, 0x7fffffff, false},
    {"length-negative.png", "corrupt", make_length, 0xffffffff, false},
    {"length-one-more.png", "corrupt", make_length, 40, false},
};

const struct bomb_table png_chunk_bombs = {bombs, COUNT(bombs)};
