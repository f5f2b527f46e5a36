/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One scan of a progressive JPEG: coded data to coefficients, or to as much of them as
 * reading the later scans takes.
 *
 * Coefficients are numbered as they are stored, 0 the DC and 63 the last of the zigzag.
 * Of each block there is a mask of those AC coefficients that are not zero so far, bit
 * k for the k-th. Of a component whose samples are wanted the values are kept as well,
 * each in a slot of the block's line.
 */
#ifndef KI_DECODE_JPEG_SCAN_H
#define KI_DECODE_JPEG_SCAN_H

#include "decode/decode.h"
#include "decode/jpeg_huffman.h"

enum {
    KI_JPEG_NCOEFFICIENTS = 64,
    KI_JPEG_MOST_COMPONENTS = 3,
    KI_JPEG_UNSEEN = -1,
};

struct ki_jpeg_component {
    uint8_t id;
    uint8_t h_factor;
    uint8_t v_factor;
    uint8_t quant_table;
    uint32_t width;  /* in blocks that reach into the picture */
    uint32_t height; /* likewise */
    uint32_t stride; /* from one row of blocks to the next, in blocks; whole units */
    uint64_t *masks;
    int16_t *values;     /* lines of nslots; NULL: not kept */
    unsigned nslots;     /* 1: only the DC is kept */
    const uint8_t *slot; /* of each coefficient, in the line */
    /* Of each coefficient, how many bits are still to come; UNSEEN before its first. */
    int8_t missing[KI_JPEG_NCOEFFICIENTS];
};

/* A unit is what is coded in turn: one block, or of an interleaved scan so many of each
 * component. */
struct ki_jpeg_scan {
    struct ki_jpeg_bits bits;
    unsigned ncomponents;
    struct ki_jpeg_component *components[KI_JPEG_MOST_COMPONENTS];
    /* DC by component, or AC alone; none in refinements of the DC. */
    const struct ki_jpeg_huffman *tables[KI_JPEG_MOST_COMPONENTS];
    unsigned first; /* coefficients */
    unsigned last;
    unsigned low; /* the bit that is the lowest here */
    bool is_refinement;
    uint32_t interval; /* units between restart markers, 0: none */
    uint32_t width;    /* in units */
    uint32_t height;
    const struct ki_deadline *deadline;

    uint32_t left; /* units to the next restart marker */
    uint8_t restart;
    uint32_t nblocks_ended; /* the next ones end at once (EOBRUN) */
    int32_t dc[KI_JPEG_MOST_COMPONENTS];
};

enum ki_jpeg_scan_end { KI_JPEG_SCAN_BAD, KI_JPEG_SCAN_GOOD, KI_JPEG_SCAN_LATE };

/* Decodes the scan that is described down to the deadline. GOOD: each bit was there and
 * made sense, and scan->bits stands at the marker after the data. */
enum ki_jpeg_scan_end ki_jpeg_scan_decode(struct ki_jpeg_scan *scan);

/* Some of it: count units from column x of row y on, the DC; count blocks from the
 * first on, AC coefficients; either the first time or once more. False if something is
 * wrong. */
bool ki_jpeg_scan_dc(struct ki_jpeg_scan *scan, uint32_t x, uint32_t y, uint32_t count);
bool ki_jpeg_scan_dc_more(struct ki_jpeg_scan *scan, uint32_t x, uint32_t y,
                          uint32_t count);
bool ki_jpeg_scan_ac(struct ki_jpeg_scan *scan, size_t first, uint32_t count);
bool ki_jpeg_scan_ac_more(struct ki_jpeg_scan *scan, size_t first, uint32_t count);

#endif
