/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a decoder is: bytes in, rows out, top to bottom, none kept longer than the
 * format forces it to. Adding a codec adds one file and one line in decode.c.
 */
#ifndef KI_DECODE_DECODER_H
#define KI_DECODE_DECODER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <knownimage/image.h>
#include <knownimage/limits.h>

/* Samples of a row, 8 bits each, 0 dark … 255 light; the value is the stride in bytes
 * from one pixel to the next. Alpha is dropped, or left as the byte X that means
 * nothing; the colour under it is kept. */
enum ki_row_layout { KI_ROW_GRAY8 = 1, KI_ROW_RGB8 = 3, KI_ROW_RGBX8 = 4 };

/* The rows of a picture. A sample stands for a square of block × block pixels, of which
 * it is about the mean; at the right and lower edge they may reach over the picture. */
struct ki_row_shape {
    uint32_t width;  /* of the picture in pixels, at least 1 */
    uint32_t height; /* likewise */
    uint32_t block;  /* 1, 2, 4 or 8 */
    enum ki_row_layout layout;
};

static inline uint32_t ki_row_width(const struct ki_row_shape *shape)
{
    return (shape->width - 1) / shape->block + 1;
}

static inline uint32_t ki_row_count(const struct ki_row_shape *shape)
{
    return (shape->height - 1) / shape->block + 1;
}

/* Where the rows go. begin is called after the header passed the limits, and again if
 * the decoder starts over another way; then rows, with the next count ≥ 1 rows that
 * begin stride_nbytes apart, until there were ki_row_count of them or decoding fails. A
 * reason other than NONE ends decoding and becomes its result. */
struct ki_row_sink {
    void *context;
    enum ki_reason (*begin)(void *context, const struct ki_row_shape *shape);
    enum ki_reason (*rows)(void *context, const uint8_t *samples, size_t stride_nbytes,
                           uint32_t count);
};

/* Memory that decoders keep from picture to picture. Zero-initialise; free(bytes). */
struct ki_decode_memory {
    void *bytes;
    size_t nbytes;
};

/* Tells of data that still come while they are decoded. */
struct ki_arrival {
    void *context;
    /* Returns once the first nbytes bytes are there. */
    void (*await)(void *context, size_t nbytes);
};

struct ki_decode_request {
    const uint8_t *data;
    size_t nbytes;
    const struct ki_arrival *arrival; /* NULL: all data are there */
    const struct ki_limits *limits;
    enum ki_fidelity fidelity;
    bool needs_pixels;               /* blocks of one pixel only */
    struct ki_decode_memory *memory; /* of one thread; NULL: nothing is kept */
    struct ki_row_sink sink;
};

/* To be called before bytes below end are read; end may lie behind the data. */
static inline void ki_decode_await(const struct ki_decode_request *request, size_t end)
{
    if (request->arrival) {
        request->arrival->await(request->arrival->context,
                                end < request->nbytes ? end : request->nbytes);
    }
}

struct ki_decoder {
    enum ki_format format;
    bool begins_early; /* asks for what it reads by ki_decode_await */
    /* Decodes one still picture and fills info as far as it got (format and nbytes are
     * set by the caller). NONE only if the file was read to its end without a sign of
     * missing or damaged picture data. */
    enum ki_reason (*decode)(const struct ki_decode_request *request,
                             struct ki_image_info *info);
};

extern const struct ki_decoder ki_decoder_jpeg;
extern const struct ki_decoder ki_decoder_png;

#endif
