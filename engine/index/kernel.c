/* SPDX-License-Identifier: Apache-2.0 */
/* The table of kernels, and the scalar one. */
#include "index/kernel.h"

#include <string.h>

#include "index/kernel_isa.h"

/* Bits per 16-bit lane, for four lanes at once (the usual divide and conquer). */
static uint64_t count_lanes(uint64_t x)
{
    x -= x >> 1 & 0x5555555555555555u;
    x = (x & 0x3333333333333333u) + (x >> 2 & 0x3333333333333333u);
    x = (x + (x >> 4)) & 0x0f0f0f0f0f0f0f0fu;
    return (x + (x >> 8)) & 0x001f001f001f001fu;
}

/* In each lane: bit 15 is set if the lane's count is at most spare. */
static uint64_t keep_lanes(uint64_t sketches, uint64_t wanted, uint64_t spare)
{
    const uint64_t tops = 0x8000800080008000u;
    return ((spare | tops) - count_lanes(sketches ^ wanted)) & tops;
}

static size_t scan_span(const uint16_t *sketches, const struct ki_span *span,
                        uint64_t wanted, uint32_t *out)
{
    const uint64_t ones = 0x0001000100010001u;
    size_t nkept = 0;
    for (uint32_t p = span->begin; p < span->end; p += 4) {
        uint64_t four = 0;
        memcpy(&four, sketches + p, sizeof four); /* the padding allows it */
        uint64_t kept = keep_lanes(four, wanted * ones, span->spare * ones);
        if (span->end - p < 4) {
            kept &= ((uint64_t)1 << (16 * (span->end - p))) - 1;
        }
        for (; kept; kept &= kept - 1) {
            out[nkept++] = p + (uint32_t)__builtin_ctzll(kept) / 16;
        }
    }
    return nkept;
}

static size_t scan_scalar(const uint16_t *sketches, const struct ki_span *spans,
                          size_t nspans, uint16_t wanted, uint32_t *out,
                          const uint16_t *ahead_sketches, const struct ki_span *ahead)
{
    size_t nkept = 0;
    for (size_t i = 0; i < nspans; i++) {
        if (ahead) {
            __builtin_prefetch(ahead_sketches + ahead[i].begin);
        }
        nkept += scan_span(sketches, &spans[i], wanted, out + nkept);
    }
    return nkept;
}

static const struct ki_kernel kernel_scalar = {"scalar", 0, scan_scalar};

static const struct ki_kernel *const kernels[] = {
    &kernel_scalar,
#if defined(__x86_64__)
    &ki_kernel_avx2,
    &ki_kernel_avx512,
#endif
    NULL,
};

const struct ki_kernel *ki_kernel_at(size_t i)
{
    return i < sizeof kernels / sizeof kernels[0] ? kernels[i] : NULL;
}

const struct ki_kernel *ki_kernel_best(unsigned cpu_features)
{
    const struct ki_kernel *best = &kernel_scalar;
    for (size_t i = 0; kernels[i]; i++) {
        if ((kernels[i]->cpu_needs & ~cpu_features) == 0) {
            best = kernels[i];
        }
    }
    return best;
}
