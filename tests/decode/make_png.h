/* SPDX-License-Identifier: Apache-2.0 */
/* Small PNG files made in memory, whole or chunk by chunk. */
#ifndef KI_TESTS_DECODE_MAKE_PNG_H
#define KI_TESTS_DECODE_MAKE_PNG_H

#include "decode/support.h"

struct png_options {
    uint32_t width;  /* 0: 13 */
    uint32_t height; /* 0: 11 */
    int bit_depth;   /* 0: 8 */
    int color_type;  /* as in IHDR */
    bool is_interlaced;
    bool has_transparency; /* a tRNS chunk, where the colour type allows it */
};

/* Written by libpng, with samples that use the whole range. */
struct file_bytes make_png(struct png_options options);

/* Chunk by chunk: */
struct file_bytes png_start(void); /* the signature */
void png_chunk(struct file_bytes *file, const char *type, const void *data,
               size_t nbytes);
void png_ihdr(struct file_bytes *file, uint32_t width, uint32_t height);
/* IDAT of an 8-bit grey picture of that size; its data alone for the other. */
void png_idat(struct file_bytes *file, uint32_t width, uint32_t height);
struct file_bytes png_idat_data(uint32_t width, uint32_t height);
void png_iend(struct file_bytes *file);
/* All of these at once: 8-bit grey, 8 × 8. Extra chunks go in at png_after_ihdr. */
struct file_bytes png_small(void);
extern const size_t png_after_ihdr;
/* A chunk to be spliced in somewhere. */
struct file_bytes png_loose_chunk(const char *type, const void *data, size_t nbytes);
/* keyword 0 method, then nzeros zero bytes, deflated. */
struct file_bytes png_ztxt_data(size_t nzeros);
/* Offset of the nth chunk of that type (of its length field). */
size_t find_chunk(const struct file_bytes *file, const char *type, unsigned n);
/* Makes the crc of the chunk at offset right again. */
void mend_crc(struct file_bytes *file, size_t offset);

#endif
