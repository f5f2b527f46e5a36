/* SPDX-License-Identifier: Apache-2.0 */
#include "decode/png_metadata.h"

#include <string.h>

#define ZLIB_CONST
#include <zlib.h>

#define SCRATCH_NBYTES 4096

struct span {
    const uint8_t *data;
    size_t nbytes;
};

/* Drops bytes up to and with the next 0; false if there is none. */
static bool skip_text(struct span *span)
{
    const uint8_t *end = memchr(span->data, 0, span->nbytes);
    if (end == NULL) {
        return false;
    }
    span->nbytes -= (size_t)(end + 1 - span->data);
    span->data = end + 1;
    return true;
}

static bool skip_bytes(struct span *span, size_t nbytes)
{
    if (span->nbytes < nbytes) {
        return false;
    }
    span->data += nbytes;
    span->nbytes -= nbytes;
    return true;
}

/* zTXt, iCCP: keyword 0 method data
 * iTXt:       keyword 0 flag method language 0 translated-keyword 0 text */
static bool find_compressed(const struct ki_png_chunk *chunk, struct span *span)
{
    *span = (struct span){chunk->data, chunk->nbytes};
    switch (chunk->type) {
    case KI_PNG_ZTXT:
    case KI_PNG_ICCP:
        return skip_text(span) && skip_bytes(span, 1);
    case KI_PNG_ITXT:
        return skip_text(span) && span->nbytes > 0 && span->data[0] == 1 &&
               skip_bytes(span, 2) && skip_text(span) && skip_text(span);
    default:
        return false;
    }
}

static enum ki_reason count_inflated(z_stream *stream, uint64_t max_nbytes,
                                     struct ki_png_inflated *inflated)
{
    uint8_t scratch[SCRATCH_NBYTES];
    int status = Z_OK;
    while (status == Z_OK) {
        stream->next_out = scratch;
        stream->avail_out = sizeof scratch;
        status = inflate(stream, Z_NO_FLUSH);
        inflated->nbytes += sizeof scratch - stream->avail_out;
        if (inflated->nbytes > max_nbytes) {
            return KI_REASON_LIMIT_CHUNK_SIZE;
        }
    }
    inflated->is_bad = status != Z_STREAM_END;
    return status == Z_MEM_ERROR ? KI_REASON_OUT_OF_MEMORY : KI_REASON_NONE;
}

enum ki_reason ki_png_inflate_metadata(const struct ki_png_chunk *chunk,
                                       uint64_t max_nbytes,
                                       struct ki_png_inflated *inflated)
{
    *inflated = (struct ki_png_inflated){.nbytes = 0};
    struct span span;
    if (!find_compressed(chunk, &span)) {
        return KI_REASON_NONE;
    }
    z_stream stream = {.next_in = span.data, .avail_in = (uInt)span.nbytes};
    if (inflateInit(&stream) != Z_OK) {
        return KI_REASON_OUT_OF_MEMORY;
    }
    enum ki_reason reason = count_inflated(&stream, max_nbytes, inflated);
    inflateEnd(&stream);
    return reason;
}
