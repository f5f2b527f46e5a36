/* SPDX-License-Identifier: Apache-2.0 */
#include "decode/decode.h"

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

uint64_t ki_decode_deadline_us(const struct ki_limits *limits)
{
    uint64_t now = ki_clock_thread_cpu_us();
    return limits->cpu_us > UINT64_MAX - now ? UINT64_MAX : now + limits->cpu_us;
}

bool ki_decode_is_late(uint64_t deadline_us)
{
    return ki_clock_thread_cpu_us() >= deadline_us;
}
