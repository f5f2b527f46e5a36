/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KI_BENCH_SWAP_CHECK_H
#define KI_BENCH_SWAP_CHECK_H

#include <stddef.h>
#include <stdint.h>

/* Acquiring, looking up and releasing. */
struct swap_lookups {
    uint64_t nqueries;
    uint64_t nslow;         /* took longer than SWAP_SLOW_MS */
    uint64_t nslow_stopped; /* of these, without leaving its processor in the eyes of
                               this system */
    double median_us;
    double p99_us;
    double max_us;
    double max_running_us; /* without the time off the processor */
};

enum { SWAP_SLOW_MS = 5 };

/* Memory rises with each delta and falls with each merge. */
struct swap_range {
    uint64_t least_kib;
    uint64_t most_kib;
};

struct swap_outcome {
    struct swap_lookups idle;    /* first, threads that only look at the clock */
    struct swap_lookups alone;   /* then, with nothing published */
    struct swap_lookups swapped; /* while generations were */
    uint64_t ngenerations;
    double publish_max_ms;
    unsigned most_files;              /* segments on disk at once */
    struct swap_range resident_early; /* in the first quarter of the time */
    struct swap_range resident_late;  /* in the last */
};

/* Publishes `rate` generations a second over a base of nbase entries under nworkers
 * threads that look up, after they did so for as long with nothing published, and only
 * looked at the clock for as long before: what a shared machine does by itself. Exits
 * with a message at the first wrong answer. */
struct swap_outcome swap_check(double seconds, double rate, uint64_t nbase,
                               size_t nworkers);

#endif
