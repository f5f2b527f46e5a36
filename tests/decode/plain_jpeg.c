/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include <jpeglib.h>

#include "decode/plain.h"

static void convert_cmyk(const uint8_t *cmyk, uint8_t *rgb, bool is_inverted)
{
    double light[4];
    for (int i = 0; i < 4; i++) {
        light[i] = (is_inverted ? cmyk[i] : 255 - cmyk[i]) / 255.0;
    }
    for (int i = 0; i < 3; i++) {
        rgb[i] = (uint8_t)(light[i] * light[3] * 255.0 + 0.5);
    }
}

static void read_row(struct jpeg_decompress_struct *cinfo, uint8_t *out)
{
    if (cinfo->output_components != 4) {
        jpeg_read_scanlines(cinfo, &out, 1);
        return;
    }
    uint8_t *row = malloc((size_t)cinfo->output_width * 4);
    cr_assert_not_null(row);
    jpeg_read_scanlines(cinfo, &row, 1);
    for (size_t x = 0; x < cinfo->output_width; x++) {
        convert_cmyk(row + 4 * x, out + 3 * x, cinfo->saw_Adobe_marker);
    }
    free(row);
}

struct picture plain_jpeg(const struct file_bytes *file)
{
    struct jpeg_decompress_struct cinfo;
    struct jpeg_error_mgr errors;
    cinfo.err = jpeg_std_error(&errors);
    jpeg_create_decompress(&cinfo);
    jpeg_mem_src(&cinfo, file->data, file->nbytes);
    jpeg_read_header(&cinfo, TRUE);
    jpeg_start_decompress(&cinfo);
    struct picture picture = {
        .width = cinfo.output_width,
        .height = cinfo.output_height,
        .layout = cinfo.output_components == 1 ? KI_ROW_GRAY8 : KI_ROW_RGB8,
    };
    allocate_picture(&picture);
    size_t stride = (size_t)picture.width * picture.layout;
    while (cinfo.output_scanline < cinfo.output_height) {
        read_row(&cinfo, picture.samples + stride * cinfo.output_scanline);
    }
    jpeg_finish_decompress(&cinfo);
    jpeg_destroy_decompress(&cinfo);
    return picture;
}
