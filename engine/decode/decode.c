/* SPDX-License-Identifier: Apache-2.0 */
#include "decode/decode.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

static const struct ki_decoder *const decoders[] = {
    &ki_decoder_jpeg,
    &ki_decoder_png,
};

enum ki_reason ki_decode(const struct ki_decode_request *request,
                         struct ki_image_info *info)
{
    info->fidelity = KI_FIDELITY_EXACT;
    info->scale = 1;
    for (size_t i = 0; i < sizeof decoders / sizeof decoders[0]; i++) {
        if (decoders[i]->format == info->format) {
            ki_decode_await(request, decoders[i]->begins_early ? 0 : request->nbytes);
            return decoders[i]->decode(request, info);
        }
    }
    return KI_REASON_UNSUPPORTED_FORMAT;
}

enum ki_reason ki_decode_check_size(const struct ki_limits *limits, uint64_t width,
                                    uint64_t height, bool needs_whole)
{
    if (width > limits->side || height > limits->side) {
        return KI_REASON_LIMIT_SIDE;
    }
    uint64_t pixels = width * height;
    if (pixels > limits->pixels || (needs_whole && pixels > limits->buffered_pixels)) {
        return KI_REASON_LIMIT_PIXELS;
    }
    return KI_REASON_NONE;
}

static uint64_t later(uint64_t now_us, uint64_t by_us)
{
    return by_us > UINT64_MAX - now_us ? UINT64_MAX : now_us + by_us;
}

struct ki_deadline ki_decode_deadline(const struct ki_limits *limits)
{
    return (struct ki_deadline){
        .cpu_us = later(ki_clock_thread_cpu_us(), limits->cpu_us),
        .wall_us = later(ki_clock_wall_us(), limits->cpu_us),
    };
}

bool ki_decode_is_late(const struct ki_deadline *deadline)
{
    return ki_clock_wall_us() >= deadline->wall_us &&
           ki_clock_thread_cpu_us() >= deadline->cpu_us;
}

static bool is_kept(const struct ki_decode_memory *memory, size_t nbytes)
{
    return memory->bytes && memory->nbytes >= nbytes;
}

static void renew(struct ki_decode_memory *memory, size_t nbytes)
{
    free(memory->bytes);
    memory->bytes = calloc(nbytes, 1);
    memory->nbytes = memory->bytes ? nbytes : 0;
}

uint8_t *ki_decode_reserve(struct ki_decode_memory *memory, size_t nbytes)
{
    if (!is_kept(memory, nbytes)) {
        renew(memory, nbytes);
    }
    return memory->bytes;
}

uint8_t *ki_decode_reserve_zeros(struct ki_decode_memory *memory, size_t nbytes)
{
    if (is_kept(memory, nbytes)) {
        memset(memory->bytes, 0, nbytes);
    } else {
        renew(memory, nbytes);
    }
    return memory->bytes;
}
