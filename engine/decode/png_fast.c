/* SPDX-License-Identifier: Apache-2.0 */
#include "decode/png_fast.h"

#include <stdlib.h>
#include <string.h>

#include "base/cpu.h"
#include "decode/png_inflate.h"
#include "decode/png_unfilter.h"

enum {
    TYPE_GRAY = 0,
    TYPE_RGB = 2,
    TYPE_PALETTE = 3,
    TYPE_GRAY_ALPHA = 4,
    TYPE_RGBA = 6,
    NTYPES = 7,
    MOST_COLORS = 256,
    /* ISA-L moves 64 KiB of history whenever it is asked for more, which half of the
     * second-level cache makes rare. */
    INFLATED_NBYTES = 192 << 10,
    ROWS_AT_ONCE = 8 /* unfiltered and sent on, while they are in the first-level one */
};

/* What is sent on is either the unfiltered rows themselves or made of them. */
struct type {
    size_t pixel_nbytes; /* as stored; 0: none for us */
    enum ki_row_layout layout;
    bool is_made;
};

static const struct type types[NTYPES] = {
    [TYPE_GRAY] = {1, KI_ROW_GRAY8, false},
    [TYPE_RGB] = {3, KI_ROW_RGB8, false},
    [TYPE_PALETTE] = {1, KI_ROW_RGB8, true},
    [TYPE_GRAY_ALPHA] = {2, KI_ROW_GRAY8, true},
    [TYPE_RGBA] = {4, KI_ROW_RGBX8, false},
};

struct fast {
    const struct ki_decode_request *request;
    const struct ki_png_header *header;
    const struct type *type;
    struct ki_png_stream stream;
    const struct ki_png_unfilter *unfilter;
    size_t idat; /* offset of the first */
    const uint8_t *palette;
    size_t ncolors;
    uint32_t most_rows; /* inflated at once */
    size_t raw_stride;
    size_t out_stride;
    uint8_t *raw;  /* most_rows inflated rows */
    uint8_t *out;  /* ROWS_AT_ONCE rows after the one above them */
    uint8_t *made; /* as many, of types that need them */
    enum ki_reason refusal;
};

static const struct type *type_of(const struct ki_png_header *header)
{
    bool is_ours = header->bit_depth == 8 && header->is_standard &&
                   !header->is_interlaced && header->color_type < NTYPES &&
                   types[header->color_type].pixel_nbytes > 0;
    return is_ours ? &types[header->color_type] : NULL;
}

static bool take_palette(struct fast *fast, const struct ki_png_chunk *chunk)
{
    fast->palette = chunk->data;
    fast->ncolors = chunk->nbytes / 3;
    return fast->header->color_type == TYPE_PALETTE && chunk->nbytes % 3 == 0 &&
           fast->ncolors >= 1 && fast->ncolors <= MOST_COLORS;
}

/* The critical chunks but for IDAT, up to the first of a type: checksums, and a palette
 * where one belongs, before the picture. */
static bool read_chunks(struct fast *fast, uint32_t last_type)
{
    const struct ki_decode_request *request = fast->request;
    size_t offset = KI_PNG_SIGNATURE_NBYTES;
    struct ki_png_chunk chunk = {0};
    bool is_good = true;
    fast->idat = 0;
    fast->palette = NULL;
    while (is_good && chunk.type != last_type) {
        ki_decode_await(request, offset + KI_PNG_CHUNK_OVERHEAD);
        is_good = ki_png_read_chunk(request->data, request->nbytes, offset, &chunk) ==
                  KI_REASON_NONE;
        if (is_good && chunk.type == KI_PNG_IDAT) {
            fast->idat = fast->idat ? fast->idat : offset;
        } else if (is_good && ki_png_is_critical(chunk.type)) {
            ki_decode_await(request, chunk.end);
            is_good = ki_png_has_crc(request->data, offset, chunk.end);
        }
        if (is_good && chunk.type == KI_PNG_PLTE) {
            is_good = !fast->idat && !fast->palette && take_palette(fast, &chunk);
        }
        is_good = is_good && (chunk.type != KI_PNG_IEND || chunk.nbytes == 0);
        offset = chunk.end;
    }
    bool needs_palette = fast->header->color_type == TYPE_PALETTE;
    return is_good && fast->idat && (fast->palette || !needs_palette);
}

