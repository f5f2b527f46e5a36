/* SPDX-License-Identifier: Apache-2.0 */
/* 16 sketches at a time: bits by nibble look-up, bytes added in pairs. */
#include "index/kernel_block.h"
#include "index/kernel_isa.h"
#include "index/kernel_line.h"

#if defined(__x86_64__)
#include <immintrin.h>

#include "base/cpu.h"

enum { LANES = 16 };

struct constants {
    __m256i wanted;
    __m256i nibble_bits;
    __m256i low_nibbles;
    __m256i ones;
};

static struct constants make_constants(uint16_t wanted)
{
    return (struct constants){
        .wanted = _mm256_set1_epi16((short)wanted),
        .nibble_bits = _mm256_setr_epi8(0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4,
                                        0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4),
        .low_nibbles = _mm256_set1_epi8(0x0f),
        .ones = _mm256_set1_epi8(1),
    };
}

/* All ones in the lanes that differ in more than spare bits. */
static inline __m256i too_far(const struct constants *c, const uint16_t *sketches,
                              __m256i spare)
{
    __m256i x = _mm256_loadu_si256((const __m256i *)(const void *)sketches);
    x = _mm256_xor_si256(x, c->wanted);
    __m256i low = _mm256_and_si256(x, c->low_nibbles);
    __m256i high = _mm256_and_si256(_mm256_srli_epi16(x, 4), c->low_nibbles);
    __m256i bits = _mm256_add_epi8(_mm256_shuffle_epi8(c->nibble_bits, low),
                                   _mm256_shuffle_epi8(c->nibble_bits, high));
    return _mm256_cmpgt_epi16(_mm256_maddubs_epi16(bits, c->ones), spare);
}

static inline uint64_t near_half(const struct constants *c, const uint16_t *sketches,
                                 __m256i spare)
{
    __m256i far = _mm256_packs_epi16(too_far(c, sketches, spare),
                                     too_far(c, sketches + LANES, spare));
    /* The pack works within 128-bit halves: 0 2 1 3 puts the quarters in order. */
    far = _mm256_permute4x64_epi64(far, 0xd8);
    return ~(uint32_t)_mm256_movemask_epi8(far);
}

static inline uint64_t near_block(const void *wanted, const uint16_t *sketches,
                                  uint32_t left, uint32_t spare)
{
    const struct constants *c = wanted;
    const __m256i all_spare = _mm256_set1_epi16((short)spare);
    uint64_t kept = near_half(c, sketches, all_spare);
    if (left > KI_BLOCK_NPOSTINGS / 2) {
        kept |= near_half(c, sketches + KI_BLOCK_NPOSTINGS / 2, all_spare) << 32;
    }
    return kept;
}

static size_t scan(const uint16_t *sketches, const struct ki_postings *spans, size_t nspans,
                   uint16_t wanted, uint32_t *out)
{
    const struct constants constants = make_constants(wanted);
    return ki_scan_spans(near_block, KI_LOADS_LINES, &constants, sketches, spans, nspans,
                         out);
}

static inline uint32_t near_line(const void *wanted, const struct ki_line *line,
                                 uint32_t spare)
{
    const uint16_t *units = (const void *)line;
    return (uint32_t)near_half(wanted, units, _mm256_set1_epi16((short)spare));
}

static size_t scan_lines(const struct ki_probes *probes, struct ki_line_kept *out)
{
    const struct constants constants = make_constants(probes->wanted);
    return ki_scan_lines(near_line, &constants, probes, out);
}

const struct ki_kernel ki_kernel_avx2 = {"avx2", KI_CPU_AVX2, 0, scan, scan_lines};
#endif
