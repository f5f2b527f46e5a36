/* SPDX-License-Identifier: Apache-2.0 */
/* One engine over the queries: answers checked, each query timed, threads added up. */
#include "bench/search_run.h"

#include <pthread.h>
#include <stdlib.h>

#include "common/stop.h"

static uint32_t count_queries(const struct bench_engine *engine,
                              const struct search_setup *setup)
{
    return engine->is_slow && setup->nslow < setup->nqueries ? setup->nslow
                                                             : setup->nqueries;
}

static struct bench_answer ask(const struct bench_engine *engine, void *made,
                               const struct bench_query *query, unsigned radius)
{
    struct bench_answer answer = {
        .wanted_id = query->is_planted ? query->id : UINT32_MAX,
        .wanted_distance = query->distance,
    };
    engine->search(made, &query->hash, radius, &answer);
    return answer;
}

static void check(const struct bench_engine *engine, void *made,
                  const struct search_setup *setup, struct search_outcome *out)
{
    uint32_t n = count_queries(engine, setup);
    for (uint32_t i = 0; i < n && !stop_is_requested(); i++) {
        const struct bench_query *query = &setup->queries[i];
        struct bench_answer answer = ask(engine, made, query, setup->radius);
        bool is_expected = query->is_planted && query->distance <= setup->radius;
        out->nhits += answer.nhits;
        out->nplanted += is_expected;
        out->nrecalled += is_expected && answer.has_wanted;
        out->nwrong += answer.farthest > setup->radius;
        if (i < setup->nslow) {
            out->sum += answer.sum;
        }
    }
}

/* One round in order; the time of each query. */
static void time_round(const struct bench_engine *engine, void *made,
                       const struct search_setup *setup, uint32_t n, double *times)
{
    double before = bench_now_us();
    for (uint32_t i = 0; i < n; i++) {
        (void)ask(engine, made, &setup->queries[i], setup->radius);
        double now = bench_now_us();
        times[i] = now - before;
        before = now;
    }
}

static bool time_queries(const struct bench_engine *engine, void *made,
                         const struct search_setup *setup, struct search_outcome *out)
{
    uint32_t n = count_queries(engine, setup);
    double *times = malloc(((size_t)n + 1) * sizeof *times);
    for (unsigned r = 0; times && r < setup->nrounds && !stop_is_requested(); r++) {
        time_round(engine, made, setup, n, times);
        struct bench_figures figures = bench_figures_of(times, n);
        if (r == 0 || figures.median < out->latency.median) {
            out->latency = figures;
        }
    }
    free(times);
    return times != NULL;
}

/* The median time a query of blocks of eight, the least of all rounds. */
static void time_together(const struct bench_engine *engine, void *made,
                          const struct search_setup *setup, struct search_outcome *out)
{
    enum { TOGETHER = 8 };
    uint32_t nblocks = setup->nqueries / TOGETHER;
    double *times =
        engine->search_many ? malloc(((size_t)nblocks + 1) * sizeof *times) : NULL;
    for (unsigned r = 0; times && r < setup->nrounds && !stop_is_requested(); r++) {
        for (uint32_t b = 0; b < nblocks; b++) {
            struct bench_answer answers[TOGETHER] = {0};
            struct ki_ring_job jobs[TOGETHER];
            for (uint32_t i = 0; i < TOGETHER; i++) {
                const struct bench_query *query = &setup->queries[b * TOGETHER + i];
                jobs[i] = (struct ki_ring_job){&query->hash, &answers[i]};
            }
            double begin = bench_now_us();
            engine->search_many(made, jobs, TOGETHER, setup->radius);
            times[b] = (bench_now_us() - begin) / TOGETHER;
        }
        double median = bench_figures_of(times, nblocks).median;
        out->together_us =
            r == 0 || median < out->together_us ? median : out->together_us;
    }
    free(times);
}

struct worker {
    pthread_t thread;
    pthread_barrier_t *start;
    const struct bench_engine *engine;
    void *made;
    const struct search_setup *setup;
    uint32_t first;
    uint32_t end;
    double begun; /* µs */
    double ended;
};

static void *work(void *argument)
{
    struct worker *worker = argument;
    (void)pthread_barrier_wait(worker->start);
    worker->begun = bench_now_us();
    for (uint32_t i = worker->first; i < worker->end; i++) {
        (void)ask(worker->engine, worker->made, &worker->setup->queries[i],
                  worker->setup->radius);
    }
    worker->ended = bench_now_us();
    return NULL;
}

/* Seconds that nthreads take for n queries each. */
static double time_threads(const struct bench_engine *engine, void *made,
                           const struct search_setup *setup, unsigned nthreads,
                           uint32_t n)
{
    struct worker workers[64];
    pthread_barrier_t start;
    if (pthread_barrier_init(&start, NULL, nthreads + 1) != 0) {
        return 0;
    }
    for (unsigned t = 0; t < nthreads; t++) {
        workers[t] = (struct worker){.start = &start,
                                     .engine = engine,
                                     .made = made,
                                     .setup = setup,
                                     .first = t * n,
                                     .end = (t + 1) * n};
        if (pthread_create(&workers[t].thread, NULL, work, &workers[t]) != 0) {
            exit(2); /* the others wait at the barrier for ever */
        }
    }
    (void)pthread_barrier_wait(&start);
    double begun = 0;
    double ended = 0;
    for (unsigned t = 0; t < nthreads; t++) {
        (void)pthread_join(workers[t].thread, NULL);
        begun = t == 0 || workers[t].begun < begun ? workers[t].begun : begun;
        ended = workers[t].ended > ended ? workers[t].ended : ended;
    }
    (void)pthread_barrier_destroy(&start);
    return (ended - begun) * 1e-6;
}

static void time_throughput(const struct bench_engine *engine, void *made,
                            const struct search_setup *setup,
                            struct search_outcome *out)
{
    uint32_t n = count_queries(engine, setup) / setup->nthreads;
    double best_one = 0;
    double best_all = 0;
    for (unsigned r = 0; r < setup->nrounds && !stop_is_requested(); r++) {
        double one = time_threads(engine, made, setup, 1, n);
        double all = time_threads(engine, made, setup, setup->nthreads, n);
        best_one = r == 0 || one < best_one ? one : best_one;
        best_all = r == 0 || all < best_all ? all : best_all;
    }
    if (best_all > 0) {
        out->queries_per_second = (double)n * setup->nthreads / best_all;
        out->speedup = setup->nthreads > 1 ? best_one * setup->nthreads / best_all : 0;
    }
}

bool search_run(const struct bench_engine *engine, void *made,
                const struct search_setup *setup, struct search_outcome *out)
{
    *out = (struct search_outcome){0};
    check(engine, made, setup, out);
    if (!time_queries(engine, made, setup, out)) {
        return false;
    }
    time_together(engine, made, setup, out);
    time_throughput(engine, made, setup, out);
    return true;
}
