/* SPDX-License-Identifier: Apache-2.0 */
/* 8 samples at a time. */
#include "gray/fold_isa.h"

#if defined(__x86_64__)
#include <immintrin.h>

#include "base/cpu.h"

#define LANES 8
typedef __m256 vec;

static inline vec load_bytes(const uint8_t *p)
{
    __m128i bytes = _mm_loadl_epi64((const __m128i *)(const void *)p);
    return _mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(bytes));
}

#include "gray/fold_body.h"
#include "gray/fold_luma_avx2.h"

#define STRIP_NBYTES 32
typedef __m256i words;

#define zero_words _mm256_setzero_si256

static inline void add_pair(words *low, words *high, const uint8_t *a, const uint8_t *b,
                            uint16_t counts);
static inline void store_words(float *sums, words low, words high, bool is_first,
                               float scale);

#include "gray/fold_counted.h"

/* low has the columns 0 … 7 and 16 … 23, high the others. */
static inline void add_pair(words *low, words *high, const uint8_t *a, const uint8_t *b,
                            uint16_t counts)
{
    __m256i first = _mm256_loadu_si256((const __m256i *)(const void *)a);
    __m256i second = _mm256_loadu_si256((const __m256i *)(const void *)b);
    __m256i two = _mm256_set1_epi16((short)counts);
    *low = _mm256_add_epi16(
        *low, _mm256_maddubs_epi16(_mm256_unpacklo_epi8(first, second), two));
    *high = _mm256_add_epi16(
        *high, _mm256_maddubs_epi16(_mm256_unpackhi_epi8(first, second), two));
}

static inline void store_words(float *sums, words low, words high, bool is_first,
                               float scale)
{
    store_eight(sums, _mm256_castsi256_si128(low), is_first, scale);
    store_eight(sums + 8, _mm256_castsi256_si128(high), is_first, scale);
    store_eight(sums + 16, _mm256_extracti128_si256(low, 1), is_first, scale);
    store_eight(sums + 24, _mm256_extracti128_si256(high, 1), is_first, scale);
}

const struct ki_fold ki_fold_avx2 = {"avx2",      KI_CPU_AVX2,  fold_bytes,
                                     fold_floats, fold_counted, fold_luma};
#endif
