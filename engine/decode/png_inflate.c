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
    CRC_NBYTES = 4
};

bool ki_png_has_crc(const uint8_t *data, size_t offset, size_t end)
{
    const uint8_t *stored = data + end - CRC_NBYTES;
    uint32_t expected = (uint32_t)stored[0] << 24 | (uint32_t)stored[1] << 16 |
                        (uint32_t)stored[2] << 8 | stored[3];
    const size_t begin = offset + LENGTH_AND_TYPE - 4; /* the type counts */
    return crc32_gzip_refl(0, data + begin, end - CRC_NBYTES - begin) == expected;
}

/* Goes on to the next IDAT chunk that is not empty, if there is one; false if its CRC
 * is wrong. */
static bool next_chunk(struct ki_png_stream *stream)
{
    struct ki_png_chunk chunk;
    do {
        if (ki_png_read_chunk(stream->data, stream->nbytes, stream->offset, &chunk) !=
            KI_REASON_NONE) {
            return false;
        }
        if (chunk.type != KI_PNG_IDAT) {
            return true;
        }
        if (!ki_png_has_crc(stream->data, stream->offset, chunk.end)) {
            return false;
        }
        stream->offset = chunk.end;
    } while (chunk.nbytes == 0);
    stream->chunk = chunk.data;
    stream->chunk_nbytes = chunk.nbytes;
    return true;
}

static void give(struct ki_png_stream *stream, const uint8_t *input, size_t nbytes)
{
    /* It only reads, but its pointer is not to const. */
    memcpy(&stream->state->next_in, &input, sizeof input);
    stream->state->avail_in = (uint32_t)nbytes;
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
        size_t room = INPUT_AT_ONCE - nbytes;
        size_t some = stream->chunk_nbytes < room ? stream->chunk_nbytes : room;
        if (some == 0) {
            break;
        }
        const uint8_t *from = stream->chunk;
        stream->chunk += some;
        stream->chunk_nbytes -= some;
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
                         const uint8_t *data, size_t nbytes, size_t offset,
                         const struct ki_deadline *deadline)
{
    *stream = (struct ki_png_stream){.data = data,
                                     .nbytes = nbytes,
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
    enum ki_reason reason =
        ki_png_read_chunk(stream->data, stream->nbytes, stream->offset, &chunk);
    return is_exact && reason == KI_REASON_NONE && chunk.type != KI_PNG_IDAT;
}
