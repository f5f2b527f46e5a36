/* SPDX-License-Identifier: Apache-2.0 */
#include "decode/png_inflate.h"

#include <string.h>

#include <isa-l/crc.h>
#include <isa-l/igzip_lib.h>

#include "decode/decode.h"
#include "decode/png_walk.h"

enum {
    CMF_DEFLATE_32K = 0x78,
    INPUT_AT_ONCE = 64 << 10, /* a stream may be all tables and no pixels */
    LENGTH_AND_TYPE = 8,
    TYPE_NBYTES = 4,
    CRC_NBYTES = 4
};

static uint32_t read_crc(const uint8_t *stored)
{
    return (uint32_t)stored[0] << 24 | (uint32_t)stored[1] << 16 |
           (uint32_t)stored[2] << 8 | stored[3];
}

bool ki_png_has_crc(const uint8_t *data, size_t offset, size_t end)
{
    const size_t begin = offset + LENGTH_AND_TYPE - TYPE_NBYTES; /* the type counts */
    return crc32_gzip_refl(0, data + begin, end - CRC_NBYTES - begin) ==
           read_crc(data + end - CRC_NBYTES);
}

static enum ki_reason read_chunk(const struct ki_png_stream *stream,
                                 struct ki_png_chunk *chunk)
{
    const struct ki_decode_request *request = stream->request;
    ki_decode_await(request, stream->offset + LENGTH_AND_TYPE);
    return ki_png_read_chunk(request->data, request->nbytes, stream->offset, chunk);
}

/* Goes on to the next IDAT chunk, if there is one; false if something else is there
 * than chunks. */
static bool next_chunk(struct ki_png_stream *stream)
{
    struct ki_png_chunk chunk;
    if (read_chunk(stream, &chunk) != KI_REASON_NONE) {
        return false;
    }
    stream->is_last = chunk.type != KI_PNG_IDAT;
    if (!stream->is_last) {
        stream->offset = chunk.end;
        stream->chunk = chunk.data;
        stream->chunk_nbytes = chunk.nbytes;
        stream->crc = crc32_gzip_refl(0, chunk.data - TYPE_NBYTES, TYPE_NBYTES);
    }
    return true;
}

static void give(struct ki_png_stream *stream, const uint8_t *input, size_t nbytes)
{
    /* It only reads, but its pointer is not to const. */
    memcpy(&stream->state->next_in, &input, sizeof input);
    stream->state->avail_in = (uint32_t)nbytes;
}

/* The next bytes of the chunk, at most most; false if they are the last of it and its
 * CRC is wrong. */
static bool take(struct ki_png_stream *stream, size_t most, size_t *taken)
{
    const uint8_t *from = stream->chunk;
    size_t some = stream->chunk_nbytes < most ? stream->chunk_nbytes : most;
    size_t at = (size_t)(from - stream->request->data);
    ki_decode_await(stream->request, at + some + CRC_NBYTES);
    stream->crc = crc32_gzip_refl(stream->crc, from, some);
    stream->chunk += some;
    stream->chunk_nbytes -= some;
    *taken = some;
    return stream->chunk_nbytes > 0 || stream->crc == read_crc(stream->chunk);
}

/* The next input. Chunks are often of 8 KiB, and each call of ISA-L moves 32 KiB of
 * history: small ones are put together. Gives none when there are no more; false if one
 * is wrong. */
static bool refill(struct ki_png_stream *stream)
{
    size_t nbytes = 0;
    while (nbytes < INPUT_AT_ONCE) {
        if (stream->chunk_nbytes == 0 && !next_chunk(stream)) {
            return false;
        }
        if (stream->is_last) {
            break;
        }
        const uint8_t *from = stream->chunk;
        size_t some;
        if (!take(stream, INPUT_AT_ONCE - nbytes, &some)) {
            return false;
        }
        if (some == INPUT_AT_ONCE) {
            give(stream, from, some);
            return true;
        }
        memcpy(stream->input + nbytes, from, some);
        nbytes += some;
    }
    give(stream, stream->input, nbytes);
    return true;
}

/* One step over a bounded piece of the input. ISA-L also holds back input and output of
 * its own, so that there may be more to come when all input is gone; false if nothing
 * came. */
static bool step(struct ki_png_stream *stream)
{
    struct inflate_state *state = stream->state;
    if ((state->avail_in == 0 && !refill(stream)) ||
        ki_decode_is_late(stream->deadline)) {
        return false;
    }
    const uint32_t before = state->avail_out;
    const bool is_all_in = state->avail_in == 0;
    int result = isal_inflate(state);
    bool is_good = result == ISAL_DECOMP_OK || result == ISAL_END_INPUT ||
                   result == ISAL_OUT_OVERFLOW;
    bool has_moved = !is_all_in || state->avail_out < before ||
                     state->block_state == ISAL_BLOCK_FINISH;
    return is_good && has_moved;
}

size_t ki_png_stream_nbytes(void)
{
    return sizeof(struct inflate_state) + INPUT_AT_ONCE;
}

bool ki_png_stream_begin(struct ki_png_stream *stream, void *memory,
                         const struct ki_decode_request *request, size_t offset,
                         const struct ki_deadline *deadline)
{
    *stream = (struct ki_png_stream){.request = request,
                                     .offset = offset,
                                     .deadline = deadline,
                                     .state = memory,
                                     .input = (uint8_t *)memory +
                                              sizeof(struct inflate_state)};
    isal_inflate_init(stream->state);
    stream->state->crc_flag = ISAL_ZLIB;
    /* A smaller window would have to be watched. */
    return refill(stream) && stream->state->avail_in > 0 &&
           stream->state->next_in[0] == CMF_DEFLATE_32K;
}

bool ki_png_stream_read(struct ki_png_stream *stream, uint8_t *out, size_t nbytes)
{
    struct inflate_state *state = stream->state;
    state->next_out = out;
    state->avail_out = (uint32_t)nbytes;
    while (state->avail_out > 0) {
        if (state->block_state == ISAL_BLOCK_FINISH || !step(stream)) {
            return false;
        }
    }
    return true;
}

bool ki_png_stream_is_done(struct ki_png_stream *stream)
{
    struct inflate_state *state = stream->state;
    uint8_t surplus = 0;
    state->next_out = &surplus;
    state->avail_out = 1;
    while (state->block_state != ISAL_BLOCK_FINISH) {
        if (state->avail_out == 0 || !step(stream)) {
            return false;
        }
    }
    bool is_exact =
        state->avail_out == 1 && state->avail_in == 0 && stream->chunk_nbytes == 0;
    struct ki_png_chunk chunk;
    return is_exact && read_chunk(stream, &chunk) == KI_REASON_NONE &&
           chunk.type != KI_PNG_IDAT;
}
