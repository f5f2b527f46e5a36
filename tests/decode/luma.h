/* SPDX-License-Identifier: Apache-2.0 */
/* Luma of a progressive JPEG both ways, at any scale whatever its size. */
#ifndef KI_TESTS_DECODE_LUMA_H
#define KI_TESTS_DECODE_LUMA_H

#include "decode/jpeg_progressive.h"

struct luma {
    uint32_t width; /* in samples */
    uint32_t height;
    uint32_t nrows;   /* that came */
    uint8_t *samples; /* from malloc */
};

void luma_free(struct luma *luma);
bool luma_equal(const struct luma *a, const struct luma *b);

/* If libjpeg's reading of the header is such that the short way is asked: what that is
 * told. */
bool luma_facts(const uint8_t *data, size_t nbytes, unsigned block,
                struct ki_jpeg_facts *facts);

/* Through libjpeg alone. False if it fails or has anything to say against the picture
 * data. */
bool luma_plain(const uint8_t *data, size_t nbytes, unsigned block, struct luma *luma);

/* The short way. limits NULL: the defaults; memory NULL: none is kept. */
enum ki_jpeg_outcome luma_short(const uint8_t *data, size_t nbytes,
                                const struct ki_jpeg_facts *facts,
                                const struct ki_limits *limits,
                                struct ki_decode_memory *memory, struct luma *luma);

#endif
