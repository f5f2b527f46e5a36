/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the markers of a progressive JPEG say: components, tables, scans; and the memory
 * for what the scans give.
 *
 *     luma values | masks of each component | samples of a few rows
 */
#ifndef KI_DECODE_JPEG_FRAME_H
#define KI_DECODE_JPEG_FRAME_H

#include "decode/decoder.h"
#include "decode/jpeg_idct.h"
#include "decode/jpeg_scan.h"
#include "decode/jpeg_walk.h"

enum { KI_JPEG_NTABLES = 4 };

/* Within the file; NULL: not defined. */
struct ki_jpeg_codes {
    const uint8_t *counts;
    const uint8_t *symbols;
};

struct ki_jpeg_frame {
    uint32_t pixel_width;
    uint32_t pixel_height;
    uint32_t width; /* in units of interleaved scans */
    uint32_t height;
    unsigned ncomponents; /* 0: no frame yet */
    struct ki_jpeg_component components[KI_JPEG_MOST_COMPONENTS];
    bool has_quants[KI_JPEG_MOST_COMPONENTS];   /* a component has its table for good */
    uint16_t luma_quant[KI_JPEG_NCOEFFICIENTS]; /* in the order of the zigzag */
    struct ki_jpeg_codes dc_codes[KI_JPEG_NTABLES];
    struct ki_jpeg_codes ac_codes[KI_JPEG_NTABLES];
    uint16_t quants[KI_JPEG_NTABLES][KI_JPEG_NCOEFFICIENTS];
    unsigned quants_seen; /* bit i: the i-th is defined */
    uint32_t interval;
    uint8_t *rows; /* 8 rows of pixels, or of what stands for them */
};

struct ki_jpeg_scan_header {
    unsigned ncomponents;
    uint8_t components[KI_JPEG_MOST_COMPONENTS];
    uint8_t dc_codes[KI_JPEG_MOST_COMPONENTS];
    uint8_t ac_codes[KI_JPEG_MOST_COMPONENTS];
    unsigned first;
    unsigned last;
    unsigned high; /* the bit that was the lowest so far; 0: there was none */
    unsigned low;
};

/* Each takes one segment; false if it is not as it should be. */
bool ki_jpeg_frame_begin(struct ki_jpeg_frame *frame,
                         const struct ki_jpeg_segment *segment);
bool ki_jpeg_frame_take_codes(struct ki_jpeg_frame *frame,
                              const struct ki_jpeg_segment *segment);
bool ki_jpeg_frame_take_quants(struct ki_jpeg_frame *frame,
                               const struct ki_jpeg_segment *segment);
bool ki_jpeg_frame_take_interval(struct ki_jpeg_frame *frame,
                                 const struct ki_jpeg_segment *segment);
/* Fills *header; notes what the components will have after it. */
bool ki_jpeg_frame_take_scan(struct ki_jpeg_frame *frame,
                             const struct ki_jpeg_segment *segment,
                             struct ki_jpeg_scan_header *header);

/* All zeros, from *memory, which keeps it. False if there is not as much, or that is
 * more than most_nbytes. */
bool ki_jpeg_frame_allocate(struct ki_jpeg_frame *frame,
                            struct ki_decode_memory *memory,
                            const struct ki_jpeg_idct *idct, uint64_t most_nbytes);

/* Each component had a scan of its DC. */
bool ki_jpeg_frame_is_whole(const struct ki_jpeg_frame *frame);

#endif
