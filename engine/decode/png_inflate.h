/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The zlib stream in the IDAT chunks of a PNG, through ISA-L. It only ever says yes to
 * what is right in every respect, checksums included; what is wrong with anything else
 * is for libpng to find out.
 */
#ifndef KI_DECODE_PNG_INFLATE_H
#define KI_DECODE_PNG_INFLATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "decode/decode.h"

struct inflate_state;

struct ki_png_stream {
    const struct ki_decode_request *request;
    size_t offset;        /* of the next chunk */
    const uint8_t *chunk; /* what is left of the one at hand */
    size_t chunk_nbytes;
    uint32_t crc;   /* of what was taken of it */
    bool is_last;   /* no other follows */
    uint8_t *input; /* small chunks put together */
    const struct ki_deadline *deadline;
    struct inflate_state *state;
};

/* How much memory a stream needs. */
size_t ki_png_stream_nbytes(void);

/* offset: of the first IDAT chunk. memory: aligned for any type, kept by the caller
 * until the stream was read. False if the stream is none for us. */
bool ki_png_stream_begin(struct ki_png_stream *stream, void *memory,
                         const struct ki_decode_request *request, size_t offset,
                         const struct ki_deadline *deadline);

/* The next nbytes of the stream, at most 2^31; false if it does not have them,
 * something about it is wrong or the time is up. */
bool ki_png_stream_read(struct ki_png_stream *stream, uint8_t *out, size_t nbytes);

/* Whether all was read, the checksums are right, and nothing is left in the chunks. */
bool ki_png_stream_is_done(struct ki_png_stream *stream);

/* Whether the CRC of the chunk that begins at offset and ends at end is right. */
bool ki_png_has_crc(const uint8_t *data, size_t offset, size_t end);

#endif
