/* SPDX-License-Identifier: Apache-2.0 */
#include "decode/make_jpeg.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include <jpeglib.h>

/* Busy enough that every block has coefficients. */
static uint8_t sample_at(unsigned x, unsigned y, unsigned component)
{
    unsigned wave = x * 5 + y * 3 * (component + 1) + (x * y) % 17;
    return (uint8_t)(wave % 256);
}

static void fill_row(JSAMPROW row, unsigned width, unsigned ncomponents, unsigned y)
{
    for (unsigned i = 0; i < width * ncomponents; i++) {
        row[i] = sample_at(i / ncomponents, y, i % ncomponents);
    }
}

static void set_shape(struct jpeg_compress_struct *cinfo,
                      const struct jpeg_options *options)
{
    static const J_COLOR_SPACE spaces[] = {JCS_UNKNOWN, JCS_GRAYSCALE, JCS_UNKNOWN,
                                           JCS_RGB, JCS_CMYK};
    cinfo->image_width = options->width == 0 ? 40 : options->width;
    cinfo->image_height = options->height == 0 ? 30 : options->height;
    cinfo->input_components = options->ncomponents == 0 ? 3 : options->ncomponents;
    cinfo->in_color_space = spaces[cinfo->input_components];
}

static void set_coding(struct jpeg_compress_struct *cinfo,
                       const struct jpeg_options *options)
{
    static const jpeg_scan_info separate[] = {
        {1, {0}, 0, 63, 0, 0}, {1, {1}, 0, 63, 0, 0}, {1, {2}, 0, 63, 0, 0}};
    jpeg_set_quality(cinfo, 80, TRUE);
    cinfo->arith_code = options->is_arithmetic;
    cinfo->restart_in_rows = (int)options->restart_nrows;
    if (options->is_progressive) {
        jpeg_simple_progression(cinfo);
    }
    if (options->has_separate_scans) {
        cinfo->scan_info = separate;
        cinfo->num_scans = 3;
    }
    if (options->has_no_adobe) {
        cinfo->write_Adobe_marker = FALSE;
    }
}

static void write_rows(struct jpeg_compress_struct *cinfo)
{
    unsigned ncomponents = (unsigned)cinfo->input_components;
    uint8_t *row = malloc((size_t)cinfo->image_width * ncomponents);
    cr_assert_not_null(row);
    while (cinfo->next_scanline < cinfo->image_height) {
        fill_row(row, cinfo->image_width, ncomponents, cinfo->next_scanline);
        jpeg_write_scanlines(cinfo, &row, 1);
    }
    free(row);
}

struct file_bytes make_jpeg(struct jpeg_options options)
{
    struct jpeg_compress_struct cinfo;
    struct jpeg_error_mgr errors;
    cinfo.err = jpeg_std_error(&errors);
    jpeg_create_compress(&cinfo);
    unsigned char *data = NULL;
    unsigned long nbytes = 0;
    jpeg_mem_dest(&cinfo, &data, &nbytes);
    set_shape(&cinfo, &options);
    jpeg_set_defaults(&cinfo);
    set_coding(&cinfo, &options);
    jpeg_start_compress(&cinfo, TRUE);
    write_rows(&cinfo);
    jpeg_finish_compress(&cinfo);
    jpeg_destroy_compress(&cinfo);
    return (struct file_bytes){data, nbytes};
}

size_t find_marker(const struct file_bytes *file, uint8_t code, unsigned n)
{
    unsigned nfound = 0;
    for (size_t i = 0; i + 1 < file->nbytes; i++) {
        if (file->data[i] == 0xff && file->data[i + 1] == code && nfound++ == n) {
            return i;
        }
    }
    cr_assert_fail("no marker %02x", code);
    return 0;
}
