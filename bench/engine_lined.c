/* SPDX-License-Identifier: Apache-2.0 */
/* ring12 and lined16 in huge-page memory, with one kernel. */
#include <stdlib.h>
#include <string.h>

#include "bench/engines.h"
#include "index/lined.h"

enum { ROWS = 32 << 20 }; /* as much of a band is made at once as of a segment */

struct ring {
    struct ki_lined tables;
    void *lines[KI_LINED_MOST_BANDS];
    void *records[KI_LINED_MOST_BANDS];
};

static size_t lines_nbytes(const struct ring *ring, unsigned b)
{
    return ki_lined_nlines(&ring->tables.shape, b) * sizeof(struct ki_line);
}

static size_t records_nbytes(const struct ring *ring, unsigned b)
{
    return (size_t)ring->tables.nunits[b] * sizeof(uint16_t);
}

static void destroy(void *engine)
{
    struct ring *ring = engine;
    for (unsigned b = 0; b < ring->tables.shape.nbands; b++) {
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
    const struct ki_lined_source source = {ring->tables.hashes, ring->tables.nhashes,
                                           ring->tables.id_nbits, ring->tables.shape,
                                           room};
    ring->tables.nunits[b] = ki_lined_count_band(&source, b, counts);
    ring->lines[b] = bench_alloc(lines_nbytes(ring, b));
    ring->records[b] = bench_alloc(records_nbytes(ring, b) + KI_KERNEL_PADDING);
    if (!ring->lines[b] || !ring->records[b]) {
        return false;
    }
    struct parts parts = {ring->lines[b], ring->records[b]};
    const struct ki_lined_sink sink = {put, &parts};
    ring->tables.lines[b] = ring->lines[b];
    ring->tables.records[b] = ring->records[b];
    return ki_lined_make_band(&source, b, counts, ROWS, &sink);
}

static void *make(const struct ki_ring_hash *hashes, uint32_t n,
                  struct ki_lined_shape shape, const char *kernel)
{
    struct ring *ring = calloc(1, sizeof *ring);
    uint32_t *counts = malloc(sizeof *counts << KI_LINED_MOST_WIDTH);
    if (!ring || !counts) {
        free(ring);
        free(counts);
        return NULL;
    }
    ring->tables.nhashes = n;
    ring->tables.id_nbits = ki_ring16_id_nbits(n);
    ring->tables.hashes = hashes;
    ring->tables.kernel = bench_kernel(kernel);
    ring->tables.shape = shape;
    struct ki_ring_room room = {0};
    bool is_good = true;
    for (unsigned b = 0; b < ring->tables.shape.nbands && is_good; b++) {
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
    (void)ki_lined_search_many(&ring->tables, jobs, njobs, radius, bench_answer_report);
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
    for (unsigned b = 0; b < ring->tables.shape.nbands; b++) {
        sum += lines_nbytes(ring, b) + records_nbytes(ring, b);
    }
    return sum;
}

#define LINED(ring, kernel, shape)                                                     \
    static bool runs_##ring##_##kernel(void)                                           \
    {                                                                                  \
        return bench_kernel_runs(#kernel);                                             \
    }                                                                                  \
    static void *make_##ring##_##kernel(const struct ki_ring_hash *hashes, uint32_t n) \
    {                                                                                  \
        return make(hashes, n, shape, #kernel);                                        \
    }                                                                                  \
    const struct bench_engine engine_##ring##_##kernel = {                             \
        .name = #ring "-" #kernel,                                                     \
        .is_ours = true,                                                               \
        .can_run = runs_##ring##_##kernel,                                             \
        .make = make_##ring##_##kernel,                                                \
        .search = search,                                                              \
        .search_many = search_many,                                                    \
        .nbytes = nbytes,                                                              \
        .destroy = destroy,                                                            \
    }

LINED(ring12, avx512, ki_ring12_shape(n));
LINED(ring12, avx512vl, ki_ring12_shape(n));
LINED(ring12, avx2, ki_ring12_shape(n));
LINED(ring12, scalar, ki_ring12_shape(n));
LINED(lined16, avx512, ki_lined16_shape());
LINED(lined16, avx512vl, ki_lined16_shape());
LINED(lined16, avx2, ki_lined16_shape());
LINED(lined16, scalar, ki_lined16_shape());
