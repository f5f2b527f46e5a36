/* SPDX-License-Identifier: Apache-2.0 */
/* Each limit by a file of its own, and the files that are built to cost much. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "decode/make_jpeg.h"
#include "decode/make_png.h"

/* Takes the file over. NULL: the default limits. The size is known all the same. */
static void expect_limit(struct file_bytes file, const struct ki_limits *limits,
                         enum ki_reason expected, const char *what)
{
    struct decoded decoded = {.reason = KI_REASON_NONE};
    decode_file(&file, limits, &decoded);
    cr_expect_eq(decoded.reason, expected, "%s: %s", what,
                 ki_reason_text(decoded.reason));
    cr_expect(decoded.info.width > 0 && decoded.info.height > 0, "%s", what);
    free_picture(&decoded.picture);
    free_file(&file);
}

static struct file_bytes jpeg_40x30(void)
{
    return make_jpeg((struct jpeg_options){.ncomponents = 3});
}

static struct file_bytes progressive_40x30(void)
{
    return make_jpeg((struct jpeg_options){.ncomponents = 3, .is_progressive = true});
}

static struct file_bytes png_13x11(bool is_interlaced)
{
    return make_png(
        (struct png_options){.color_type = 2, .is_interlaced = is_interlaced});
}

Test(limits, side)
{
    struct ki_limits limits = ki_limits_default();
    limits.side = 40;
    expect_limit(jpeg_40x30(), &limits, KI_REASON_NONE, "jpeg");
    limits.side = 39;
    expect_limit(jpeg_40x30(), &limits, KI_REASON_LIMIT_SIDE, "jpeg");
    limits.side = 13;
    expect_limit(png_13x11(false), &limits, KI_REASON_NONE, "png");
    limits.side = 12;
    expect_limit(png_13x11(false), &limits, KI_REASON_LIMIT_SIDE, "png");
}

Test(limits, pixels)
{
    struct ki_limits limits = ki_limits_default();
    limits.pixels = 1200; /* 40 × 30 */
    expect_limit(jpeg_40x30(), &limits, KI_REASON_NONE, "jpeg");
    limits.pixels--;
    expect_limit(jpeg_40x30(), &limits, KI_REASON_LIMIT_PIXELS, "jpeg");
    limits.pixels = 143; /* 13 × 11 */
    expect_limit(png_13x11(false), &limits, KI_REASON_NONE, "png");
    limits.pixels--;
    expect_limit(png_13x11(false), &limits, KI_REASON_LIMIT_PIXELS, "png");
}

Test(limits, buffered_pixels)
{
    struct ki_limits limits = ki_limits_default();
    limits.buffered_pixels = 100;
    expect_limit(jpeg_40x30(), &limits, KI_REASON_NONE, "baseline");
    expect_limit(progressive_40x30(), &limits, KI_REASON_LIMIT_PIXELS, "progressive");
    expect_limit(png_13x11(false), &limits, KI_REASON_NONE, "png");
    expect_limit(png_13x11(true), &limits, KI_REASON_LIMIT_PIXELS, "interlaced");
}

Test(limits, scans)
{
    struct ki_limits limits = ki_limits_default();
    limits.jpeg_scans = 10; /* what libjpeg's simple progression makes */
    expect_limit(progressive_40x30(), &limits, KI_REASON_NONE, "10 scans");
    limits.jpeg_scans = 9;
    expect_limit(progressive_40x30(), &limits, KI_REASON_LIMIT_SCANS, "9 scans");
}

Test(limits, chunks)
{
    struct ki_limits limits = ki_limits_default();
    struct file_bytes file = png_start();
    struct file_bytes data = png_idat_data(8, 8);
    png_ihdr(&file, 8, 8);
    for (size_t i = 0; i < data.nbytes; i++) {
        png_chunk(&file, "IDAT", data.data + i, 1);
    }
    png_iend(&file);
    limits.png_chunks = 3; /* all IDAT are one */
    expect_limit(copy_file(&file), &limits, KI_REASON_NONE, "3 chunks");
    limits.png_chunks = 2;
    expect_limit(file, &limits, KI_REASON_LIMIT_CHUNKS, "2 chunks");
    free_file(&data);
}

static struct file_bytes with_metadata(const char *type, const struct file_bytes *data,
                                       unsigned ntimes)
{
    struct file_bytes file = png_small();
    struct file_bytes chunk = png_loose_chunk(type, data->data, data->nbytes);
    for (unsigned i = 0; i < ntimes; i++) {
        splice(&file, png_after_ihdr, 0, chunk.data, chunk.nbytes);
    }
    free_file(&chunk);
    return file;
}

