/* SPDX-License-Identifier: Apache-2.0 */
/* Eight hashes a step with VPOPCNTQ: four vectors of two, their sums brought into one
 * vector and compared there. */
#include <immintrin.h>
#include <string.h>

#include "bench/bench.h"

static inline __m512i counts(const struct ki_ring_hash *two, __m512i query)
{
    return _mm512_popcnt_epi64(_mm512_xor_si512(_mm512_loadu_si512(two), query));
}

/* Lanes: distances of the hashes 0, 2, 1, 3 | 4, 6, 5, 7 in a fixed order that the
 * caller does not need: it measures again what is near. */
static inline __m512i eight_distances(const struct ki_ring_hash *hashes, __m512i query)
{
    __m512i a = counts(hashes, query);
    __m512i b = counts(hashes + 2, query);
    __m512i c = counts(hashes + 4, query);
    __m512i d = counts(hashes + 6, query);
    __m512i x =
        _mm512_add_epi64(_mm512_unpacklo_epi64(a, b), _mm512_unpackhi_epi64(a, b));
    __m512i y =
        _mm512_add_epi64(_mm512_unpacklo_epi64(c, d), _mm512_unpackhi_epi64(c, d));
    return _mm512_add_epi64(_mm512_shuffle_i64x2(x, y, 0x88),
                            _mm512_shuffle_i64x2(x, y, 0xdd));
}

void bench_linear_avx512(const struct ki_ring_hash *hashes, uint32_t n,
                         const struct ki_ring_hash *query, unsigned radius,
                         struct bench_answer *answer)
{
    const __m512i q = _mm512_broadcast_i64x4(
        _mm256_loadu_si256((const __m256i *)(const void *)query));
    const __m512i limit = _mm512_set1_epi64((long long)radius);
    uint32_t i = 0;
    for (; i + 8 <= n; i += 8) {
        const char *ahead = (const char *)(hashes + i) + 4096;
        for (int line = 0; line < 4; line++) {
            __builtin_prefetch(ahead + (ptrdiff_t)line * 64);
        }
        __m512i distances = eight_distances(hashes + i, q);
        if (_mm512_cmple_epu64_mask(distances, limit)) {
            bench_answer_add_near(answer, hashes, i, i + 8, query, radius);
        }
    }
    bench_answer_add_near(answer, hashes, i, n, query, radius);
}
