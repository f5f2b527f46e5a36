/* SPDX-License-Identifier: Apache-2.0 */
/* A sink that refuses ends decoding with its own reason. */
#include <criterion/criterion.h>

#include "decode/make_jpeg.h"
#include "decode/make_png.h"

/* Takes the file over. */
static void check_refusals(struct file_bytes file)
{
    struct decoded decoded = {.begin_refusal = KI_REASON_TOO_SMALL};
    decode_file(&file, NULL, &decoded);
    cr_expect_eq(decoded.reason, KI_REASON_TOO_SMALL);
    cr_expect(decoded.nbegins == 1 && decoded.nrows == 0);
    for (uint32_t row = 0; row < 11; row++) {
        decoded =
            (struct decoded){.refusal = KI_REASON_OUT_OF_MEMORY, .refused_row = row};
        decode_file(&file, NULL, &decoded);
        cr_expect_eq(decoded.reason, KI_REASON_OUT_OF_MEMORY);
        cr_expect_eq(decoded.nrows, row);
        free_picture(&decoded.picture);
    }
    free_file(&file);
}

Test(sink, refusals_become_the_result)
{
    check_refusals(make_jpeg((struct jpeg_options){.ncomponents = 3}));
    check_refusals(make_jpeg((struct jpeg_options){.ncomponents = 4}));
    check_refusals(make_jpeg((struct jpeg_options){.is_progressive = true}));
    check_refusals(make_png((struct png_options){.color_type = 2}));
    check_refusals(make_png((struct png_options){.is_interlaced = true}));
}

Test(sink, formats_without_a_decoder)
{
    struct ki_limits limits = ki_limits_default();
    struct ki_decode_request request = {.limits = &limits};
    struct ki_image_info info = {.format = KI_FORMAT_TIFF};
    cr_expect_eq(ki_decode(&request, &info), KI_REASON_UNSUPPORTED_FORMAT);
    info.format = KI_FORMAT_UNKNOWN;
    cr_expect_eq(ki_decode(&request, &info), KI_REASON_UNSUPPORTED_FORMAT);
}