Test(limits, stored_chunk_size)
{
    struct ki_limits limits = ki_limits_default();
    struct file_bytes text = {NULL, 0};
    append(&text, "key\0text", 8);
    limits.chunk_nbytes = 8;
    expect_limit(with_metadata("tEXt", &text, 9), &limits, KI_REASON_NONE, "8 bytes");
    limits.chunk_nbytes = 7;
    expect_limit(with_metadata("tEXt", &text, 1), &limits, KI_REASON_LIMIT_CHUNK_SIZE,
                 "7 bytes");
    free_file(&text);
}

Test(limits, inflated_chunk_size)
{
    struct ki_limits limits = ki_limits_default();
    struct file_bytes text = png_ztxt_data(100000);
    limits.chunk_nbytes = 100000;
    expect_limit(with_metadata("zTXt", &text, 8), &limits, KI_REASON_NONE,
                 "8 x 100000");
    expect_limit(with_metadata("zTXt", &text, 9), &limits, KI_REASON_LIMIT_CHUNK_SIZE,
                 "9 x 100000");
    expect_limit(with_metadata("iCCP", &text, 9), &limits, KI_REASON_LIMIT_CHUNK_SIZE,
                 "iCCP");
    limits.chunk_nbytes = 99999;
    expect_limit(with_metadata("zTXt", &text, 1), &limits, KI_REASON_LIMIT_CHUNK_SIZE,
                 "1 x 100000");
    free_file(&text);
}

/* libjpeg checks what it buffers of a whole picture; the rest grows with a row only. */
Test(limits, memory_of_jpeg)
{
    struct ki_limits limits = ki_limits_default();
    const struct jpeg_options large = {
        .width = 500, .height = 500, .is_progressive = true};
    limits.memory_nbytes = 8u << 20;
    expect_limit(make_jpeg(large), &limits, KI_REASON_NONE, "8 MiB");
    limits.memory_nbytes = 1u << 19;
    expect_limit(make_jpeg(large), &limits, KI_REASON_LIMIT_MEMORY, "512 KiB");
    limits.memory_nbytes = 0;
    expect_limit(make_jpeg(large), &limits, KI_REASON_LIMIT_MEMORY, "none at all");
}

Test(limits, memory_of_png)
{
    struct ki_limits limits = ki_limits_default();
    limits.memory_nbytes = 4096;
    expect_limit(png_13x11(false), &limits, KI_REASON_LIMIT_MEMORY, "4 KiB");
    limits.memory_nbytes = 1u << 20;
    const struct png_options large = {
        .width = 600, .height = 600, .color_type = 2, .is_interlaced = true};
    expect_limit(make_png(large), &limits, KI_REASON_LIMIT_MEMORY, "1 MiB");
    limits.memory_nbytes = 2u << 20;
    expect_limit(make_png(large), &limits, KI_REASON_NONE, "2 MiB");
}

Test(limits, time)
{
    struct ki_limits limits = ki_limits_default();
    limits.cpu_us = 0;
    expect_limit(jpeg_40x30(), &limits, KI_REASON_LIMIT_TIME, "jpeg");
    expect_limit(progressive_40x30(), &limits, KI_REASON_LIMIT_TIME, "progressive");
    expect_limit(png_13x11(false), &limits, KI_REASON_LIMIT_TIME, "png");
    limits.cpu_us = UINT64_MAX;
    expect_limit(jpeg_40x30(), &limits, KI_REASON_NONE, "jpeg");
    limits.cpu_us = 1000; /* amid the rows */
    struct file_bytes large =
        make_png((struct png_options){.width = 1500, .height = 1500, .color_type = 2});
    expect_limit(large, &limits, KI_REASON_LIMIT_TIME, "large png");
    expect_limit(make_jpeg((struct jpeg_options){.width = 1500, .height = 1500}),
                 &limits, KI_REASON_LIMIT_TIME, "large jpeg");
}

/* Sets the size in the first SOF of that code. */
static struct file_bytes claim(struct file_bytes file, uint8_t sof, unsigned width,
                               unsigned height)
{
    size_t offset = find_marker(&file, sof, 0);
    const uint8_t sides[] = {(uint8_t)(height >> 8), (uint8_t)height,
                             (uint8_t)(width >> 8), (uint8_t)width};
    splice(&file, offset + 5, 4, sides, 4);
    return file;
}

