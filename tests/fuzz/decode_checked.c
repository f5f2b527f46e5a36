/* SPDX-License-Identifier: Apache-2.0 */
#include "fuzz/decode_checked.h"

#include <stdlib.h>

#include "decode/decode.h"

/* The optimiser must not drop the reads that a sanitizer is to see. */
static volatile unsigned samples_sum;

struct seen {
    const struct ki_limits *limits;
    uint32_t nbegins;
    uint32_t nrows;
    struct ki_row_shape shape;
};

static void require(bool is_kept)
{
    if (!is_kept) {
        abort();
    }
}

static enum ki_reason on_begin(void *context, const struct ki_row_shape *shape)
{
    struct seen *seen = context;
    seen->nbegins++;
    seen->nrows = 0;
    seen->shape = *shape;
    require(shape->width > 0 && shape->width <= seen->limits->side);
    require(shape->height > 0 && shape->height <= seen->limits->side);
    require((uint64_t)shape->width * shape->height <= seen->limits->pixels);
    require(shape->layout == KI_ROW_GRAY8 || shape->layout == KI_ROW_RGB8 ||
            shape->layout == KI_ROW_RGBX8);
    require(shape->block == 1 || shape->block == 2 || shape->block == 4 ||
            shape->block == 8);
    return KI_REASON_NONE;
}

static enum ki_reason on_rows(void *context, const uint8_t *samples, size_t stride,
                              uint32_t count)
{
    struct seen *seen = context;
    size_t nbytes = (size_t)ki_row_width(&seen->shape) * seen->shape.layout;
    require(seen->nbegins >= 1 && count > 0);
    require(count <= ki_row_count(&seen->shape) - seen->nrows);
    seen->nrows += count;
    unsigned sum = 0;
    for (size_t y = 0; y < count; y++) {
        for (size_t i = 0; i < nbytes; i++) {
            sum += samples[y * stride + i];
        }
    }
    samples_sum += sum;
    return KI_REASON_NONE;
}

static struct ki_limits small_limits(void)
{
    struct ki_limits limits = ki_limits_default();
    limits.pixels = 1u << 20;
    limits.buffered_pixels = 1u << 19;
    limits.side = 4096;
    limits.jpeg_scans = 20;
    limits.png_chunks = 100;
    limits.chunk_nbytes = 1u << 16;
    limits.memory_nbytes = 16u << 20;
    return limits;
}

static void check_whole(const struct seen *seen, const struct ki_image_info *info)
{
    require(seen->nbegins <= 2 && seen->nrows == ki_row_count(&seen->shape));
    require(info->width == seen->shape.width && info->height == seen->shape.height);
    require(info->scale == seen->shape.block);
    require(info->nchannels >= 1 && info->nchannels <= 4);
    require(info->nframes >= 1);
    require(info->nchannels > 2 || seen->shape.layout == KI_ROW_GRAY8);
    require(info->nchannels <= 2 || seen->shape.layout != KI_ROW_GRAY8 ||
            info->fidelity != KI_FIDELITY_EXACT);
}

static void decode_as(enum ki_fidelity fidelity, enum ki_format format,
                      const uint8_t *data, size_t nbytes)
{
    struct ki_limits limits = small_limits();
    struct seen seen = {.limits = &limits};
    struct ki_decode_request request = {
        .data = data,
        .nbytes = nbytes,
        .limits = &limits,
        .fidelity = fidelity,
        .sink = {.context = &seen, .begin = on_begin, .rows = on_rows},
    };
    struct ki_image_info info = {.format = format, .nbytes = nbytes};
    enum ki_reason reason = ki_decode(&request, &info);
    require(reason >= KI_REASON_NONE && reason < KI_NREASONS);
    if (reason == KI_REASON_NONE) {
        check_whole(&seen, &info);
    }
}

void decode_checked(enum ki_format format, const uint8_t *data, size_t nbytes)
{
    decode_as(KI_FIDELITY_EXACT, format, data, nbytes);
    if (format == KI_FORMAT_JPEG) {
        decode_as(KI_FIDELITY_FAST, format, data, nbytes);
    }
}
