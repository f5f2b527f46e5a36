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

const struct ki_fold ki_fold_avx2 = {"avx2", KI_CPU_AVX2, fold_bytes, fold_floats,
                                     fold_luma};
#endif
