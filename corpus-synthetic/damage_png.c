/* SPDX-License-Identifier: Apache-2.0 */
#include "damage.h"

#include <stdlib.h>
#include <string.h>

#include <zlib.h>

#include "codec.h"

enum { SIGNATURE = 8, CHUNK_OVERHEAD = 12 };

static uint32_t get_u32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static void put_u32(uint8_t *p, uint32_t value)
{
    for (int i = 0; i < 4; i++) {
        p[i] = (uint8_t)(value >> (24 - 8 * i));
    }
}

/* length | type | data | CRC of type and data */
static enum ki_status append_chunk(struct ki_blob *blob, const char type[4],
                                   const void *data, size_t nbytes)
{
    uint8_t head[8];
    uint8_t tail[4];
    put_u32(head, (uint32_t)nbytes);
    memcpy(head + 4, type, 4);
    uLong crc = crc32(crc32(0, NULL, 0), head + 4, 4);
    if (nbytes > 0) {
        crc = crc32(crc, data, (uInt)nbytes);
    }
    put_u32(tail, (uint32_t)crc);
    enum ki_status status = ki_blob_append(blob, head, sizeof head);
    if (status == KI_OK) {
        status = ki_blob_append(blob, data, nbytes);
    }
    return status == KI_OK ? ki_blob_append(blob, tail, sizeof tail) : status;
}

static enum ki_status append_header(struct ki_blob *blob, uint32_t width,
                                    uint32_t height)
{
    static const uint8_t signature[SIGNATURE] = {0x89, 'P',  'N',  'G',
                                                 '\r', '\n', 0x1a, '\n'};
    uint8_t header[13] = {[8] = 8, [9] = 2}; /* 8 bits, RGB, not interlaced */
    put_u32(header, width);
    put_u32(header + 4, height);
    enum ki_status status = ki_blob_append(blob, signature, sizeof signature);
    return status == KI_OK ? append_chunk(blob, "IHDR", header, sizeof header) : status;
}

enum ki_status ki_damage_png_plain(const struct ki_canvas *canvas, struct ki_prng *prng,
                                   struct ki_blob *blob)
{
    (void)prng;
    return ki_png_write(canvas, blob);
}

enum ki_status ki_damage_png_truncated(const struct ki_canvas *canvas,
                                       struct ki_prng *prng, struct ki_blob *blob)
{
    (void)prng;
    enum ki_status status = ki_png_write(canvas, blob);
    blob->nbytes /= 2;
    return status;
}

/* Offset of the first chunk of a type that begins at or after from; nbytes if none. */
static size_t find_chunk(const struct ki_blob *blob, size_t from, const char type[4])
{
    size_t at = from;
    while (at + CHUNK_OVERHEAD <= blob->nbytes) {
        if (memcmp(blob->data + at + 4, type, 4) == 0) {
            return at;
        }
        at += CHUNK_OVERHEAD + get_u32(blob->data + at);
    }
    return blob->nbytes;
}

static void flip_bit(struct ki_blob *blob, size_t from, size_t nbytes,
                     struct ki_prng *prng)
{
    size_t at = from + ki_prng_below(prng, (uint32_t)nbytes);
    blob->data[at] ^= (uint8_t)(1u << ki_prng_below(prng, 8));
}

enum ki_status ki_damage_png_flipped(const struct ki_canvas *canvas,
                                     struct ki_prng *prng, struct ki_blob *blob)
{
    enum ki_status status = ki_png_write(canvas, blob);
    if (status == KI_OK) {
        size_t at = find_chunk(blob, SIGNATURE, "IDAT");
        flip_bit(blob, at + 8, get_u32(blob->data + at), prng);
    }
    return status;
}

/* The rows of a picture as PNG filters them with filter 0. */
static uint8_t *plain_rows(const struct ki_canvas *canvas, size_t *nbytes)
{
    size_t stride = ki_canvas_stride(canvas);
    *nbytes = (stride + 1) * canvas->height;
    uint8_t *rows = calloc(*nbytes, 1);
    for (uint32_t y = 0; rows && y < canvas->height; y++) {
        memcpy(rows + y * (stride + 1) + 1, ki_canvas_row(canvas, y), stride);
    }
    return rows;
}

/* Compresses in two halves with a flush between, after which a deflate block begins on
 * a whole byte. That byte becomes the header of a block of type 3, which there is not;
 * a flipped bit alone often goes unnoticed until the checksum at the end. */
static bool deflate_badly(uint8_t *rows, size_t nrows, struct ki_blob *out)
{
    z_stream stream = {0};
    if (deflateInit(&stream, 1) != Z_OK) {
        return false;
    }
    stream.next_in = rows;
    stream.avail_in = (uInt)(nrows / 2);
    stream.next_out = out->data;
    stream.avail_out = (uInt)out->capacity;
    bool ok = deflate(&stream, Z_FULL_FLUSH) == Z_OK;
    size_t middle = stream.total_out;
    stream.avail_in = (uInt)(nrows - nrows / 2);
    ok = ok && deflate(&stream, Z_FINISH) == Z_STREAM_END;
    out->nbytes = stream.total_out;
    (void)deflateEnd(&stream);
    if (ok) {
        out->data[middle] |= 6;
    }
    return ok;
}

