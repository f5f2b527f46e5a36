/* SPDX-License-Identifier: Apache-2.0 */
#include "decode/gunzip.h"

enum { GZIP_WINDOW_BITS = 16 + MAX_WBITS, ALIGNMENT = 64, MAGIC = 0x1f };

static void *take_memory(void *context, unsigned nitems, unsigned item_nbytes)
{
    struct ki_gunzip *gunzip = context;
    size_t room = sizeof gunzip->memory - gunzip->nused;
    size_t nbytes = 0;
    if (__builtin_mul_overflow((size_t)nitems, (size_t)item_nbytes, &nbytes) ||
        nbytes > room) {
        return NULL;
    }
    void *memory = gunzip->memory + gunzip->nused;
    nbytes += (ALIGNMENT - nbytes % ALIGNMENT) % ALIGNMENT;
    gunzip->nused += nbytes < room ? nbytes : room;
    return memory;
}

/* All of it goes at once, with the struct. */
static void keep_memory(void *context, void *memory)
{
    (void)context;
    (void)memory;
}

void ki_gunzip_begin(struct ki_gunzip *gunzip, ki_gunzip_sink sink, void *context)
{
    gunzip->state = KI_GUNZIP_GOES_ON;
    gunzip->is_padding = false;
    gunzip->nread = 0;
    gunzip->nwritten = 0;
    gunzip->sink = sink;
    gunzip->context = context;
    gunzip->nused = 0;
    gunzip->stream =
        (z_stream){.zalloc = take_memory, .zfree = keep_memory, .opaque = gunzip};
    if (inflateInit2(&gunzip->stream, GZIP_WINDOW_BITS) != Z_OK) {
        gunzip->state = KI_GUNZIP_NO_MEMORY;
    }
}

static enum ki_gunzip_state state_after(int result)
{
    switch (result) {
    case Z_OK:
    case Z_BUF_ERROR: /* nothing to do it with: there is room, but no input */
        return KI_GUNZIP_GOES_ON;
    case Z_STREAM_END:
        return KI_GUNZIP_WHOLE;
    case Z_MEM_ERROR:
        return KI_GUNZIP_NO_MEMORY;
    default:
        return KI_GUNZIP_DAMAGED;
    }
}

static bool is_too_much(const struct ki_gunzip *gunzip)
{
    return gunzip->nwritten > KI_GUNZIP_FREE_NBYTES &&
           (gunzip->nwritten - 1) / KI_GUNZIP_MOST_RATIO >= gunzip->nread;
}

/* Inflates one piece of output, at most. */
static enum ki_gunzip_state inflate_piece(struct ki_gunzip *gunzip)
{
    z_stream *stream = &gunzip->stream;
    unsigned before = stream->avail_in;
    stream->next_out = gunzip->piece;
    stream->avail_out = sizeof gunzip->piece;
    enum ki_gunzip_state state = state_after(inflate(stream, Z_NO_FLUSH));
    size_t nbytes = sizeof gunzip->piece - stream->avail_out;
    gunzip->nread += before - stream->avail_in;
    gunzip->nwritten += nbytes;
    if (is_too_much(gunzip)) {
        return KI_GUNZIP_RATIO;
    }
    if (nbytes > 0 && !gunzip->sink(gunzip->context, gunzip->piece, nbytes)) {
        return KI_GUNZIP_NOT_TAKEN;
    }
    return state;
}

/* Behind a whole member: another one, or zeros up to the end. */
static enum ki_gunzip_state begin_next(struct ki_gunzip *gunzip)
{
    z_stream *stream = &gunzip->stream;
    gunzip->is_padding = gunzip->is_padding || *stream->next_in == 0;
    if (!gunzip->is_padding) {
        return *stream->next_in == MAGIC ? state_after(inflateReset(stream))
                                         : KI_GUNZIP_DAMAGED;
    }
    while (stream->avail_in > 0 && *stream->next_in == 0) {
        stream->next_in++;
        stream->avail_in--;
        gunzip->nread++;
    }
    return stream->avail_in > 0 ? KI_GUNZIP_DAMAGED : KI_GUNZIP_WHOLE;
}

static enum ki_gunzip_state step(struct ki_gunzip *gunzip)
{
    return gunzip->state == KI_GUNZIP_WHOLE ? begin_next(gunzip)
                                            : inflate_piece(gunzip);
}

/* Output may be left in zlib although it has taken all input: a full piece says so. */
static bool has_more(const struct ki_gunzip *gunzip)
{
    const z_stream *stream = &gunzip->stream;
    switch (gunzip->state) {
    case KI_GUNZIP_WHOLE:
        return stream->avail_in > 0;
    case KI_GUNZIP_GOES_ON:
        return stream->avail_in > 0 || stream->avail_out == 0;
    default:
        return false;
    }
}

static enum ki_gunzip_state add_some(struct ki_gunzip *gunzip, const uint8_t *data,
                                     unsigned nbytes)
{
    gunzip->stream.next_in = data;
    gunzip->stream.avail_in = nbytes;
    while (has_more(gunzip)) {
        gunzip->state = step(gunzip);
    }
    return gunzip->state;
}

enum ki_gunzip_state ki_gunzip_add(struct ki_gunzip *gunzip, const uint8_t *data,
                                   size_t nbytes)
{
    while (nbytes > 0 && gunzip->state <= KI_GUNZIP_GOES_ON) {
        unsigned some = nbytes < UINT32_MAX ? (unsigned)nbytes : UINT32_MAX;
        (void)add_some(gunzip, data, some);
        data += some;
        nbytes -= some;
    }
    return gunzip->state;
}
