/* SPDX-License-Identifier: Apache-2.0 */
/* ring12 in huge-page memory, with one kernel. */
#include <stdlib.h>
#include <string.h>

#include "bench/engines.h"
#include "index/ring12.h"

enum { ROWS = 32 << 20 }; /* as much of a band is made at once as of a segment */

struct ring {
    struct ki_ring12 tables;
    void *lines[KI_RING12_NBANDS];
    void *records[KI_RING12_NBANDS];
};

static size_t lines_nbytes(const struct ring *ring, unsigned b)
{
    return ki_ring12_nlines(&ring->tables.shape, b) * sizeof(struct ki_line);
}

static size_t records_nbytes(const struct ring *ring, unsigned b)
{
    return (size_t)ring->tables.nunits[b] * sizeof(uint16_t);
}

static void destroy(void *engine)
{
    struct ring *ring = engine;
    for (unsigned b = 0; b < KI_RING12_NBANDS; b++) {
        bench_free(ring->lines[b], lines_nbytes(ring, b));
        bench_free(ring->records[b], records_nbytes(ring, b) + KI_KERNEL_PADDING);
    }
    free(ring);
}

struct parts {
    char *lines;
    char *records;
};

static bool put(void *context, bool is_line, size_t at, const void *bytes,
                size_t nbytes)
{
    const struct parts *parts = context;
    memcpy((is_line ? parts->lines : parts->records) + at, bytes, nbytes);
    return true;
}

static bool make_band(struct ring *ring, unsigned b, uint32_t *counts,
                      struct ki_ring_room *room)
{
    const struct ki_ring12_source source = {ring->tables.hashes, ring->tables.nhashes,
                                            ring->tables.id_nbits, ring->tables.shape,
                                            room};
    ring->tables.nunits[b] = ki_ring12_count_band(&source, b, counts);
    ring->lines[b] = bench_alloc(lines_nbytes(ring, b));
    ring->records[b] = bench_alloc(records_nbytes(ring, b) + KI_KERNEL_PADDING);
    if (!ring->lines[b] || !ring->records[b]) {
        return false;
    }
    struct parts parts = {ring->lines[b], ring->records[b]};
    const struct ki_ring12_sink sink = {put, &parts};
    ring->tables.lines[b] = ring->lines[b];
    ring->tables.records[b] = ring->records[b];
    return ki_ring12_make_band(&source, b, counts, ROWS, &sink);
}

static void *make(const struct ki_ring_hash *hashes, uint32_t n, const char *kernel)
{
    struct ring *ring = calloc(1, sizeof *ring);
    uint32_t *counts = malloc(sizeof *counts << KI_RING12_MOST_WIDTH);
    if (!ring || !counts) {
        free(ring);
        free(counts);
        return NULL;
    }
    ring->tables.nhashes = n;
    ring->tables.id_nbits = ki_ring16_id_nbits(n);
    ring->tables.hashes = hashes;
    ring->tables.kernel = bench_kernel(kernel);
    ring->tables.shape = ki_ring12_shape(n);
    struct ki_ring_room room = {0};
    bool is_good = true;
    for (unsigned b = 0; b < KI_RING12_NBANDS && is_good; b++) {
        is_good = make_band(ring, b, counts, &room);
    }
    ki_ring_room_free(&room);
    free(counts);
    if (!is_good) {
        destroy(ring);
        return NULL;
    }
    return ring;
}

static void search_many(void *engine, const struct ki_ring_job *jobs, size_t njobs,
                        unsigned radius)
{
    const struct ring *ring = engine;
    (void)ki_ring12_search_many(&ring->tables, jobs, njobs, radius,
                                bench_answer_report);
}

static void search(void *engine, const struct ki_ring_hash *query, unsigned radius,
                   struct bench_answer *answer)
{
    const struct ki_ring_job job = {query, answer};
    search_many(engine, &job, 1, radius);
}

static size_t nbytes(const void *engine)
{
    const struct ring *ring = engine;
    size_t sum = 0;
    for (unsigned b = 0; b < KI_RING12_NBANDS; b++) {
        sum += lines_nbytes(ring, b) + records_nbytes(ring, b);
    }
    return sum;
}

#define RING12(kernel)                                                                 \
    static bool runs_##kernel(void)                                                    \
    {                                                                                  \
        return bench_kernel_runs(#kernel);                                             \
    }                                                                                  \
    static void *make_##kernel(const struct ki_ring_hash *hashes, uint32_t n)          \
    {                                                                                  \
        return make(hashes, n, #kernel);                                               \
    }                                                                                  \
    const struct bench_engine engine_ring12_##kernel = {                               \
        .name = "ring12-" #kernel,                                                     \
        .is_ours = true,                                                               \
        .can_run = runs_##kernel,                                                      \
        .make = make_##kernel,                                                         \
        .search = search,                                                              \
        .search_many = search_many,                                                    \
        .nbytes = nbytes,                                                              \
        .destroy = destroy,                                                            \
    }

RING12(avx512);
RING12(avx512vl);
RING12(avx2);
RING12(scalar);