/* Damage before the checksums were made: every CRC is right, the deflate stream is
 * not. */
enum ki_status ki_damage_png_bad_stream(const struct ki_canvas *canvas,
                                        struct ki_prng *prng, struct ki_blob *blob)
{
    (void)prng;
    size_t nrows = 0;
    uint8_t *rows = plain_rows(canvas, &nrows);
    struct ki_blob packed = {.capacity = compressBound(nrows) + 64};
    packed.data = malloc(packed.capacity);
    enum ki_status status = KI_ERR_NO_MEMORY;
    if (rows && packed.data && deflate_badly(rows, nrows, &packed)) {
        status = append_header(blob, canvas->width, canvas->height);
    }
    if (status == KI_OK) {
        status = append_chunk(blob, "IDAT", packed.data, packed.nbytes);
    }
    free(rows);
    ki_blob_destroy(&packed);
    return status == KI_OK ? append_chunk(blob, "IEND", NULL, 0) : status;
}

/* A header that claims a huge picture, a few zeros, all CRCs right. */
static enum ki_status bomb(uint32_t side, struct ki_blob *blob)
{
    static const uint8_t zeros[4096];
    uint8_t packed[256];
    uLong nbytes = sizeof packed;
    if (compress2(packed, &nbytes, zeros, sizeof zeros, 9) != Z_OK) {
        return KI_ERR_NO_MEMORY;
    }
    enum ki_status status = append_header(blob, side, side);
    if (status == KI_OK) {
        status = append_chunk(blob, "IDAT", packed, nbytes);
    }
    return status == KI_OK ? append_chunk(blob, "IEND", NULL, 0) : status;
}

enum ki_status ki_damage_png_bomb_side(const struct ki_canvas *canvas,
                                       struct ki_prng *prng, struct ki_blob *blob)
{
    (void)canvas;
    (void)prng;
    return bomb(20000, blob);
}

enum ki_status ki_damage_png_bomb_pixels(const struct ki_canvas *canvas,
                                         struct ki_prng *prng, struct ki_blob *blob)
{
    (void)canvas;
    (void)prng;
    return bomb(16000, blob);
}

/* A whole picture of 100×100 with count equal chunks between header and pixels. */
static enum ki_status with_chunks(int count, const char type[4], const void *data,
                                  size_t nbytes, struct ki_blob *blob)
{
    struct ki_canvas small;
    struct ki_blob plain = {0};
    enum ki_status status = ki_canvas_create(100, 100, &small);
    if (status != KI_OK) {
        return status;
    }
    status = ki_png_write(&small, &plain);
    size_t pixels = status == KI_OK ? find_chunk(&plain, SIGNATURE, "IDAT") : 0;
    if (status == KI_OK) {
        status = ki_blob_append(blob, plain.data, pixels);
    }
    for (int i = 0; i < count && status == KI_OK; i++) {
        status = append_chunk(blob, type, data, nbytes);
    }
    if (status == KI_OK) {
        status = ki_blob_append(blob, plain.data + pixels, plain.nbytes - pixels);
    }
    ki_blob_destroy(&plain);
    ki_canvas_destroy(&small);
    return status;
}

enum ki_status ki_damage_png_bomb_text(const struct ki_canvas *canvas,
                                       struct ki_prng *prng, struct ki_blob *blob)
{
    enum { NCHUNKS = 64, NINFLATED = 7 << 20, NPACKED = 64 << 10 };
    static const char keyword[] = "Comment\0"; /* then the method, 0: deflate */
    (void)canvas;
    (void)prng;
    uint8_t *text = calloc(NINFLATED, 1);
    uint8_t *chunk = malloc(sizeof keyword + NPACKED);
    enum ki_status status = KI_ERR_NO_MEMORY;
    if (text && chunk) {
        memset(text, 'x', NINFLATED);
        memcpy(chunk, keyword, sizeof keyword);
        uLong nbytes = NPACKED;
        if (compress2(chunk + sizeof keyword, &nbytes, text, NINFLATED, 6) == Z_OK) {
            status = with_chunks(NCHUNKS, "zTXt", chunk, sizeof keyword + nbytes, blob);
        }
    }
    free(text);
    free(chunk);
    return status;
}

enum ki_status ki_damage_png_many_chunks(const struct ki_canvas *canvas,
                                         struct ki_prng *prng, struct ki_blob *blob)
{
    static const char text[] = "Comment\0x"; /* keyword, zero, one letter */
    (void)canvas;
    (void)prng;
    return with_chunks(2000, "tEXt", text, sizeof text - 1, blob);
}
