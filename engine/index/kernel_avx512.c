/* SPDX-License-Identifier: Apache-2.0 */
/* 32 sketches at a time with VPOPCNTW. */
#include "index/kernel_isa.h"

#if defined(__x86_64__)
#include <immintrin.h>

#include "base/cpu.h"

enum { LANES = 32 };

static inline __mmask32 near(__m512i sketches, __m512i wanted, __m512i spare)
{
    __m512i bits = _mm512_popcnt_epi16(_mm512_xor_si512(sketches, wanted));
    return _mm512_cmple_epu16_mask(bits, spare);
}

static inline size_t keep(uint64_t kept, uint32_t first, uint32_t *out)
{
    size_t nkept = 0;
    while (__builtin_expect(kept != 0, 0)) {
        out[nkept++] = first + (uint32_t)__builtin_ctzll(kept);
        kept &= kept - 1;
    }
    return nkept;
}

static inline size_t scan_span(const uint16_t *sketches, const struct ki_span *span,
                               __m512i wanted, uint32_t *out)
{
    const __m512i spare = _mm512_set1_epi16((short)span->spare);
    size_t nkept = 0;
    uint32_t p = span->begin;
    for (; span->end - p >= 2 * LANES; p += 2 * LANES) {
        __mmask32 first = near(_mm512_loadu_si512(sketches + p), wanted, spare);
        __mmask32 second =
            near(_mm512_loadu_si512(sketches + p + LANES), wanted, spare);
        nkept += keep(_cvtmask32_u32(first) | (uint64_t)_cvtmask32_u32(second) << LANES,
                      p, out + nkept);
    }
    for (; p < span->end; p += LANES) {
        uint32_t left = span->end - p;
        __mmask32 tail = left < LANES ? (__mmask32)((1u << left) - 1u) : ~(__mmask32)0;
        __m512i x = _mm512_maskz_loadu_epi16(tail, sketches + p);
        nkept += keep(_cvtmask32_u32(near(x, wanted, spare) & tail), p, out + nkept);
    }
    return nkept;
}

/* A bucket's cache lines, up to what a larger one's hardware prefetch takes over from.
 */
static inline void fetch(const uint16_t *sketches, const struct ki_span *span)
{
    const char *line = (const char *)(sketches + span->begin);
    const char *end = (const char *)(sketches + span->end);
    for (int i = 0; i < 8 && line < end; i++, line += 64) {
        _mm_prefetch(line, _MM_HINT_T0);
    }
}

static size_t scan(const uint16_t *sketches, const struct ki_span *spans, size_t nspans,
                   uint16_t wanted, uint32_t *out, const uint16_t *ahead_sketches,
                   const struct ki_span *ahead)
{
    const __m512i all_wanted = _mm512_set1_epi16((short)wanted);
    size_t nkept = 0;
    for (size_t i = 0; i < nspans; i++) {
        if (ahead) {
            fetch(ahead_sketches, &ahead[i]);
        }
        nkept += scan_span(sketches, &spans[i], all_wanted, out + nkept);
    }
    return nkept;
}

const struct ki_kernel ki_kernel_avx512 = {"avx512", KI_CPU_AVX512_BITALG, scan};
#endif
