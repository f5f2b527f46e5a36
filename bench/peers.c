/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/peers.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>
#include <png.h>

struct jpeg_errors {
    struct jpeg_error_mgr manager;
    jmp_buf escape;
};

static void on_jpeg_error(j_common_ptr common)
{
    struct jpeg_errors *errors = (struct jpeg_errors *)common->err;
    longjmp(errors->escape, 1);
}

static void read_rgb(struct jpeg_decompress_struct *cinfo)
{
    jpeg_start_decompress(cinfo);
    JSAMPARRAY row = (*cinfo->mem->alloc_sarray)(
        (j_common_ptr)cinfo, JPOOL_IMAGE,
        cinfo->output_width * (unsigned)cinfo->output_components, 1);
    while (cinfo->output_scanline < cinfo->output_height) {
        (void)jpeg_read_scanlines(cinfo, row, 1);
    }
}

static bool read_jpeg(const uint8_t *data, size_t nbytes, bool is_rgb)
{
    struct jpeg_decompress_struct cinfo;
    struct jpeg_errors errors;
    cinfo.err = jpeg_std_error(&errors.manager);
    errors.manager.error_exit = on_jpeg_error;
    if (setjmp(errors.escape) != 0) {
        jpeg_destroy_decompress(&cinfo);
        return false;
    }
    jpeg_create_decompress(&cinfo);
    jpeg_mem_src(&cinfo, data, nbytes);
    (void)jpeg_read_header(&cinfo, TRUE);
    if (is_rgb) {
        read_rgb(&cinfo);
    } else {
        (void)jpeg_read_coefficients(&cinfo);
    }
    (void)jpeg_finish_decompress(&cinfo);
    jpeg_destroy_decompress(&cinfo);
    return true;
}

bool peer_jpeg_coefficients(const uint8_t *data, size_t nbytes)
{
    return read_jpeg(data, nbytes, false);
}

bool peer_jpeg_rgb(const uint8_t *data, size_t nbytes)
{
    return read_jpeg(data, nbytes, true);
}

struct png_input {
    const uint8_t *data;
    size_t left;
};

static void read_png_bytes(png_structp png, png_bytep out, size_t nbytes)
{
    struct png_input *input = png_get_io_ptr(png);
    if (nbytes > input->left) {
        png_error(png, "the end");
    }
    memcpy(out, input->data, nbytes);
    input->data += nbytes;
    input->left -= nbytes;
}

static bool read_png_rows(png_structp png, png_infop info)
{
    png_read_info(png, info);
    int npasses = png_set_interlace_handling(png);
    png_read_update_info(png, info);
    png_bytep row = malloc(png_get_rowbytes(png, info));
    for (int pass = 0; row && pass < npasses; pass++) {
        for (png_uint_32 y = 0; y < png_get_image_height(png, info); y++) {
            png_read_row(png, row, NULL);
        }
    }
    bool is_good = row != NULL;
    free(row);
    png_read_end(png, NULL);
    return is_good;
}

bool peer_png(const uint8_t *data, size_t nbytes)
{
    struct png_input input = {data, nbytes};
    png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
    png_infop info = png ? png_create_info_struct(png) : NULL;
    if (!info) {
        return false;
    }
    bool is_good = false;
    if (setjmp(png_jmpbuf(png)) == 0) {
        png_set_read_fn(png, &input, read_png_bytes);
        is_good = read_png_rows(png, info);
    }
    png_destroy_read_struct(&png, &info, NULL);
    return is_good;
}
