/* SPDX-License-Identifier: Apache-2.0 */
/* JPEG files that are whole, in every coding, and what is tolerated in them. */
#include <criterion/criterion.h>

#include "decode/make_jpeg.h"
#include "decode/plain.h"

/* Takes the file over. */
static struct ki_image_info check_equal(struct file_bytes file, int tolerance)
{
    struct decoded decoded = {.reason = KI_REASON_NONE};
    decode_file(&file, NULL, &decoded);
    cr_assert_eq(decoded.reason, KI_REASON_NONE, "%s", ki_reason_text(decoded.reason));
    struct picture plain = plain_jpeg(&file);
    cr_expect_leq(picture_distance(&decoded.picture, &plain), tolerance);
    free_picture(&plain);
    free_picture(&decoded.picture);
    free_file(&file);
    return decoded.info;
}

Test(jpeg, codings_equal_a_plain_decode)
{
    const struct jpeg_options codings[] = {
        {.ncomponents = 1},
        {.ncomponents = 3},
        {.ncomponents = 1, .is_progressive = true},
        {.ncomponents = 3, .is_progressive = true},
        {.ncomponents = 3, .is_arithmetic = true},
        {.ncomponents = 3, .is_arithmetic = true, .is_progressive = true},
        {.ncomponents = 3, .restart_nrows = 1},
        {.ncomponents = 3, .has_separate_scans = true},
        {.width = 1, .height = 1},
        {.width = 8, .height = 1},
        {.width = 1, .height = 333},
    };
    for (size_t i = 0; i < sizeof codings / sizeof codings[0]; i++) {
        struct ki_image_info info = check_equal(make_jpeg(codings[i]), 0);
        bool needs_whole = codings[i].is_progressive || codings[i].has_separate_scans;
        cr_expect_eq(info.needs_whole, needs_whole, "coding %zu", i);
        cr_expect_eq(info.nwarnings, 0, "coding %zu", i);
    }
}

Test(jpeg, cmyk_with_and_without_adobe)
{
    struct jpeg_options options = {.ncomponents = 4};
    cr_expect_eq(check_equal(make_jpeg(options), 1).nchannels, 4);
    options.has_no_adobe = true;
    cr_expect_eq(check_equal(make_jpeg(options), 1).nchannels, 4);
    options.is_progressive = true;
    cr_expect_eq(check_equal(make_jpeg(options), 1).nchannels, 4);
}

/* One flat pixel block, so that the conversion itself is seen. */
Test(jpeg, cmyk_values)
{
    struct file_bytes file = make_jpeg((struct jpeg_options){
        .ncomponents = 4, .width = 1, .height = 1, .has_no_adobe = true});
    struct decoded decoded = {.reason = KI_REASON_NONE};
    decode_file(&file, NULL, &decoded);
    cr_assert_eq(decoded.reason, KI_REASON_NONE);
    /* Samples of make_jpeg at 0, 0 are 0 in all inks: white. */
    for (int i = 0; i < 3; i++) {
        cr_expect_geq(decoded.picture.samples[i], 250);
    }
    free_picture(&decoded.picture);
    free_file(&file);
}

Test(jpeg, bytes_after_the_end_are_ignored)
{
    struct file_bytes file = make_jpeg((struct jpeg_options){.ncomponents = 3});
    append(&file, "\xff\xd8\xff\xd8 anything", 13);
    cr_expect_eq(check_equal(file, 0).nwarnings, 0);
}

static struct ki_image_info decode_with_padding(size_t nbytes, enum ki_reason expected)
{
    static const uint8_t zeros[100];
    struct file_bytes file = make_jpeg((struct jpeg_options){.ncomponents = 3});
    splice(&file, file.nbytes - 2, 0, zeros, nbytes);
    struct decoded decoded = {.reason = KI_REASON_NONE};
    decode_file(&file, NULL, &decoded);
    cr_expect_eq(decoded.reason, expected, "%zu: %s", nbytes,
                 ki_reason_text(decoded.reason));
    free_picture(&decoded.picture);
    free_file(&file);
    return decoded.info;
}

Test(jpeg, a_little_padding_before_eoi_is_tolerated)
{
    cr_expect_eq(decode_with_padding(64, KI_REASON_NONE).nwarnings, 1);
    cr_expect_eq(decode_with_padding(100, KI_REASON_CORRUPT).nwarnings, 1);
}

Test(jpeg, harmless_warnings_are_counted)
{
    static const uint8_t adobe[] = "\xff\xee\x00\x0e"
                                   "Adobe\x00\x64\x00\x00\x00\x00\x07";
    struct file_bytes file = make_jpeg((struct jpeg_options){.ncomponents = 3});
    file.data[11] = 9; /* JFIF major version */
    cr_expect_eq(check_equal(copy_file(&file), 0).nwarnings, 1);
    /* libjpeg asks Adobe only where there is no JFIF marker. */
    splice(&file, 2, 18, adobe, sizeof adobe - 1);
    cr_expect_eq(check_equal(file, 0).nwarnings, 1);
}

Test(jpeg, zero_spectral_bounds_of_old_baseline_files_are_tolerated)
{
    struct file_bytes file = make_jpeg((struct jpeg_options){.ncomponents = 3});
    size_t sos = find_marker(&file, 0xda, 0);
    file.data[sos + 12] = 0; /* Se, by the standard 63 */
    cr_expect_eq(check_equal(file, 0).nwarnings, 1);
}
