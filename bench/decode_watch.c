/* SPDX-License-Identifier: Apache-2.0 */
/* The linker gives this program __wrap_ki_decode where the engine calls ki_decode. */
#include "bench/decode_watch.h"

#include "bench/bench.h"
#include "decode/decode.h"

/* NOLINTBEGIN(bugprone-reserved-identifier): names that the linker gives */
enum ki_reason __real_ki_decode(const struct ki_decode_request *request,
                                struct ki_image_info *info);
enum ki_reason __wrap_ki_decode(const struct ki_decode_request *request,
                                struct ki_image_info *info);
/* NOLINTEND(bugprone-reserved-identifier) */

static struct {
    bool is_on;
    double us;
    struct ki_row_sink sink; /* of the picture under way */
} watch;

static enum ki_reason begin(void *context, const struct ki_row_shape *shape)
{
    (void)context;
    double begin_us = bench_now_us();
    enum ki_reason reason = watch.sink.begin(watch.sink.context, shape);
    watch.us -= bench_now_us() - begin_us;
    return reason;
}

static enum ki_reason rows(void *context, const uint8_t *samples, size_t stride,
                           uint32_t count)
{
    (void)context;
    double begin_us = bench_now_us();
    enum ki_reason reason = watch.sink.rows(watch.sink.context, samples, stride, count);
    watch.us -= bench_now_us() - begin_us;
    return reason;
}

enum ki_reason __wrap_ki_decode(const struct ki_decode_request *request,
                                struct ki_image_info *info)
{
    if (!watch.is_on) {
        return __real_ki_decode(request, info);
    }
    struct ki_decode_request watched = *request;
    watch.sink = request->sink;
    watched.sink = (struct ki_row_sink){.begin = begin, .rows = rows};
    double begin_us = bench_now_us();
    enum ki_reason reason = __real_ki_decode(&watched, info);
    watch.us += bench_now_us() - begin_us;
    return reason;
}

void bench_decode_watch_begin(void)
{
    watch.is_on = true;
    watch.us = 0;
}

double bench_decode_watch_end(void)
{
    watch.is_on = false;
    return watch.us;
}
