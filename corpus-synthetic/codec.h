/* SPDX-License-Identifier: Apache-2.0 */
/* Pictures to file bytes and back, with libjpeg-turbo and libpng as they come. */
#ifndef KI_CORPUS_CODEC_H
#define KI_CORPUS_CODEC_H

#include "blob.h"
#include "canvas.h"

enum ki_jpeg_coding {
    KI_JPEG_BASELINE = 0,
    KI_JPEG_GRAY, /* baseline, one component */
    KI_JPEG_PROGRESSIVE,
    KI_JPEG_MANY_SCANS, /* progressive, one scan per coefficient: 190 */
};

/* Appends a JPEG (4:2:0). quality 1 … 100. */
KI_MUST_CHECK enum ki_status ki_jpeg_write(const struct ki_canvas *canvas, int quality,
                                           enum ki_jpeg_coding coding,
                                           struct ki_blob *blob);

struct ki_jpeg_report {
    unsigned nwarnings;
    bool ran_out;  /* the file ended before the picture did */
    bool bad_data; /* a code that there is not, or a marker amid the data; some bytes
                      too many before a marker do not count: cameras leave them */
    bool failed;   /* the decoder gave up */
    unsigned nscans;
};

/* Decodes a JPEG and tells what libjpeg thought of it. Errors: KI_ERR_DAMAGED (the
 * decoder gave up), KI_ERR_NO_MEMORY. canvas may be NULL; else on success it must be
 * given to ki_canvas_destroy. */
KI_MUST_CHECK enum ki_status ki_jpeg_read(const struct ki_blob *blob,
                                          struct ki_canvas *canvas,
                                          struct ki_jpeg_report *report);

/* Appends a PNG, 8-bit RGB, lightly compressed. */
KI_MUST_CHECK enum ki_status ki_png_write(const struct ki_canvas *canvas,
                                          struct ki_blob *blob);

/* Decodes a PNG. Errors: KI_ERR_DAMAGED, KI_ERR_NO_MEMORY. */
KI_MUST_CHECK enum ki_status ki_png_read(const struct ki_blob *blob,
                                         struct ki_canvas *canvas);

#endif
