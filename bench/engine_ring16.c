/* SPDX-License-Identifier: Apache-2.0 */
/* ring16 in huge-page memory, with one kernel. */
#include <stdlib.h>

#include "bench/engines.h"

struct ring {
    struct ki_ring16 tables;
    uint32_t *offsets[KI_RING_NBANDS];
    uint16_t *buckets[KI_RING_NBANDS];
};

static void destroy(void *engine)
{
    struct ring *ring = engine;
    size_t n = ring->tables.nhashes;
    for (unsigned b = 0; b < KI_RING_NBANDS; b++) {
        bench_free(ring->offsets[b], KI_RING_NOFFSETS * sizeof(uint32_t));
        bench_free(ring->buckets[b], n * KI_RING16_POSTING_NBYTES + KI_KERNEL_PADDING);
    }
    free(ring);
}

static bool make_band(struct ring *ring, unsigned b, struct ki_ring_room *room)
{
    size_t n = ring->tables.nhashes;
    ring->offsets[b] = bench_alloc(KI_RING_NOFFSETS * sizeof(uint32_t));
    ring->buckets[b] = bench_alloc(n * KI_RING16_POSTING_NBYTES + KI_KERNEL_PADDING);
    if (!ring->offsets[b] || !ring->buckets[b]) {
        return false;
    }
    ring->tables.offsets[b] = ring->offsets[b];
    ring->tables.buckets[b] = ring->buckets[b];
    const struct ki_ring16_source source = {ring->tables.hashes, (uint32_t)n,
                                            ring->tables.id_nbits, room};
    ki_ring16_count_band(&source, b, ring->offsets[b]);
    return ki_ring16_fill_band(&source, b, ring->offsets[b], 0, KI_RING_NVALUES,
                               ring->buckets[b]);
}

static void *make(const struct ki_ring_hash *hashes, uint32_t n, const char *kernel)
{
    struct ring *ring = calloc(1, sizeof *ring);
    if (!ring) {
        return NULL;
    }
    ring->tables.nhashes = n;
    ring->tables.id_nbits = ki_ring16_id_nbits(n);
    ring->tables.hashes = hashes;
    ring->tables.kernel = bench_kernel(kernel);
    struct ki_ring_room room = {0};
    bool is_good = true;
    for (unsigned b = 0; b < KI_RING_NBANDS && is_good; b++) {
        is_good = make_band(ring, b, &room);
    }
    ki_ring_room_free(&room);
    if (!is_good) {
        destroy(ring);
        return NULL;
    }
    return ring;
}

static void search(void *engine, const struct ki_ring_hash *query, unsigned radius,
                   struct bench_answer *answer)
{
    const struct ring *ring = engine;
    (void)ki_ring16_search(&ring->tables, query, radius, bench_answer_report, answer);
}

static void search_many(void *engine, const struct ki_ring_job *jobs, size_t njobs,
                        unsigned radius)
{
    const struct ring *ring = engine;
    (void)ki_ring16_search_many(&ring->tables, jobs, njobs, radius,
                                bench_answer_report);
}

static size_t nbytes(const void *engine)
{
    const struct ring *ring = engine;
    return KI_RING_NBANDS *
           ((size_t)ring->tables.nhashes * 6 + KI_RING_NOFFSETS * sizeof(uint32_t));
}

#define RING16(kernel)                                                                 \
    static bool runs_##kernel(void)                                                    \
    {                                                                                  \
        return bench_kernel_runs(#kernel);                                             \
    }                                                                                  \
    static void *make_##kernel(const struct ki_ring_hash *hashes, uint32_t n)          \
    {                                                                                  \
        return make(hashes, n, #kernel);                                               \
    }                                                                                  \
    const struct bench_engine engine_ring16_##kernel = {                               \
        .name = "ring16-" #kernel,                                                     \
        .is_ours = true,                                                               \
        .can_run = runs_##kernel,                                                      \
        .make = make_##kernel,                                                         \
        .search = search,                                                              \
        .search_many = search_many,                                                    \
        .nbytes = nbytes,                                                              \
        .destroy = destroy,                                                            \
    }

RING16(avx512);
RING16(avx512vl);
RING16(avx2);
RING16(scalar);
