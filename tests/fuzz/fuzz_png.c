/* SPDX-License-Identifier: Apache-2.0 */
/* Whatever the bytes, decoding keeps its promises, and the short way through a PNG says
 * what libpng says. */
#include <stdlib.h>

#include "decode/decode.h"
#include "decode/png_fast.h"
#include "fuzz/decode_checked.h"
#include "fuzz/fuzz.h"
#include "support/coming.h"

struct seen {
    struct ki_row_shape shape;
    uint64_t sum; /* over all samples but X */
};

static enum ki_reason on_begin(void *context, const struct ki_row_shape *shape)
{
    struct seen *seen = context;
    *seen = (struct seen){.shape = *shape};
    return KI_REASON_NONE;
}

static enum ki_reason on_rows(void *context, const uint8_t *samples, size_t stride,
                              uint32_t count)
{
    struct seen *seen = context;
    size_t step = (size_t)seen->shape.layout;
    for (size_t y = 0; y < count; y++) {
        for (size_t i = 0; i < step * seen->shape.width; i++) {
            if (step != KI_ROW_RGBX8 || i % step != 3) {
                seen->sum = (seen->sum ^ samples[y * stride + i]) * 0x100000001b3u;
            }
        }
    }
    return KI_REASON_NONE;
}

static enum ki_reason decode_coming(struct ki_decode_request request,
                                    struct ki_image_info *info)
{
    struct coming coming = coming_begin(request.data, request.nbytes);
    const struct ki_arrival arrival = {&coming, coming_await};
    request.data = coming.data;
    request.arrival = &arrival;
    enum ki_reason reason = ki_decode(&request, info);
    coming_end(&coming);
    return reason;
}

static void compare_ways(const uint8_t *data, size_t nbytes)
{
    struct ki_limits limits = ki_limits_default();
    limits.pixels = 1u << 18;
    limits.buffered_pixels = 1u << 18;
    struct seen seen[3] = {{.sum = 0}};
    struct ki_image_info info[3] = {{.format = KI_FORMAT_PNG},
                                    {.format = KI_FORMAT_PNG},
                                    {.format = KI_FORMAT_PNG}};
    struct ki_decode_request request = {
        .data = data,
        .nbytes = nbytes,
        .limits = &limits,
        .sink = {.context = &seen[0], .begin = on_begin, .rows = on_rows},
    };
    enum ki_reason fast = ki_decode(&request, &info[0]);
    request.sink.context = &seen[1];
    enum ki_reason slow = ki_png_through_libpng(&request, &info[1]);
    if (fast != slow || (fast == KI_REASON_NONE && seen[0].sum != seen[1].sum)) {
        abort();
    }
    request.sink.context = &seen[2];
    enum ki_reason coming = decode_coming(request, &info[2]);
    if (coming != fast || (fast == KI_REASON_NONE && seen[2].sum != seen[0].sum) ||
        info[2].nwarnings != info[0].nwarnings) {
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes)
{
    decode_checked(KI_FORMAT_PNG, data, nbytes);
    compare_ways(data, nbytes);
    return 0;
}
