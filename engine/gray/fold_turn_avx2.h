/* SPDX-License-Identifier: Apache-2.0 */
/* ki_fold.across, eight outputs at a time. Included by files compiled for AVX2 or more.
 */
#ifndef KI_GRAY_FOLD_TURN_AVX2_H
#define KI_GRAY_FOLD_TURN_AVX2_H

#include <immintrin.h>

#define TURNED 8
typedef __m256 turned_vec;

/* Squares of four in each half of four vectors. */
static inline void turn_fours(__m256 v[4])
{
    __m256 ab_low = _mm256_unpacklo_ps(v[0], v[1]);
    __m256 ab_high = _mm256_unpackhi_ps(v[0], v[1]);
    __m256 cd_low = _mm256_unpacklo_ps(v[2], v[3]);
    __m256 cd_high = _mm256_unpackhi_ps(v[2], v[3]);
    v[0] = _mm256_shuffle_ps(ab_low, cd_low, 0x44);
    v[1] = _mm256_shuffle_ps(ab_low, cd_low, 0xee);
    v[2] = _mm256_shuffle_ps(ab_high, cd_high, 0x44);
    v[3] = _mm256_shuffle_ps(ab_high, cd_high, 0xee);
}

static inline __m256 load_pieces(const float *row, const uint32_t *first)
{
    __m256 low = _mm256_castps128_ps256(_mm_loadu_ps(row + first[0]));
    return _mm256_insertf128_ps(low, _mm_loadu_ps(row + first[4]), 1);
}

#include "gray/fold_across.h"

#endif
