/* SPDX-License-Identifier: Apache-2.0 */
#include "codec.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jerror.h>
#include <jpeglib.h>

enum { NSCANS = 1 + 3 * 63 };

/* Everything that must survive a longjmp lives here, not in locals. */
struct errors {
    struct jpeg_error_mgr manager;
    struct ki_jpeg_report report;
    jmp_buf escape;
};

struct writer {
    struct jpeg_compress_struct codec;
    struct errors errors;
    jpeg_scan_info scans[NSCANS];
    unsigned char *data;
    unsigned long nbytes;
};

struct reader {
    struct jpeg_decompress_struct codec;
    struct errors errors;
    struct ki_canvas canvas;
};

static void on_error(j_common_ptr codec)
{
    struct errors *errors = (struct errors *)codec->err;
    errors->report.failed = true;
    longjmp(errors->escape, 1);
}

static void on_message(j_common_ptr codec, int level)
{
    struct errors *errors = (struct errors *)codec->err;
    if (level < 0) {
        int code = codec->err->msg_code;
        errors->report.nwarnings++;
        errors->report.ran_out |= code == JWRN_JPEG_EOF;
        errors->report.bad_data |=
            code == JWRN_HUFF_BAD_CODE || code == JWRN_HIT_MARKER;
    }
}

static void on_output(j_common_ptr codec)
{
    (void)codec;
}

static struct jpeg_error_mgr *errors_init(struct errors *errors)
{
    struct jpeg_error_mgr *manager = jpeg_std_error(&errors->manager);
    manager->error_exit = on_error;
    manager->emit_message = on_message;
    manager->output_message = on_output;
    return manager;
}

/* The DC of all components, then every other coefficient of each in its own scan. */
static void script_scans(jpeg_scan_info scans[NSCANS])
{
    memset(scans, 0, NSCANS * sizeof *scans);
    scans[0] = (jpeg_scan_info){.comps_in_scan = 3, .component_index = {0, 1, 2}};
    for (int i = 0; i < NSCANS - 1; i++) {
        int coefficient = 1 + i % 63;
        scans[i + 1] = (jpeg_scan_info){
            .comps_in_scan = 1,
            .component_index = {i / 63},
            .Ss = coefficient,
            .Se = coefficient,
        };
    }
}

static void configure(struct writer *writer, const struct ki_canvas *canvas,
                      int quality, enum ki_jpeg_coding coding)
{
    struct jpeg_compress_struct *codec = &writer->codec;
    codec->image_width = canvas->width;
    codec->image_height = canvas->height;
    codec->input_components = 3;
    codec->in_color_space = JCS_RGB;
    jpeg_set_defaults(codec);
    jpeg_set_quality(codec, quality, TRUE);
    if (coding == KI_JPEG_GRAY) {
        jpeg_set_colorspace(codec, JCS_GRAYSCALE);
    } else if (coding == KI_JPEG_PROGRESSIVE) {
        jpeg_simple_progression(codec);
    } else if (coding == KI_JPEG_MANY_SCANS) {
        script_scans(writer->scans);
        codec->scan_info = writer->scans;
        codec->num_scans = NSCANS;
    }
}

static bool write_picture(struct writer *writer, const struct ki_canvas *canvas,
                          int quality, enum ki_jpeg_coding coding)
{
    if (setjmp(writer->errors.escape)) {
        return false;
    }
    struct jpeg_compress_struct *codec = &writer->codec;
    jpeg_create_compress(codec);
    jpeg_mem_dest(codec, &writer->data, &writer->nbytes);
    configure(writer, canvas, quality, coding);
    jpeg_start_compress(codec, TRUE);
    while (codec->next_scanline < codec->image_height) {
        JSAMPROW row = ki_canvas_row(canvas, codec->next_scanline);
        (void)jpeg_write_scanlines(codec, &row, 1);
    }
    jpeg_finish_compress(codec);
    return true;
}

enum ki_status ki_jpeg_write(const struct ki_canvas *canvas, int quality,
                             enum ki_jpeg_coding coding, struct ki_blob *blob)
{
    struct writer *writer = calloc(1, sizeof *writer);
    if (!writer) {
        return KI_ERR_NO_MEMORY;
    }
    writer->codec.err = errors_init(&writer->errors);
    enum ki_status status = KI_ERR_NO_MEMORY;
    if (write_picture(writer, canvas, quality, coding)) {
        status = ki_blob_append(blob, writer->data, writer->nbytes);
    }
    jpeg_destroy_compress(&writer->codec);
    free(writer->data);
    free(writer);
    return status;
}

static bool read_picture(struct reader *reader, const struct ki_blob *blob)
{
    if (setjmp(reader->errors.escape)) {
        return false;
    }
    struct jpeg_decompress_struct *codec = &reader->codec;
    jpeg_create_decompress(codec);
    jpeg_mem_src(codec, blob->data, blob->nbytes);
    (void)jpeg_read_header(codec, TRUE);
    codec->out_color_space = JCS_RGB;
    (void)jpeg_start_decompress(codec);
    reader->errors.report.nscans = (unsigned)codec->input_scan_number;
    if (ki_canvas_create(codec->output_width, codec->output_height, &reader->canvas) !=
        KI_OK) {
        return false;
    }
    while (codec->output_scanline < codec->output_height) {
        JSAMPROW row = ki_canvas_row(&reader->canvas, codec->output_scanline);
        (void)jpeg_read_scanlines(codec, &row, 1);
    }
    (void)jpeg_finish_decompress(codec);
    return true;
}

enum ki_status ki_jpeg_read(const struct ki_blob *blob, struct ki_canvas *canvas,
                            struct ki_jpeg_report *report)
{
    struct reader *reader = calloc(1, sizeof *reader);
    if (!reader) {
        return KI_ERR_NO_MEMORY;
    }
    reader->codec.err = errors_init(&reader->errors);
    bool ok = read_picture(reader, blob);
    jpeg_destroy_decompress(&reader->codec);
    *report = reader->errors.report;
    if (ok && canvas) {
        *canvas = reader->canvas;
    } else {
        ki_canvas_destroy(&reader->canvas);
    }
    free(reader);
    if (ok) {
        return KI_OK;
    }
    return report->failed ? KI_ERR_DAMAGED : KI_ERR_NO_MEMORY;
}
