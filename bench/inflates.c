/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/inflates.h"

#include <stdlib.h>
#include <string.h>

#include <isa-l/igzip_lib.h>
#include <zlib.h>
#ifdef WITH_LIBDEFLATE
#include <libdeflate.h>
#endif

#include "decode/png_walk.h"

enum { PIECE_NBYTES = 96 << 10, HEADER_AT = KI_PNG_SIGNATURE_NBYTES + 8 };

static uint32_t read_number(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* How many bytes the rows are; 8-bit RGB and RGBA only. */
static size_t rows_nbytes(const struct bench_picture *picture)
{
    const uint8_t *header = picture->data + HEADER_AT;
    if (picture->nbytes < HEADER_AT + 13 || header[8] != 8 ||
        (header[9] != 2 && header[9] != 6)) {
        return 0;
    }
    size_t pixel_nbytes = header[9] == 2 ? 3 : 4;
    return read_number(header + 4) * (1 + read_number(header) * pixel_nbytes);
}

bool bench_inflates_begin(struct bench_inflates *inflates,
                          const struct bench_picture *picture)
{
    size_t offset = KI_PNG_SIGNATURE_NBYTES;
    struct ki_png_chunk chunk = {0};
    inflates->nout = rows_nbytes(picture);
    inflates->stream = malloc(picture->nbytes);
    inflates->out = calloc(inflates->nout + 1, 1);
    while (inflates->nout > 0 && inflates->stream && chunk.type != KI_PNG_IEND &&
           ki_png_read_chunk(picture->data, picture->nbytes, offset, &chunk) ==
               KI_REASON_NONE) {
        if (chunk.type == KI_PNG_IDAT) {
            memcpy(inflates->stream + inflates->nstream, chunk.data, chunk.nbytes);
            inflates->nstream += chunk.nbytes;
        }
        offset = chunk.end;
    }
    return inflates->out && inflates->nstream > 0;
}

static bool inflate_zlib(void *context, const uint8_t *data, size_t nbytes)
{
    struct bench_inflates *inflates = context;
    uLongf nout = inflates->nout;
    (void)data;
    (void)nbytes;
    return uncompress(inflates->out, &nout, inflates->stream, inflates->nstream) ==
           Z_OK;
}

/* In pieces, as our decoder does. */
static bool inflate_isal(void *context, const uint8_t *data, size_t nbytes)
{
    static struct inflate_state state;
    struct bench_inflates *inflates = context;
    (void)data;
    (void)nbytes;
    isal_inflate_init(&state);
    state.crc_flag = ISAL_ZLIB;
    state.next_in = inflates->stream;
    state.avail_in = (uint32_t)inflates->nstream;
    for (size_t done = 0; done < inflates->nout; done += PIECE_NBYTES) {
        size_t left = inflates->nout - done;
        state.next_out = inflates->out;
        state.avail_out = (uint32_t)(left < PIECE_NBYTES ? left : PIECE_NBYTES);
        while (state.avail_out > 0) {
            uint32_t before = state.avail_out;
            if (isal_inflate(&state) != ISAL_DECOMP_OK || state.avail_out == before) {
                return false;
            }
        }
    }
    return true;
}

#ifdef WITH_LIBDEFLATE
static bool inflate_libdeflate(void *context, const uint8_t *data, size_t nbytes)
{
    struct bench_inflates *inflates = context;
    struct libdeflate_decompressor *decompressor = libdeflate_alloc_decompressor();
    (void)data;
    (void)nbytes;
    bool is_good =
        decompressor && libdeflate_zlib_decompress(
                            decompressor, inflates->stream, inflates->nstream,
                            inflates->out, inflates->nout, NULL) == LIBDEFLATE_SUCCESS;
    libdeflate_free_decompressor(decompressor);
    return is_good;
}
#endif

size_t bench_inflates_add(struct bench_inflates *inflates, struct bench_way *ways)
{
    size_t nways = 0;
    ways[nways++] = (struct bench_way){"inflate: zlib", inflate_zlib, inflates};
    ways[nways++] = (struct bench_way){"inflate: ISA-L", inflate_isal, inflates};
#ifdef WITH_LIBDEFLATE
    ways[nways++] =
        (struct bench_way){"inflate: libdeflate", inflate_libdeflate, inflates};
#endif
    return nways;
}

void bench_inflates_end(struct bench_inflates *inflates)
{
    free(inflates->stream);
    free(inflates->out);
}