/* At least as many rows as are unfiltered at once. */
static uint32_t choose_rows(size_t raw_stride)
{
    size_t ngroups = INFLATED_NBYTES / (raw_stride * ROWS_AT_ONCE);
    return (uint32_t)(ngroups > 0 ? ngroups * ROWS_AT_ONCE : ROWS_AT_ONCE);
}

/* The stream's memory first, since it is to be aligned. */
static bool allocate(struct fast *fast, struct ki_decode_memory *memory)
{
    size_t width = fast->header->width;
    size_t row_nbytes = width * fast->type->pixel_nbytes;
    fast->raw_stride = row_nbytes + 1;
    fast->most_rows = choose_rows(fast->raw_stride);
    fast->out_stride = row_nbytes + KI_PNG_SLACK;
    size_t stream_nbytes = ki_png_stream_nbytes();
    size_t raw_nbytes = fast->most_rows * fast->raw_stride + KI_PNG_SLACK;
    size_t out_nbytes = (ROWS_AT_ONCE + 1) * fast->out_stride;
    size_t made_nbytes =
        fast->type->is_made ? ROWS_AT_ONCE * width * (size_t)fast->type->layout : 0;
    size_t all_nbytes = stream_nbytes + raw_nbytes + out_nbytes + made_nbytes;
    if (all_nbytes > fast->request->limits->memory_nbytes) {
        return false;
    }
    /* What is there of another picture is as good as zeros. */
    uint8_t *bytes = ki_decode_reserve(memory, all_nbytes);
    if (!bytes) {
        return false;
    }
    fast->raw = bytes + stream_nbytes;
    fast->out = fast->raw + raw_nbytes;
    fast->made = fast->out + out_nbytes;
    memset(fast->out, 0, fast->out_stride); /* above the first row */
    return true;
}

static bool has_known_filters(const struct fast *fast, uint32_t count)
{
    bool is_good = true;
    for (size_t y = 0; y < count; y++) {
        is_good = is_good && fast->raw[y * fast->raw_stride] < KI_PNG_NFILTERS;
    }
    return is_good;
}

static void drop_alpha(const uint8_t *pixels, uint8_t *made, size_t npixels)
{
    for (size_t x = 0; x < npixels; x++) {
        made[x] = pixels[2 * x];
    }
}

/* False if a colour is not in the palette. */
static bool look_up_colors(const struct fast *fast, const uint8_t *pixels,
                           uint8_t *made)
{
    unsigned highest = 0;
    for (size_t x = 0; x < fast->header->width; x++) {
        highest = pixels[x] > highest ? pixels[x] : highest;
    }
    if (highest >= fast->ncolors) {
        return false;
    }
    for (size_t x = 0; x < fast->header->width; x++) {
        memcpy(made + 3 * x, fast->palette + (size_t)3 * pixels[x], 3);
    }
    return true;
}

static bool make_rows(struct fast *fast, const uint8_t *out, uint32_t count)
{
    size_t width = fast->header->width;
    size_t stride = width * (size_t)fast->type->layout;
    bool is_good = true;
    for (size_t y = 0; is_good && y < count; y++) {
        const uint8_t *pixels = out + y * fast->out_stride;
        if (fast->header->color_type == TYPE_PALETTE) {
            is_good = look_up_colors(fast, pixels, fast->made + y * stride);
        } else {
            drop_alpha(pixels, fast->made + y * stride, width);
        }
    }
    return is_good;
}

static enum ki_png_outcome send_rows(struct fast *fast, const uint8_t *out,
                                     uint32_t count)
{
    const struct ki_row_sink *sink = &fast->request->sink;
    const uint8_t *rows = out;
    size_t stride = fast->out_stride;
    if (fast->type->is_made) {
        if (!make_rows(fast, out, count)) {
            return KI_PNG_DECLINED;
        }
        rows = fast->made;
        stride = fast->header->width * (size_t)fast->type->layout;
    }
    fast->refusal = sink->rows(sink->context, rows, stride, count);
    return fast->refusal == KI_REASON_NONE ? KI_PNG_DONE : KI_PNG_REFUSED;
}

