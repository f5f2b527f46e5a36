/* SPDX-License-Identifier: Apache-2.0 */
/* 16 sketches at a time with VPOPCNTW: AVX-512 in 256-bit registers, for processors on
 * which wider ones are dear. */
#include "index/kernel_block.h"
#include "index/kernel_isa.h"
#include "index/kernel_line.h"

#if defined(__x86_64__)
#include <immintrin.h>

#include "base/cpu.h"

enum { LANES = 16 };

static inline uint32_t near_lanes(const uint16_t *sketches, __m256i wanted,
                                  __m256i spare)
{
    __m256i x = _mm256_loadu_si256((const __m256i *)(const void *)sketches);
    x = _mm256_popcnt_epi16(_mm256_xor_si256(x, wanted));
    return _cvtmask16_u32(_mm256_cmple_epu16_mask(x, spare));
}

static inline uint32_t near_half(const uint16_t *sketches, __m256i wanted,
                                 __m256i spare)
{
    return near_lanes(sketches, wanted, spare) |
           near_lanes(sketches + LANES, wanted, spare) << LANES;
}

static inline uint64_t near_block(const void *wanted, const uint16_t *sketches,
                                  uint32_t left, uint32_t spare)
{
    const __m256i all_spare = _mm256_set1_epi16((short)spare);
    const __m256i all_wanted = _mm256_load_si256(wanted);
    uint64_t kept = near_half(sketches, all_wanted, all_spare);
    if (left > 2 * LANES) {
        kept |= (uint64_t)near_half(sketches + LANES + LANES, all_wanted, all_spare)
                << 32;
    }
    return kept;
}

static size_t scan(const uint16_t *sketches, const struct ki_postings *spans,
                   size_t nspans, uint16_t wanted, uint32_t *out)
{
    const __m256i all_wanted = _mm256_set1_epi16((short)wanted);
    return ki_scan_spans(near_block, KI_LOADS_LINES, &all_wanted, sketches, spans,
                         nspans, out);
}

static inline uint32_t near_line(const void *wanted, const struct ki_line *line,
                                 uint32_t spare)
{
    const uint16_t *units = (const void *)line;
    return near_half(units, _mm256_load_si256(wanted), _mm256_set1_epi16((short)spare));
}

static size_t scan_lines(const struct ki_probes *probes, struct ki_line_kept *out)
{
    const __m256i all_wanted = _mm256_set1_epi16((short)probes->wanted);
    return ki_scan_lines(near_line, &all_wanted, probes, out);
}

const struct ki_kernel ki_kernel_avx512vl = {"avx512vl", KI_CPU_AVX512_BITALG, 0, scan,
                                             scan_lines};
#endif
