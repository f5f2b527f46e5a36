/* SPDX-License-Identifier: Apache-2.0 */
/* 32 sketches at a time with VPOPCNTW. */
#include "index/kernel_block.h"
#include "index/kernel_isa.h"
#include "index/kernel_line.h"

#if defined(__x86_64__)
#include <immintrin.h>

#include "base/cpu.h"

enum { LANES = 32 };

static inline __mmask32 near_half(const uint16_t *sketches, __m512i wanted,
                                  __m512i spare)
{
    __m512i x = _mm512_xor_si512(_mm512_loadu_si512(sketches), wanted);
    return _mm512_cmple_epu16_mask(_mm512_popcnt_epi16(x), spare);
}

static inline uint64_t near_block(const void *wanted, const uint16_t *sketches,
                                  uint32_t left, uint32_t spare)
{
    const __m512i all_spare = _mm512_set1_epi16((short)spare);
    const __m512i all_wanted = _mm512_load_si512(wanted);
    __mmask32 low = near_half(sketches, all_wanted, all_spare);
    if (left <= LANES) {
        return _cvtmask32_u32(low);
    }
    __mmask32 high = near_half(sketches + LANES, all_wanted, all_spare);
    return _cvtmask64_u64(_mm512_kunpackd(high, low));
}

static size_t scan(const uint16_t *sketches, const struct ki_postings *spans, size_t nspans,
                   uint16_t wanted, uint32_t *out)
{
    const __m512i all_wanted = _mm512_set1_epi16((short)wanted);
    return ki_scan_spans(near_block, KI_LOADS_LINES, &all_wanted, sketches, spans, nspans,
                         out);
}

static inline uint32_t near_line(const void *wanted, const struct ki_line *line,
                                 uint32_t spare)
{
    const uint16_t *units = (const void *)line;
    return _cvtmask32_u32(near_half(units, _mm512_load_si512(wanted),
                                    _mm512_set1_epi16((short)spare)));
}

static size_t scan_lines(const struct ki_probes *probes, struct ki_line_kept *out)
{
    const __m512i all_wanted = _mm512_set1_epi16((short)probes->wanted);
    return ki_scan_lines(near_line, &all_wanted, probes, out);
}

const struct ki_kernel ki_kernel_avx512 = {"avx512", KI_CPU_AVX512_BITALG,
                                           KI_CPU_DEAR_512, scan, scan_lines};
#endif
