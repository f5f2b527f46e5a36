/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "bench/bench.h"

void bench_answer_add_near(struct bench_answer *answer,
                           const struct ki_ring_hash *hashes, uint32_t first,
                           uint32_t end, const struct ki_ring_hash *query,
                           unsigned radius)
{
    uint64_t q[4];
    memcpy(q, query, sizeof q);
    for (uint32_t i = first; i < end; i++) {
        uint64_t h[4];
        memcpy(h, &hashes[i], sizeof h);
        unsigned distance = (unsigned)(__builtin_popcountll(h[0] ^ q[0]) +
                                       __builtin_popcountll(h[1] ^ q[1]) +
                                       __builtin_popcountll(h[2] ^ q[2]) +
                                       __builtin_popcountll(h[3] ^ q[3]));
        if (distance <= radius) {
            bench_answer_add(answer, i, distance);
        }
    }
}

void bench_linear_scalar(const struct ki_ring_hash *hashes, uint32_t n,
                         const struct ki_ring_hash *query, unsigned radius,
                         struct bench_answer *answer)
{
    bench_answer_add_near(answer, hashes, 0, n, query, radius);
}
