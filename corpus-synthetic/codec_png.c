/* SPDX-License-Identifier: Apache-2.0 */
#include "codec.h"

#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include <png.h>

static void on_write(png_structp png, png_bytep data, size_t nbytes)
{
    if (ki_blob_append(png_get_io_ptr(png), data, nbytes) != KI_OK) {
        png_error(png, "out of memory");
    }
}

static void on_flush(png_structp png)
{
    (void)png;
}

static bool write_picture(png_structp png, png_infop info,
                          const struct ki_canvas *canvas)
{
    if (setjmp(png_jmpbuf(png))) {
        return false;
    }
    png_set_compression_level(png, 1);
    png_set_filter(png, PNG_FILTER_TYPE_BASE, PNG_FILTER_SUB);
    png_set_IHDR(png, info, canvas->width, canvas->height, 8, PNG_COLOR_TYPE_RGB,
                 PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
                 PNG_FILTER_TYPE_DEFAULT);
    png_write_info(png, info);
    for (uint32_t y = 0; y < canvas->height; y++) {
        png_write_row(png, ki_canvas_row(canvas, y));
    }
    png_write_end(png, info);
    return true;
}

enum ki_status ki_png_write(const struct ki_canvas *canvas, struct ki_blob *blob)
{
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
    png_infop info = png ? png_create_info_struct(png) : NULL;
    bool ok = false;
    if (info) {
        png_set_write_fn(png, blob, on_write, on_flush);
        ok = write_picture(png, info, canvas);
    }
    png_destroy_write_struct(&png, &info);
    return ok ? KI_OK : KI_ERR_NO_MEMORY;
}

enum ki_status ki_png_read(const struct ki_blob *blob, struct ki_canvas *canvas)
{
    png_image image;
    memset(&image, 0, sizeof image);
    image.version = PNG_IMAGE_VERSION;
    if (!png_image_begin_read_from_memory(&image, blob->data, blob->nbytes)) {
        return KI_ERR_DAMAGED;
    }
    image.format = PNG_FORMAT_RGB;
    struct ki_canvas made;
    enum ki_status status = ki_canvas_create(image.width, image.height, &made);
    if (status == KI_OK && !png_image_finish_read(&image, NULL, made.rgb, 0, NULL)) {
        ki_canvas_destroy(&made);
        status = KI_ERR_DAMAGED;
    }
    png_image_free(&image);
    if (status == KI_OK) {
        *canvas = made;
    }
    return status;
}