Test(bombs, progressive_jpeg_claiming_a_huge_picture)
{
    struct ki_limits limits = ki_limits_default();
    expect_limit(claim(progressive_40x30(), 0xc2, 65500, 65500), NULL,
                 KI_REASON_LIMIT_SIDE, "side");
    expect_limit(claim(progressive_40x30(), 0xc2, 10000, 10000), NULL,
                 KI_REASON_LIMIT_PIXELS, "pixels");
    limits.side = 65500;
    limits.pixels = limits.buffered_pixels = UINT64_MAX;
    expect_limit(claim(progressive_40x30(), 0xc2, 65500, 65500), &limits,
                 KI_REASON_LIMIT_MEMORY, "memory");
}

/* A small file must not make a decoder turn out a large picture of padding. */
Test(bombs, baseline_jpeg_claiming_more_than_it_has)
{
    struct file_bytes file = claim(jpeg_40x30(), 0xc0, 9000, 9000);
    struct decoded decoded = {.begin_refusal = KI_REASON_NONE};
    decode_file(&file, NULL, &decoded);
    cr_expect_eq(decoded.reason, KI_REASON_CORRUPT);
    cr_expect_leq(decoded.nrows, 32, "%u rows", decoded.nrows);
    free_picture(&decoded.picture);

    file.nbytes -= 2; /* the EOI */
    decoded = (struct decoded){.begin_refusal = KI_REASON_NONE};
    decode_file(&file, NULL, &decoded);
    cr_expect_eq(decoded.reason, KI_REASON_TRUNCATED);
    cr_expect_leq(decoded.nrows, 32, "%u rows", decoded.nrows);
    free_picture(&decoded.picture);
    free_file(&file);
}

Test(bombs, png_header)
{
    struct file_bytes file = png_start();
    png_ihdr(&file, 0x7fffffff, 0x7fffffff);
    png_idat(&file, 8, 8);
    png_iend(&file);
    expect_limit(file, NULL, KI_REASON_LIMIT_SIDE, "side");
}

Test(bombs, png_metadata)
{
    struct file_bytes text = png_ztxt_data(7u << 20);
    expect_limit(with_metadata("zTXt", &text, 64), NULL, KI_REASON_LIMIT_CHUNK_SIZE,
                 "64 x 7 MiB");
    free_file(&text);
}

/* Four deflate blocks of Huffman tables alone: they inflate to nothing, slowly. */
static const uint8_t tables_only[] = {
    0x04, 0xc0, 0x81, 0x00, 0x00, 0x00, 0x00, 0x00, 0x90, 0xff, 0x6b, 0x10,
    0x00, 0x07, 0x02, 0x00, 0x00, 0x00, 0x00, 0x40, 0xfe, 0xaf, 0x41, 0x00,
    0x1c, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0xf9, 0xbf, 0x06, 0x01, 0x70,
    0x20, 0x00, 0x00, 0x00, 0x00, 0x00, 0xe4, 0xff, 0x1a,
};

static struct file_bytes slow_stream(const char *start, size_t nstart, size_t nbytes)
{
    struct file_bytes data = {calloc(nstart + nbytes + 1, 1), nstart + nbytes};
    cr_assert_not_null(data.data);
    memcpy(data.data, start, nstart);
    for (size_t i = 0; i < nbytes; i++) {
        data.data[nstart + i] = tables_only[i % sizeof tables_only];
    }
    return data;
}

/* Takes the file over. It would take ten times the limit and more. */
static void expect_in_time(struct file_bytes file, const char *what)
{
    struct ki_limits limits = ki_limits_default();
    limits.cpu_us = 100000;
    uint64_t start_us = ki_clock_thread_cpu_us();
    expect_limit(file, &limits, KI_REASON_LIMIT_TIME, what);
    uint64_t spent_us = ki_clock_thread_cpu_us() - start_us;
    cr_expect_leq(spent_us, 5 * limits.cpu_us, "%s: %llu us", what,
                  (unsigned long long)spent_us);
}

Test(bombs, png_streams_that_inflate_to_nothing)
{
    struct file_bytes text = slow_stream("key\0\0\x78\x9c", 7, 500000);
    expect_in_time(with_metadata("zTXt", &text, 32), "zTXt");
    free_file(&text);

    struct file_bytes data = slow_stream("\x78\x9c", 2, 16u << 20);
    struct file_bytes file = png_start();
    png_ihdr(&file, 8, 8);
    png_chunk(&file, "IDAT", data.data, data.nbytes);
    png_iend(&file);
    free_file(&data);
    expect_in_time(file, "IDAT");
}
