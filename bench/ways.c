/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/ways.h"

#include "common/message.h"

static bool run_way(const struct bench_way *way, const struct bench_picture *picture,
                    double *took_us)
{
    double begin = bench_now_us();
    if (!way->run(way->context, picture->data, picture->nbytes)) {
        message("%s cannot read %s", way->name, picture->name);
        return false;
    }
    *took_us = bench_now_us() - begin;
    return true;
}

static void add_ways(json_t *results, const struct bench_picture *picture,
                     const struct bench_way *ways, size_t nways,
                     double took[BENCH_MOST_WAYS][BENCH_MOST_ROUNDS], int nrounds)
{
    double first = 0;
    for (size_t i = 0; i < nways; i++) {
        struct bench_figures figures = bench_figures_of(took[i], (size_t)nrounds);
        first = i == 0 ? figures.min : first;
        bench_results_add(
            results,
            json_pack("{s:s,s:s,s:I,s:f,s:f,s:f,s:f}", "picture", picture->name,
                      "engine", ways[i].name, "bytes", (json_int_t)picture->nbytes,
                      "median_us", figures.median, "best_us", figures.min, "of_first",
                      figures.min / first, "faster", first / figures.min));
    }
}

void bench_time_ways(json_t *results, const struct bench_picture *picture,
                     const struct bench_way *ways, size_t nways, int nrounds)
{
    static double took[BENCH_MOST_WAYS][BENCH_MOST_ROUNDS];
    for (int round = 0; round < nrounds; round++) {
        for (size_t i = 0; i < nways; i++) {
            if (!run_way(&ways[i], picture, &took[i][round])) {
                return;
            }
        }
    }
    add_ways(results, picture, ways, nways, took, nrounds);
}
