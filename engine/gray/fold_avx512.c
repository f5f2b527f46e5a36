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
#include "gray/fold_turn_avx2.h"

typedef __m512i words;
enum { NWORDS = 2 };

#define add_16 _mm512_add_epi16
#define add_32 _mm512_add_epi32
#define to_floats _mm512_cvtepi32_ps

/* Of each 16 columns the first register has the first 8, the second the others. */
static inline void pair_products(words products[NWORDS], const uint8_t *a,
                                 const uint8_t *b, unsigned counts)
{
    __m512i first = _mm512_loadu_si512(a);
    __m512i second = _mm512_loadu_si512(b);
    __m512i two = _mm512_set1_epi16((short)counts);
    products[0] = _mm512_maddubs_epi16(_mm512_unpacklo_epi8(first, second), two);
    products[1] = _mm512_maddubs_epi16(_mm512_unpackhi_epi8(first, second), two);
}

static inline void widen(words wide[2 * NWORDS], const words sums[NWORDS])
{
    const __m512i first = _mm512_setr_epi64(0, 1, 8, 9, 2, 3, 10, 11);
    const __m512i second = _mm512_setr_epi64(4, 5, 12, 13, 6, 7, 14, 15);
    __m512i a = _mm512_permutex2var_epi64(sums[0], first, sums[1]);
    __m512i b = _mm512_permutex2var_epi64(sums[0], second, sums[1]);
    wide[0] = _mm512_cvtepi16_epi32(_mm512_castsi512_si256(a));
    wide[1] = _mm512_cvtepi16_epi32(_mm512_extracti64x4_epi64(a, 1));
    wide[2] = _mm512_cvtepi16_epi32(_mm512_castsi512_si256(b));
    wide[3] = _mm512_cvtepi16_epi32(_mm512_extracti64x4_epi64(b, 1));
}

#include "gray/fold_counted.h"

#define multiply _mm512_maddubs_epi16

static inline words spread(uint64_t word)
{
    return _mm512_set1_epi64((long long)word);
}

static inline words load_words(const uint8_t *p)
{
    return _mm512_loadu_si512(p);
}

static inline words quads(words a, words b)
{
    const __m512i even =
        _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
    const __m512i odd =
        _mm512_setr_epi32(1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31);
    const __m512i one = _mm512_set1_epi16(1);
    a = _mm512_madd_epi16(a, one);
    b = _mm512_madd_epi16(b, one);
    return _mm512_add_epi32(_mm512_permutex2var_epi32(a, even, b),
                            _mm512_permutex2var_epi32(a, odd, b));
}

#include "gray/fold_cells.h"

const struct ki_fold ki_fold_avx512 = {
    .name = "avx512",
    .cpu_needs = KI_CPU_AVX512_BITALG,
    .cpu_avoids = KI_CPU_DEAR_512,
    .bytes = fold_bytes,
    .floats = fold_floats,
    .counted = fold_counted,
    .cells = fold_cells,
    .across = fold_across,
    .product = fold_product,
    .hundredths = fold_hundredths,
    .luma = fold_luma,
};
#endif
