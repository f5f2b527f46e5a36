/* SPDX-License-Identifier: Apache-2.0 */
/* JPEG files that are cut, damaged or beyond this decoder: never NONE. */
#include <criterion/criterion.h>
#include <string.h>

#include "decode/make_jpeg.h"

#define NFLIPS 20000

static const struct jpeg_options codings[] = {
    {.ncomponents = 3},
    {.ncomponents = 1, .restart_nrows = 1},
    {.ncomponents = 3, .is_progressive = true},
    {.ncomponents = 3, .is_arithmetic = true},
    {.ncomponents = 4},
};
#define NCODINGS (sizeof codings / sizeof codings[0])

/* Takes the file over. */
static void expect_reason(struct file_bytes file, enum ki_reason expected,
                          const char *what)
{
    enum ki_reason reason = decode_reason(&file, NULL);
    cr_expect_eq(reason, expected, "%s: %s", what, ki_reason_text(reason));
    free_file(&file);
}

Test(jpeg_damage, every_prefix_is_truncated)
{
    for (size_t i = 0; i < NCODINGS; i++) {
        struct file_bytes file = make_jpeg(codings[i]);
        for (size_t nbytes = 1; nbytes < file.nbytes; nbytes++) {
            enum ki_reason reason = decode_prefix(&file, nbytes);
            cr_expect_eq(reason, KI_REASON_TRUNCATED, "coding %zu, %zu of %zu: %s", i,
                         nbytes, file.nbytes, ki_reason_text(reason));
        }
        cr_expect_eq(decode_prefix(&file, file.nbytes), KI_REASON_NONE);
        free_file(&file);
    }
}

static void flip(struct file_bytes *file, uint64_t *state, unsigned nflips)
{
    for (unsigned i = 0; i < nflips; i++) {
        uint64_t random = xorshift_next(state);
        size_t offset = 1 + (random >> 8) % (file->nbytes - 1); /* 0 tells the format */
        file->data[offset] ^= (uint8_t)(1u << random % 8);
    }
}

Test(jpeg_damage, flipped_bits_do_not_crash)
{
    uint64_t state = xorshift_seed();
    struct ki_limits limits = ki_limits_default();
    limits.pixels = 1u << 20;
    for (size_t i = 0; i < NCODINGS; i++) {
        struct file_bytes file = make_jpeg(codings[i]);
        for (unsigned n = 0; n < NFLIPS / NCODINGS; n++) {
            struct file_bytes flipped = copy_file(&file);
            flip(&flipped, &state, 1 + n % 4);
            decode_reason(&flipped, &limits);
            free_file(&flipped);
        }
        free_file(&file);
    }
}

/* A data segment that ends early, as when pieces of a file are lost. */
static struct file_bytes with_gap(struct jpeg_options options)
{
    struct file_bytes file = make_jpeg(options);
    size_t sos = find_marker(&file, 0xda, 0);
    size_t gap = (file.nbytes - sos) / 2;
    splice(&file, file.nbytes - 2 - gap, gap, NULL, 0);
    return file;
}

Test(jpeg_damage, data_missing_before_eoi)
{
    expect_reason(with_gap((struct jpeg_options){.ncomponents = 3}), KI_REASON_CORRUPT,
                  "baseline");
    expect_reason(with_gap((struct jpeg_options){.ncomponents = 1, .restart_nrows = 1}),
                  KI_REASON_CORRUPT, "restart");
}

/* libjpeg's arithmetic decoders make up what is missing and do not say so. */
static const struct jpeg_options arithmetic[] = {
    {.is_arithmetic = true},
    {.is_arithmetic = true, .ncomponents = 1, .width = 200, .height = 300},
    {.is_arithmetic = true, .restart_nrows = 1},
    {.is_arithmetic = true, .restart_nrows = 1, .is_progressive = true},
    {.is_arithmetic = true, .is_progressive = true, .width = 100, .height = 100},
    {.is_arithmetic = true, .has_separate_scans = true},
};
#define NARITHMETIC (sizeof arithmetic / sizeof arithmetic[0])

Test(jpeg_damage, arithmetic_data_missing_before_eoi)
{
    for (size_t i = 0; i < NARITHMETIC; i++) {
        struct file_bytes file = make_jpeg(arithmetic[i]);
        struct decoded decoded = {.reason = KI_REASON_NONE};
        decode_file(&file, NULL, &decoded);
        cr_expect_eq(decoded.reason, KI_REASON_NONE, "coding %zu", i);
        cr_expect_eq(decoded.info.nwarnings, 0, "coding %zu: %u", i,
                     (unsigned)decoded.info.nwarnings);
        free_picture(&decoded.picture);
        free_file(&file);
        expect_reason(with_gap(arithmetic[i]), KI_REASON_CORRUPT, "arithmetic");
    }
}

