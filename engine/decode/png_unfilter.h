/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Undoing PNG's filters (PNG 3rd ed., clause 9): each byte was stored as its difference
 * from a prediction made of the bytes to the left (a), above (b) and above left (c).
 * The scalar form is the specification of the others.
 */
#ifndef KI_DECODE_PNG_UNFILTER_H
#define KI_DECODE_PNG_UNFILTER_H

#include <stddef.h>
#include <stdint.h>

enum ki_png_filter {
    KI_PNG_FILTER_NONE,
    KI_PNG_FILTER_SUB,
    KI_PNG_FILTER_UP,
    KI_PNG_FILTER_AVERAGE,
    KI_PNG_FILTER_PAETH,
    KI_PNG_NFILTERS
};

/* Bytes over the end of a row that may be read of raw and written of out. */
enum { KI_PNG_SLACK = 16 };

/* nrows rows of npixels. Those of raw begin with their filter, one of the above; the
 * row above the first of out is before it. */
struct ki_png_rows {
    const uint8_t *raw;
    size_t raw_stride;
    uint8_t *out;
    size_t out_stride; /* at least the bytes of a row + KI_PNG_SLACK */
    size_t npixels;
    size_t pixel_nbytes; /* 1 … 4 */
    uint32_t nrows;
};

struct ki_png_unfilter {
    const char *name;   /* "scalar", "avx2" */
    unsigned cpu_needs; /* mask of enum ki_cpu_feature */
    void (*rows)(const struct ki_png_rows *rows);
};

/* i = 0 scalar, 1, … in order of speed, until NULL; some may not run here. */
const struct ki_png_unfilter *ki_png_unfilter_at(size_t i);
const struct ki_png_unfilter *ki_png_unfilter_best(unsigned cpu_features);

#if defined(__x86_64__)
extern const struct ki_png_unfilter ki_png_unfilter_avx2;
#endif
void ki_png_unfilter_scalar(const struct ki_png_rows *rows);

#endif
