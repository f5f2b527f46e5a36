/* SPDX-License-Identifier: Apache-2.0 */
/* How large the compressed metadata of a PNG are. They are never kept. */
#ifndef KI_DECODE_PNG_METADATA_H
#define KI_DECODE_PNG_METADATA_H

#include "decode/png_walk.h"

struct ki_png_inflated {
    uint64_t nbytes; /* inflated size; 0 for a chunk that is not compressed */
    bool is_bad;     /* the compressed data are damaged or incomplete */
};

/* Inflates a zTXt, iTXt or iCCP chunk into a scratch buffer to learn its size; any
 * other is not compressed. NONE; LIMIT_CHUNK_SIZE, as soon as it is more than
 * max_nbytes; or OUT_OF_MEMORY. */
enum ki_reason ki_png_inflate_metadata(const struct ki_png_chunk *chunk,
                                       uint64_t max_nbytes,
                                       struct ki_png_inflated *inflated);

#endif
