/* SPDX-License-Identifier: Apache-2.0 */
/* 16 samples at a time. */
#include "gray/fold_isa.h"

#if defined(__x86_64__)
#include <immintrin.h>

#include "base/cpu.h"

#define LANES 16
typedef __m512 vec;

static inline vec load_bytes(const uint8_t *p)
{
    __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)p);
    return _mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(bytes));
}

#include "gray/fold_body.h"
#include "gray/fold_luma_avx2.h"

#define STRIP_NBYTES 64
typedef __m512i words;

#define zero_words _mm512_setzero_si512

static inline void add_pair(words *low, words *high, const uint8_t *a, const uint8_t *b,
                            uint16_t counts);
static inline void store_words(float *sums, words low, words high, bool is_first,
                               float scale);

#include "gray/fold_counted.h"

/* Of each 16 columns low has the first 8, high the others. */
static inline void add_pair(words *low, words *high, const uint8_t *a, const uint8_t *b,
                            uint16_t counts)
{
    __m512i first = _mm512_loadu_si512(a);
    __m512i second = _mm512_loadu_si512(b);
    __m512i two = _mm512_set1_epi16((short)counts);
    *low = _mm512_add_epi16(
        *low, _mm512_maddubs_epi16(_mm512_unpacklo_epi8(first, second), two));
    *high = _mm512_add_epi16(
        *high, _mm512_maddubs_epi16(_mm512_unpackhi_epi8(first, second), two));
}

static inline void store_sixteen(float *sums, __m256i sixteen, bool is_first,
                                 float scale)
{
    __m512 sum = _mm512_cvtepi32_ps(_mm512_cvtepi16_epi32(sixteen));
    if (!is_first) {
        sum = _mm512_add_ps(_mm512_loadu_ps(sums), sum);
    }
    _mm512_storeu_ps(sums, _mm512_mul_ps(sum, _mm512_set1_ps(scale)));
}

static inline void store_words(float *sums, words low, words high, bool is_first,
                               float scale)
{
    const __m512i first = _mm512_setr_epi64(0, 1, 8, 9, 2, 3, 10, 11);
    const __m512i second = _mm512_setr_epi64(4, 5, 12, 13, 6, 7, 14, 15);
    __m512i a = _mm512_permutex2var_epi64(low, first, high);
    __m512i b = _mm512_permutex2var_epi64(low, second, high);
    store_sixteen(sums, _mm512_castsi512_si256(a), is_first, scale);
    store_sixteen(sums + 16, _mm512_extracti64x4_epi64(a, 1), is_first, scale);
    store_sixteen(sums + 32, _mm512_castsi512_si256(b), is_first, scale);
    store_sixteen(sums + 48, _mm512_extracti64x4_epi64(b, 1), is_first, scale);
}

const struct ki_fold ki_fold_avx512 = {"avx512",    KI_CPU_AVX512_BITALG, fold_bytes,
                                       fold_floats, fold_counted,         fold_luma};
#endif
