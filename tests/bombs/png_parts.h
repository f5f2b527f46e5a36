/* SPDX-License-Identifier: Apache-2.0 */
/* PNG files piece by piece. */
#ifndef KI_TESTS_BOMBS_PNG_PARTS_H
#define KI_TESTS_BOMBS_PNG_PARTS_H

#include "blob.h"

struct png_header {
    uint32_t width;
    uint32_t height;
    uint8_t bit_depth;
    uint8_t color_type;
    uint8_t compression;
    uint8_t filter;
    uint8_t interlace;
};

/* Signature and IHDR. */
void png_start(struct ki_blob *blob, const struct png_header *header);
void png_chunk(struct ki_blob *blob, const char type[4], const void *data,
               size_t nbytes);
void png_end(struct ki_blob *blob);

/* Where chunks begin that are told byte by byte: until png_close they get larger. */
size_t png_open(struct ki_blob *blob, const char type[4]);
void png_close(struct ki_blob *blob, size_t opened);

/* A zlib stream of nbytes zeros, in about a thousandth of them. */
void zlib_zeros(struct ki_blob *blob, uint64_t nbytes);
/* The bytes of the filtered rows of a picture, interlaced or not. */
uint64_t png_rows_nbytes(const struct png_header *header);

/* A whole picture of zeros. */
void png_zeros(struct ki_blob *blob, const struct png_header *header);
/* What comes before the picture data, extra, the rest; 64 × 64, grey. */
void png_small_with(struct ki_blob *blob, const struct ki_blob *extra);

#endif
