/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The structure of a PNG, read without libpng: what is wrong with it is known before a
 * codec is started, at the cost of a few bytes per chunk.
 *
 *     signature 8 | chunk: length 4, type 4, data, crc 4 | … | IEND chunk | ignored
 */
#ifndef KI_DECODE_PNG_WALK_H
#define KI_DECODE_PNG_WALK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <knownimage/image.h>
#include <knownimage/limits.h>

#include "decode/decode.h"

#define KI_PNG_SIGNATURE_NBYTES 8u
#define KI_PNG_CHUNK_OVERHEAD 12u /* length, type, crc */
#define KI_PNG_HEADER_END (KI_PNG_SIGNATURE_NBYTES + KI_PNG_CHUNK_OVERHEAD + 13u)

/* A chunk type as a number, as in KI_PNG_TYPE('I', 'D', 'A', 'T'). */
#define KI_PNG_TYPE(a, b, c, d)                                                        \
    ((uint32_t)(a) << 24 | (uint32_t)(b) << 16 | (uint32_t)(c) << 8 | (uint32_t)(d))

enum ki_png_type {
    KI_PNG_IHDR = KI_PNG_TYPE('I', 'H', 'D', 'R'),
    KI_PNG_PLTE = KI_PNG_TYPE('P', 'L', 'T', 'E'),
    KI_PNG_IDAT = KI_PNG_TYPE('I', 'D', 'A', 'T'),
    KI_PNG_IEND = KI_PNG_TYPE('I', 'E', 'N', 'D'),
    KI_PNG_ACTL = KI_PNG_TYPE('a', 'c', 'T', 'L'),
    KI_PNG_FDAT = KI_PNG_TYPE('f', 'd', 'A', 'T'),
    KI_PNG_ICCP = KI_PNG_TYPE('i', 'C', 'C', 'P'),
    KI_PNG_ITXT = KI_PNG_TYPE('i', 'T', 'X', 't'),
    KI_PNG_ZTXT = KI_PNG_TYPE('z', 'T', 'X', 't'),
};

struct ki_png_chunk {
    uint32_t type;
    uint32_t nbytes;     /* of data alone */
    const uint8_t *data; /* within the file */
    size_t end;          /* offset of the byte after the crc */
};

struct ki_png_header {
    uint32_t width;  /* at least 1 */
    uint32_t height; /* at least 1 */
    uint8_t bit_depth;
    uint8_t color_type;
    bool is_interlaced;
    bool is_standard; /* the methods of compression and filtering are those there are */
};

struct ki_png_summary {
    uint32_t nframes;   /* as acTL declares; 1 without it */
    uint32_t nwarnings; /* compressed metadata that do not inflate */
};

/* An upper-case first letter: a decoder that does not know the type must give up. */
bool ki_png_is_critical(uint32_t type);

/* Reads the chunk at offset, a chunk boundary ≤ nbytes. NONE, TRUNCATED if the data end
 * before the chunk does, or CORRUPT; crcs are not checked. */
enum ki_reason ki_png_read_chunk(const uint8_t *data, size_t nbytes, size_t offset,
                                 struct ki_png_chunk *chunk);

/* Signature and IHDR. NONE, TRUNCATED, CORRUPT or UNSUPPORTED_CODING. Bit depth and
 * colour type are left to libpng to judge. */
enum ki_reason ki_png_read_header(const uint8_t *data, size_t nbytes,
                                  struct ki_png_header *header);

/* Walks the chunks up to IEND, for a file whose header was read; *summary is filled as
 * far as it got. NONE, TRUNCATED, CORRUPT, UNSUPPORTED_CODING (a critical chunk that is
 * not of the standard), LIMIT_CHUNKS, LIMIT_CHUNK_SIZE (stored, or inflated where it is
 * compressed; eight times the limit for all of them together), LIMIT_TIME or
 * OUT_OF_MEMORY. */
enum ki_reason ki_png_walk(const uint8_t *data, size_t nbytes,
                           const struct ki_limits *limits,
                           const struct ki_deadline *deadline,
                           struct ki_png_summary *summary);

#endif