Test(jpeg_damage, arithmetic_data_missing_at_any_place)
{
    struct file_bytes file = make_jpeg(arithmetic[1]);
    size_t begin = find_marker(&file, 0xda, 0) + 10;
    for (size_t end = begin + 101; end + 32 < file.nbytes; end += 101) {
        struct file_bytes cut = copy_file(&file);
        splice(&cut, end, cut.nbytes - end, "\xff\xd9", 2);
        enum ki_reason reason = decode_reason(&cut, NULL);
        cr_expect_eq(reason, KI_REASON_CORRUPT, "%zu of %zu: %s", end, file.nbytes,
                     ki_reason_text(reason));
        free_file(&cut);
    }
    free_file(&file);
}

/* The zeros after coded data do not hide bytes that do not belong there. */
Test(jpeg_damage, surplus_after_arithmetic_data)
{
    static const uint8_t zeros[100];
    for (size_t i = 0; i < NARITHMETIC; i++) {
        struct file_bytes file = make_jpeg(arithmetic[i]);
        splice(&file, file.nbytes - 2, 0, zeros, 10);
        expect_reason(copy_file(&file), KI_REASON_NONE, "padding");
        splice(&file, file.nbytes - 2, 0, zeros, sizeof zeros);
        expect_reason(file, KI_REASON_CORRUPT, "surplus");
    }
}

Test(jpeg_damage, restart_markers_out_of_order)
{
    struct file_bytes file =
        make_jpeg((struct jpeg_options){.ncomponents = 1, .restart_nrows = 1});
    file.data[find_marker(&file, 0xd1, 0) + 1] = 0xd3;
    expect_reason(file, KI_REASON_CORRUPT, "RST3 instead of RST1");
}

/* Cuts before the nth scan and ends the file properly there. */
static struct file_bytes first_scans(struct jpeg_options options, unsigned nscans)
{
    struct file_bytes file = make_jpeg(options);
    size_t sos = find_marker(&file, 0xda, nscans);
    splice(&file, sos, file.nbytes - sos, "\xff\xd9", 2);
    return file;
}

Test(jpeg_damage, components_without_a_scan)
{
    struct jpeg_options separate = {.ncomponents = 3, .has_separate_scans = true};
    expect_reason(first_scans(separate, 1), KI_REASON_CORRUPT, "luma only");
    expect_reason(first_scans(separate, 2), KI_REASON_CORRUPT, "no red");
}

/* All of the picture is there, if not in its last refinement. */
Test(jpeg_damage, a_progressive_file_may_end_early_by_intent)
{
    struct jpeg_options progressive = {.ncomponents = 3, .is_progressive = true};
    expect_reason(first_scans(progressive, 3), KI_REASON_NONE, "first scans");
}

static struct file_bytes patched(uint8_t marker, size_t offset, const void *data,
                                 size_t nbytes)
{
    struct file_bytes file = make_jpeg((struct jpeg_options){.ncomponents = 1});
    memcpy(file.data + find_marker(&file, marker, 0) + offset, data, nbytes);
    return file;
}

Test(jpeg_damage, codings_beyond_this_decoder)
{
    enum ki_reason unsupported = KI_REASON_UNSUPPORTED_CODING;
    expect_reason(patched(0xc0, 4, "\x0c", 1), unsupported, "12 bits");
    expect_reason(patched(0xc0, 1, "\xc3", 1), unsupported, "lossless");
    expect_reason(patched(0xc0, 1, "\xc5", 1), unsupported, "hierarchical");
    expect_reason(patched(0xc0, 5, "\0\0", 2), unsupported, "height from DNL");
    expect_reason(patched(0xc0, 7, "\0\0", 2), KI_REASON_CORRUPT, "width 0");
    expect_reason(patched(0xc0, 5, "\0\0\0\0", 4), KI_REASON_CORRUPT, "0 x 0");
    expect_reason(patched(0xc0, 5, "\xff\xff", 2), KI_REASON_LIMIT_SIDE, "65535");
}

Test(jpeg_damage, two_components)
{
    static const uint8_t frame[] = "\xff\xc0\x00\x0e\x08\x00\x08\x00\x08\x02"
                                   "\x01\x11\x00\x02\x11\x00";
    static const uint8_t scan[] = "\xff\xda\x00\x0a\x02\x01\x00\x02\x00\x00\x3f\x00";
    struct file_bytes file = make_jpeg((struct jpeg_options){.ncomponents = 1});
    size_t sos = find_marker(&file, 0xda, 0);
    splice(&file, sos, 10, scan, sizeof scan - 1);
    splice(&file, find_marker(&file, 0xc0, 0), 13, frame, sizeof frame - 1);
    expect_reason(file, KI_REASON_UNSUPPORTED_CODING, "two components");
}

Test(jpeg_damage, files_without_a_picture)
{
    struct file_bytes empty = {NULL, 0};
    append(&empty, "\xff\xd8\xff\xd9", 4);
    expect_reason(empty, KI_REASON_CORRUPT, "SOI EOI");
    struct file_bytes text = {NULL, 0};
    append(&text, "\xff text", 6);
    expect_reason(text, KI_REASON_CORRUPT, "text");
}
