/* SPDX-License-Identifier: Apache-2.0 */
/* One hash a vector; bits by nibble look-up, bytes summed by SAD. */
#include <immintrin.h>

#include "bench/bench.h"

static inline __m256i count_bytes(__m256i x)
{
    const __m256i bits =
        _mm256_setr_epi8(0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4, 0, 1, 1, 2, 1,
                         2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4);
    const __m256i low = _mm256_set1_epi8(0x0f);
    __m256i a = _mm256_shuffle_epi8(bits, _mm256_and_si256(x, low));
    __m256i b =
        _mm256_shuffle_epi8(bits, _mm256_and_si256(_mm256_srli_epi16(x, 4), low));
    return _mm256_add_epi8(a, b);
}

static inline unsigned distance_of(const struct ki_ring_hash *hash, __m256i query)
{
    __m256i x = _mm256_loadu_si256((const __m256i *)(const void *)hash);
    __m256i sums = _mm256_sad_epu8(count_bytes(_mm256_xor_si256(x, query)),
                                   _mm256_setzero_si256());
    __m128i half =
        _mm_add_epi64(_mm256_castsi256_si128(sums), _mm256_extracti128_si256(sums, 1));
    return (unsigned)(_mm_cvtsi128_si64(half) + _mm_extract_epi64(half, 1));
}

void bench_linear_avx2(const struct ki_ring_hash *hashes, uint32_t n,
                       const struct ki_ring_hash *query, unsigned radius,
                       struct bench_answer *answer)
{
    const __m256i q = _mm256_loadu_si256((const __m256i *)(const void *)query);
    for (uint32_t i = 0; i < n; i++) {
        __builtin_prefetch(&hashes[i] + 128);
        unsigned distance = distance_of(&hashes[i], q);
        if (distance <= radius) {
            bench_answer_add(answer, i, distance);
        }
    }
}
