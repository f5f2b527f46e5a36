/* SPDX-License-Identifier: Apache-2.0 */
/* Comparing the query with every hash. */
#include <stdlib.h>

#include "base/cpu.h"
#include "bench/engines.h"

struct linear {
    const struct ki_ring_hash *hashes;
    uint32_t n;
};

static bool always(void)
{
    return true;
}

static void *make(const struct ki_ring_hash *hashes, uint32_t n)
{
    struct linear *linear = calloc(1, sizeof *linear);
    if (linear) {
        *linear = (struct linear){hashes, n};
    }
    return linear;
}

static size_t no_bytes(const void *engine)
{
    (void)engine;
    return 0;
}

#define LINEAR(isa, can_run)                                                           \
    static void search_##isa(void *engine, const struct ki_ring_hash *query,           \
                             unsigned radius, struct bench_answer *answer)             \
    {                                                                                  \
        const struct linear *linear = engine;                                          \
        bench_linear_##isa(linear->hashes, linear->n, query, radius, answer);          \
    }                                                                                  \
    const struct bench_engine engine_linear_##isa = {                                  \
        "linear-" #isa, true, true, can_run, make, search_##isa, NULL, no_bytes, free}

LINEAR(scalar, always);

#if defined(__x86_64__)
static bool has_avx2(void)
{
    return (ki_cpu_features() & KI_CPU_AVX2) != 0;
}

static bool has_avx512(void)
{
    return (ki_cpu_features() & KI_CPU_AVX512_BITALG) != 0;
}

LINEAR(avx2, has_avx2);
LINEAR(avx512, has_avx512);
#else
static bool never(void)
{
    return false;
}

void bench_linear_avx2(const struct ki_ring_hash *hashes, uint32_t n,
                       const struct ki_ring_hash *query, unsigned radius,
                       struct bench_answer *answer)
{
    bench_linear_scalar(hashes, n, query, radius, answer);
}

void bench_linear_avx512(const struct ki_ring_hash *hashes, uint32_t n,
                         const struct ki_ring_hash *query, unsigned radius,
                         struct bench_answer *answer)
{
    bench_linear_scalar(hashes, n, query, radius, answer);
}

LINEAR(avx2, never);
LINEAR(avx512, never);
#endif
