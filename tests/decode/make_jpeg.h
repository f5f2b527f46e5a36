/* SPDX-License-Identifier: Apache-2.0 */
/* Small JPEG files made in memory. */
#ifndef KI_TESTS_DECODE_MAKE_JPEG_H
#define KI_TESTS_DECODE_MAKE_JPEG_H

#include "decode/support.h"

struct jpeg_options {
    unsigned width;  /* 0: 40 */
    unsigned height; /* 0: 30 */
    int ncomponents; /* 0: 3; 1 grey, 3 YCbCr, 4 CMYK */
    bool is_progressive;
    bool is_arithmetic;
    bool has_separate_scans; /* sequential, one component a scan */
    bool has_no_adobe;       /* CMYK without the marker */
    unsigned restart_nrows;
};

struct file_bytes make_jpeg(struct jpeg_options options);

/* Offset of the nth (from 0) marker segment of that code; a test fails without it. Does
 * not look into thumbnails. */
size_t find_marker(const struct file_bytes *file, uint8_t code, unsigned n);

#endif
