/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KI_BENCH_SEARCH_RUN_H
#define KI_BENCH_SEARCH_RUN_H

#include "bench/bench.h"

struct search_setup {
    const struct ki_ring_hash *hashes;
    uint32_t n;
    const struct bench_query *queries;
    uint32_t nqueries;
    uint32_t nslow; /* queries for slow engines */
    unsigned radius;
    unsigned nrounds;
    unsigned nthreads;
};

struct search_outcome {
    struct bench_figures latency; /* µs, of the round with the least median */
    double together_us;           /* a query, eight at once; 0 if it cannot */
    double queries_per_second;    /* of all threads together */
    double speedup;               /* of the threads; 0 with one */
    uint64_t nhits;
    uint64_t sum;       /* over the answers to the first nslow queries */
    uint32_t nplanted;  /* within the radius */
    uint32_t nrecalled; /* of those */
    uint32_t nwrong;    /* answers beyond the radius */
};

/* False if a thread cannot be started or memory runs out. */
bool search_run(const struct bench_engine *engine, void *made,
                const struct search_setup *setup, struct search_outcome *out);

#endif
