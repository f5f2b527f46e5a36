/* SPDX-License-Identifier: Apache-2.0 */
/* Several ways to do the same, timed against each other. */
#ifndef KI_BENCH_WAYS_H
#define KI_BENCH_WAYS_H

#include "bench/bench.h"
#include "bench/pictures.h"

enum { BENCH_MOST_WAYS = 32, BENCH_MOST_ROUNDS = 1000 };

/* One way from bytes to a hash, or a part of it. False if it cannot. */
struct bench_way {
    const char *name;
    bool (*run)(void *context, const uint8_t *data, size_t nbytes);
    void *context;
};

/* Adds a row for each way. The first is what the others are compared with, by the best
 * round of each: the ways take turns, so that they meet the same machine. */
void bench_time_ways(json_t *results, const struct bench_picture *picture,
                     const struct bench_way *ways, size_t nways, int nrounds);

#endif
