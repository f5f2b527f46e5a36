/* SPDX-License-Identifier: Apache-2.0 */
/* JPEG files piece by piece. All data coded with these tables show a flat grey. */
#ifndef KI_TESTS_BOMBS_JPEG_PARTS_H
#define KI_TESTS_BOMBS_JPEG_PARTS_H

#include "blob.h"

enum {
    SOF_BASELINE = 0xc0,
    SOF_EXTENDED = 0xc1,
    SOF_PROGRESSIVE = 0xc2,
    SOF_LOSSLESS = 0xc3,
    SOF_HIERARCHICAL = 0xc5,
    SOF_ARITHMETIC = 0xc9,
    SOF_ARITHMETIC_PROGRESSIVE = 0xca,
    SOI = 0xd8,
    EOI = 0xd9,
    DNL = 0xdc,
    DRI = 0xdd,
    COM = 0xfe
};

void jpeg_marker(struct ki_blob *blob, unsigned code);
/* nbytes ≤ 65,533 */
void jpeg_segment(struct ki_blob *blob, unsigned code, const void *data, size_t nbytes);

struct jpeg_frame {
    unsigned code; /* of the SOF */
    unsigned width;
    unsigned height;
    unsigned ncomponents;
    unsigned precision; /* 0: 8 */
    unsigned sampling;  /* of the first component, e.g. 0x22; 0: 0x11 */
};
void jpeg_frame(struct ki_blob *blob, const struct jpeg_frame *frame);

void jpeg_quantisation(struct ki_blob *blob);
/* DC: the bit 0 is a difference of 0. AC: 0 ends the block; 10 and 14 bits n end
 * 2^14 + n blocks. */
void jpeg_huffman(struct ki_blob *blob);

/* Components first … first + count − 1, coefficients from … to, bits high … low. */
struct jpeg_scan {
    unsigned first;
    unsigned count;
    unsigned from;
    unsigned to;
    unsigned high;
    unsigned low;
};
void jpeg_scan(struct ki_blob *blob, const struct jpeg_scan *scan);

/* SOI, tables and frame. */
void jpeg_start(struct ki_blob *blob, const struct jpeg_frame *frame);
/* One scan of all coefficients of nblocks blocks, and EOI. */
void jpeg_flat_data(struct ki_blob *blob, unsigned ncomponents, size_t nblocks);
/* A whole flat picture. */
void jpeg_flat(struct ki_blob *blob, unsigned width, unsigned height);

#endif
