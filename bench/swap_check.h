/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KI_BENCH_SWAP_CHECK_H
#define KI_BENCH_SWAP_CHECK_H

#include <stddef.h>
#include <stdint.h>

struct swap_outcome {
    uint64_t ngenerations;
    double publish_max_ms;
    unsigned most_files; /* segments on disk at once */
    uint64_t resident_early_kib;
    uint64_t resident_late_kib;
    uint64_t nqueries;
    double median_us; /* of acquiring, looking up and releasing */
    double p99_us;
    double max_us;
    double max_running_us; /* without the time off the processor */
};

/* Publishes `rate` generations a second over a base of nbase entries under nworkers
 * threads that look up. Exits with a message at the first wrong answer. */
struct swap_outcome swap_check(double seconds, double rate, uint64_t nbase,
                               size_t nworkers);

#endif