/* Of the inflated rows, count from the first-th on. */
static enum ki_png_outcome unfilter_rows(struct fast *fast, uint32_t first,
                                         uint32_t count)
{
    uint8_t *out = fast->out + fast->out_stride;
    fast->unfilter->rows(&(struct ki_png_rows){
        .raw = fast->raw + first * fast->raw_stride,
        .raw_stride = fast->raw_stride,
        .out = out,
        .out_stride = fast->out_stride,
        .npixels = fast->header->width,
        .pixel_nbytes = fast->type->pixel_nbytes,
        .nrows = count,
    });
    enum ki_png_outcome outcome = send_rows(fast, out, count);
    memcpy(fast->out, out + (count - 1) * fast->out_stride, fast->raw_stride - 1);
    return outcome;
}

/* Inflates, unfilters and sends some rows. */
static enum ki_png_outcome take_rows(struct fast *fast, uint32_t count)
{
    if (!ki_png_stream_read(&fast->stream, fast->raw, count * fast->raw_stride) ||
        !has_known_filters(fast, count)) {
        return KI_PNG_DECLINED;
    }
    enum ki_png_outcome outcome = KI_PNG_DONE;
    for (uint32_t y = 0; outcome == KI_PNG_DONE && y < count; y += ROWS_AT_ONCE) {
        uint32_t left = count - y;
        outcome = unfilter_rows(fast, y, left < ROWS_AT_ONCE ? left : ROWS_AT_ONCE);
    }
    return outcome;
}

static enum ki_png_outcome send_picture(struct fast *fast)
{
    const struct ki_row_sink *sink = &fast->request->sink;
    const struct ki_row_shape shape = {.width = fast->header->width,
                                       .height = fast->header->height,
                                       .block = 1,
                                       .layout = fast->type->layout};
    fast->refusal = sink->begin(sink->context, &shape);
    if (fast->refusal != KI_REASON_NONE) {
        return KI_PNG_REFUSED;
    }
    enum ki_png_outcome outcome = KI_PNG_DONE;
    uint32_t count = 0;
    for (uint32_t y = 0; outcome == KI_PNG_DONE && y < shape.height; y += count) {
        count = shape.height - y;
        count = count < fast->most_rows ? count : fast->most_rows;
        outcome = take_rows(fast, count);
    }
    if (outcome == KI_PNG_DONE && !ki_png_stream_is_done(&fast->stream)) {
        outcome = KI_PNG_DECLINED;
    }
    return outcome;
}

static enum ki_png_outcome run(struct fast *fast, struct ki_decode_memory *memory,
                               const struct ki_deadline *deadline)
{
    const bool is_early = fast->request->arrival != NULL;
    bool is_ours = read_chunks(fast, is_early ? KI_PNG_IDAT : KI_PNG_IEND) &&
                   allocate(fast, memory) &&
                   ki_png_stream_begin(&fast->stream, memory->bytes, fast->request,
                                       fast->idat, deadline);
    enum ki_png_outcome outcome = is_ours ? send_picture(fast) : KI_PNG_DECLINED;
    bool is_checked =
        !is_early || outcome != KI_PNG_DONE || read_chunks(fast, KI_PNG_IEND);
    return is_checked ? outcome : KI_PNG_DECLINED;
}

enum ki_png_outcome ki_png_fast(const struct ki_decode_request *request,
                                const struct ki_png_header *header,
                                const struct ki_deadline *deadline,
                                enum ki_reason *refusal)
{
    struct fast fast = {
        .request = request,
        .header = header,
        .type = type_of(header),
        .unfilter = ki_png_unfilter_best(ki_cpu_features()),
    };
    struct ki_decode_memory own = {0};
    enum ki_png_outcome outcome = KI_PNG_DECLINED;
    if (fast.type) {
        outcome = run(&fast, request->memory ? request->memory : &own, deadline);
    }
    *refusal = fast.refusal;
    free(own.bytes);
    return outcome;
}
