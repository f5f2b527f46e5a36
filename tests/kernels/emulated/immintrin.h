/* SPDX-License-Identifier: Apache-2.0 */
/* AVX-512 in terms of what any processor has, by SIMDe, and what its version in Debian 12
 * lacks: kernels are compiled with it to be run where there is no AVX-512. */
#ifndef KI_TESTS_EMULATED_IMMINTRIN_H
#define KI_TESTS_EMULATED_IMMINTRIN_H

#include <string.h>

#define SIMDE_ENABLE_NATIVE_ALIASES
#include <simde/x86/avx2.h>
#include <simde/x86/avx512.h>

typedef uint32_t __mmask32;

typedef uint8_t ki_bytes16 __attribute__((vector_size(16)));
typedef int16_t ki_words16 __attribute__((vector_size(32)));
typedef int32_t ki_ints16 __attribute__((vector_size(64)));
typedef float ki_floats16 __attribute__((vector_size(64)));

#define _mm512_cvtepu8_epi32(v)                                                        \
    ((__m512i)__builtin_convertvector((ki_bytes16)(v), ki_ints16))
#define _mm512_cvtepi16_epi32(v)                                                       \
    ((__m512i)__builtin_convertvector((ki_words16)(v), ki_ints16))
#define _mm512_cvtepi32_ps(v)                                                          \
    ((__m512)__builtin_convertvector((ki_ints16)(v), ki_floats16))

static inline __m512i ki_madd(__m512i a, __m512i b)
{
    int16_t left[32];
    int16_t right[32];
    int32_t sums[16];
    memcpy(left, &a, sizeof left);
    memcpy(right, &b, sizeof right);
    for (unsigned i = 0; i < 16; i++) {
        sums[i] = left[2 * i] * right[2 * i] + left[2 * i + 1] * right[2 * i + 1];
    }
    memcpy(&a, sums, sizeof a);
    return a;
}
#undef _mm512_madd_epi16
#define _mm512_madd_epi16 ki_madd

#define _cvtmask16_u32(mask) ((uint32_t)(mask))
#define _cvtmask32_u32(mask) (mask)
#define _cvtmask64_u64(mask) (mask)
#define _mm512_kunpackd(high, low) ((uint64_t)(high) << 32 | (uint32_t)(low))

static inline uint16_t ki_not_above16(__m256i a, __m256i b)
{
    uint16_t left[16];
    uint16_t right[16];
    uint16_t mask = 0;
    memcpy(left, &a, sizeof left);
    memcpy(right, &b, sizeof right);
    for (unsigned i = 0; i < 16; i++) {
        mask = (uint16_t)(mask | (left[i] <= right[i]) << i);
    }
    return mask;
}
#define _mm256_cmple_epu16_mask ki_not_above16

#endif
