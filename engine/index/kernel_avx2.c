/* SPDX-License-Identifier: Apache-2.0 */
/* 16 sketches at a time: bits by nibble look-up, bytes added in pairs. */
#include "index/kernel_isa.h"

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

/* Two mask bits per sketch, set where it differs in more than spare bits. */
static inline uint32_t too_far(const struct constants *c, const uint16_t *sketches,
                               __m256i spare)
{
    __m256i x = _mm256_loadu_si256((const __m256i *)(const void *)sketches);
    x = _mm256_xor_si256(x, c->wanted);
    __m256i low = _mm256_and_si256(x, c->low_nibbles);
    __m256i high = _mm256_and_si256(_mm256_srli_epi16(x, 4), c->low_nibbles);
    __m256i bits = _mm256_add_epi8(_mm256_shuffle_epi8(c->nibble_bits, low),
                                   _mm256_shuffle_epi8(c->nibble_bits, high));
    bits = _mm256_maddubs_epi16(bits, c->ones);
    return (uint32_t)_mm256_movemask_epi8(_mm256_cmpgt_epi16(bits, spare));
}

static inline size_t scan_span(const struct constants *c, const uint16_t *sketches,
                               const struct ki_span *span, uint32_t *out)
{
    const __m256i spare = _mm256_set1_epi16((short)span->spare);
    size_t nkept = 0;
    for (uint32_t p = span->begin; p < span->end; p += LANES) {
        uint32_t kept = ~too_far(c, sketches + p, spare);
        uint32_t left = span->end - p;
        if (left < LANES) {
            kept &= (1u << (2 * left)) - 1u;
        }
        while (__builtin_expect(kept != 0, 0)) {
            uint32_t bit = (uint32_t)__builtin_ctz(kept);
            out[nkept++] = p + bit / 2;
            kept &= ~(3u << bit);
        }
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
    const struct constants c = make_constants(wanted);
    size_t nkept = 0;
    for (size_t i = 0; i < nspans; i++) {
        if (ahead) {
            fetch(ahead_sketches, &ahead[i]);
        }
        nkept += scan_span(&c, sketches, &spans[i], out + nkept);
    }
    return nkept;
}

const struct ki_kernel ki_kernel_avx2 = {"avx2", KI_CPU_AVX2, scan};
#endif
