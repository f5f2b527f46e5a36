/* SPDX-License-Identifier: Apache-2.0 */
/* PNG files that are whole: every colour type, depth and interlacing. */
#include <criterion/criterion.h>

#include "decode/make_png.h"
#include "decode/plain.h"

static const struct png_options kinds[] = {
    {.color_type = 0, .bit_depth = 1},  {.color_type = 0, .bit_depth = 2},
    {.color_type = 0, .bit_depth = 4},  {.color_type = 0, .bit_depth = 8},
    {.color_type = 0, .bit_depth = 16}, {.color_type = 2, .bit_depth = 8},
    {.color_type = 2, .bit_depth = 16}, {.color_type = 3, .bit_depth = 1},
    {.color_type = 3, .bit_depth = 2},  {.color_type = 3, .bit_depth = 4},
    {.color_type = 3, .bit_depth = 8},  {.color_type = 4, .bit_depth = 8},
    {.color_type = 4, .bit_depth = 16}, {.color_type = 6, .bit_depth = 8},
    {.color_type = 6, .bit_depth = 16},
};

static void check_equal(struct png_options options)
{
    static const uint32_t nchannels[] = {1, 0, 3, 3, 2, 0, 4};
    struct file_bytes file = make_png(options);
    struct decoded decoded = {.reason = KI_REASON_NONE};
    decode_file(&file, NULL, &decoded);
    cr_assert_eq(decoded.reason, KI_REASON_NONE, "%s", ki_reason_text(decoded.reason));
    struct picture plain = plain_png(&file);
    cr_expect_eq(picture_distance(&decoded.picture, &plain), 0, "type %d depth %d",
                 options.color_type, options.bit_depth);
    cr_expect_eq(decoded.info.nchannels, nchannels[options.color_type]);
    cr_expect_eq(decoded.info.needs_whole, options.is_interlaced);
    cr_expect_eq(decoded.info.nwarnings, 0);
    free_picture(&plain);
    free_picture(&decoded.picture);
    free_file(&file);
}

Test(png, kinds_equal_a_plain_decode)
{
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        struct png_options options = kinds[i];
        check_equal(options);
        options.is_interlaced = true;
        check_equal(options);
        options.has_transparency = true;
        check_equal(options);
    }
}

Test(png, small_interlaced_pictures_with_empty_passes)
{
    for (uint32_t side = 1; side < 10; side++) {
        check_equal((struct png_options){
            .width = side, .height = 1, .color_type = 2, .is_interlaced = true});
        check_equal((struct png_options){
            .width = 1, .height = side, .color_type = 4, .is_interlaced = true});
    }
}
