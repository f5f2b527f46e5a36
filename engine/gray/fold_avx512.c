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

const struct ki_fold ki_fold_avx512 = {"avx512", KI_CPU_AVX512_BITALG, fold_bytes,
                                       fold_floats, fold_luma};
#endif
