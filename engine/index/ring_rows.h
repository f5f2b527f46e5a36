/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How the builders of ring16 and ring12 sort postings. Writing each to where it belongs
 * would be a cache miss or two: a walk over the hashes writes rows to some hundred
 * heaps of buckets that stand together, and each heap is then sorted in the cache.
 */
#ifndef KI_INDEX_RING_ROWS_H
#define KI_INDEX_RING_ROWS_H

#include "index/ring16.h"

enum { KI_RING_MOST_HEAPS = 256 };

struct ki_ring_row {
    uint16_t place; /* of its bucket, in the heap */
    uint16_t sketch;
    uint32_t word; /* as ring_words.h says */
};

_Static_assert(sizeof(struct ki_ring_row) == KI_RING_ROW_NBYTES, "memory is counted");

/* A heap has the rows of 2^shift buckets, of so many in all. */
static inline unsigned ki_ring_heap_shift(uint32_t nbuckets)
{
    unsigned shift = 0;
    while ((nbuckets - 1) >> shift >= KI_RING_MOST_HEAPS) {
        shift++;
    }
    return shift;
}

#endif
