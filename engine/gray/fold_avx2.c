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
#include "gray/fold_turn_avx2.h"

typedef __m256i words;
enum { NWORDS = 4 };

#define add_16 _mm256_add_epi16
#define add_32 _mm256_add_epi32
#define to_floats _mm256_cvtepi32_ps

/* Of each 32 columns the even register has 0 … 7 and 16 … 23, the odd one the others.
 */
static inline void pair_products(words products[NWORDS], const uint8_t *a,
                                 const uint8_t *b, unsigned counts)
{
    __m256i two = _mm256_set1_epi16((short)counts);
    for (size_t i = 0; i < NWORDS; i += 2) {
        __m256i first = _mm256_loadu_si256((const __m256i *)(const void *)(a + i * 16));
        __m256i second =
            _mm256_loadu_si256((const __m256i *)(const void *)(b + i * 16));
        products[i] = _mm256_maddubs_epi16(_mm256_unpacklo_epi8(first, second), two);
        products[i + 1] =
            _mm256_maddubs_epi16(_mm256_unpackhi_epi8(first, second), two);
    }
}

static inline void widen(words wide[2 * NWORDS], const words sums[NWORDS])
{
    for (size_t i = 0; i < NWORDS; i++) {
        words *four = wide + i / 2 * 4 + i % 2;
        four[0] = _mm256_cvtepi16_epi32(_mm256_castsi256_si128(sums[i]));
        four[2] = _mm256_cvtepi16_epi32(_mm256_extracti128_si256(sums[i], 1));
    }
}

#include "gray/fold_counted.h"

#define multiply _mm256_maddubs_epi16

static inline words spread(uint64_t word)
{
    return _mm256_set1_epi64x((long long)word);
}

static inline words load_words(const uint8_t *p)
{
    return _mm256_loadu_si256((const __m256i *)(const void *)p);
}

static inline words quads(words a, words b)
{
    const __m256i one = _mm256_set1_epi16(1);
    __m256i sums =
        _mm256_hadd_epi32(_mm256_madd_epi16(a, one), _mm256_madd_epi16(b, one));
    return _mm256_permute4x64_epi64(sums, 0xd8);
}

#include "gray/fold_cells.h"

const struct ki_fold ki_fold_avx2 = {
    .name = "avx2",
    .cpu_needs = KI_CPU_AVX2,
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
