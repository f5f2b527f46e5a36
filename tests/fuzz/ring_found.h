/* SPDX-License-Identifier: Apache-2.0 */
/* What a ring reports, for comparing one instruction set with another. */
#ifndef KI_TESTS_FUZZ_RING_FOUND_H
#define KI_TESTS_FUZZ_RING_FOUND_H

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/cpu.h"
#include "index/ring16.h"

static inline void require(bool is_true)
{
    if (!is_true) {
        abort();
    }
}

struct ring_found {
    uint32_t nhashes;
    unsigned radius;
    uint64_t sum; /* in the order of the reports */
};

static inline bool ring_found_add(void *context, uint32_t id, unsigned distance)
{
    struct ring_found *found = context;
    require(id < found->nhashes && distance <= found->radius);
    found->sum = (found->sum ^ id) * 0x100000001b3u + distance;
    return true;
}

/* Searches with every kernel that runs here: all must report the same. */
typedef bool (*ring_search)(void *ring, const struct ki_kernel *kernel,
                            const struct ki_ring_job *job, unsigned radius);
static inline void search_with_every_kernel(void *ring, ring_search search,
                                            const struct ki_ring_hash *query,
                                            uint32_t nhashes, unsigned radius)
{
    struct ring_found scalar = {nhashes, radius, 0};
    for (size_t i = 0; ki_kernel_at(i); i++) {
        struct ring_found found = {nhashes, radius, 0};
        const struct ki_ring_job job = {query, &found};
        if ((ki_kernel_at(i)->cpu_needs & ~ki_cpu_features()) == 0) {
            require(search(ring, ki_kernel_at(i), &job, radius));
            scalar = i == 0 ? found : scalar;
            require(found.sum == scalar.sum);
        }
    }
}

#endif
