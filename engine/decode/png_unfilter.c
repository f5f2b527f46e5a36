/* SPDX-License-Identifier: Apache-2.0 */
#include "decode/png_unfilter.h"

#include <stdlib.h>
#include <string.h>

static uint8_t paeth(int a, int b, int c)
{
    int pa = abs(b - c);
    int pb = abs(a - c);
    int pc = abs(a + b - 2 * c);
    int nearer = pa <= pb ? a : b;
    return (uint8_t)(pc < pa && pc < pb ? c : nearer);
}

static void undo_sub(uint8_t *out, const uint8_t *raw, size_t n, size_t step)
{
    memcpy(out, raw, step < n ? step : n);
    for (size_t i = step; i < n; i++) {
        out[i] = (uint8_t)(raw[i] + out[i - step]);
    }
}

static void undo_up(uint8_t *out, const uint8_t *raw, const uint8_t *above, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        out[i] = (uint8_t)(raw[i] + above[i]);
    }
}

static void undo_average(uint8_t *out, const uint8_t *raw, const uint8_t *above,
                         size_t n, size_t step)
{
    for (size_t i = 0; i < step; i++) {
        out[i] = (uint8_t)(raw[i] + above[i] / 2);
    }
    for (size_t i = step; i < n; i++) {
        out[i] = (uint8_t)(raw[i] + (out[i - step] + above[i]) / 2);
    }
}

static void undo_paeth(uint8_t *out, const uint8_t *raw, const uint8_t *above, size_t n,
                       size_t step)
{
    for (size_t i = 0; i < step; i++) {
        out[i] = (uint8_t)(raw[i] + above[i]);
    }
    for (size_t i = step; i < n; i++) {
        out[i] = (uint8_t)(raw[i] + paeth(out[i - step], above[i], above[i - step]));
    }
}

static void undo(uint8_t *out, const uint8_t *raw, const uint8_t *above, size_t n,
                 size_t step)
{
    switch (raw[0]) {
    case KI_PNG_FILTER_SUB:
        undo_sub(out, raw + 1, n, step);
        break;
    case KI_PNG_FILTER_UP:
        undo_up(out, raw + 1, above, n);
        break;
    case KI_PNG_FILTER_AVERAGE:
        undo_average(out, raw + 1, above, n, step);
        break;
    case KI_PNG_FILTER_PAETH:
        undo_paeth(out, raw + 1, above, n, step);
        break;
    default:
        memcpy(out, raw + 1, n);
        break;
    }
}

void ki_png_unfilter_scalar(const struct ki_png_rows *rows)
{
    size_t n = rows->npixels * rows->pixel_nbytes;
    for (uint32_t y = 0; y < rows->nrows; y++) {
        uint8_t *out = rows->out + y * rows->out_stride;
        undo(out, rows->raw + y * rows->raw_stride, out - rows->out_stride, n,
             rows->pixel_nbytes);
    }
}

static const struct ki_png_unfilter scalar = {"scalar", 0, ki_png_unfilter_scalar};

static const struct ki_png_unfilter *const unfilters[] = {
    &scalar,
#if defined(__x86_64__)
    &ki_png_unfilter_avx2,
#endif
    NULL,
};

const struct ki_png_unfilter *ki_png_unfilter_at(size_t i)
{
    return i < sizeof unfilters / sizeof unfilters[0] ? unfilters[i] : NULL;
}

const struct ki_png_unfilter *ki_png_unfilter_best(unsigned cpu_features)
{
    const struct ki_png_unfilter *best = &scalar;
    for (size_t i = 0; unfilters[i]; i++) {
        if ((unfilters[i]->cpu_needs & ~cpu_features) == 0) {
            best = unfilters[i];
        }
    }
    return best;
}
