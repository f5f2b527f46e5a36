/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How the builders of ring16 and the lined rings sort postings. Writing each to where
 * it belongs would be a cache miss or two: a walk over the hashes writes rows to some
 * hundred heaps of buckets that stand together, and each heap is then sorted in the
 * cache.
 */
#ifndef KI_INDEX_RING_ROWS_H
#define KI_INDEX_RING_ROWS_H

#include "index/ring16.h"

enum { KI_RING_MOST_HEAPS = 256, KI_RING_NSTAGED = 64 / KI_RING_ROW_NBYTES };

struct ki_ring_row {
    uint16_t place; /* of its bucket, in the heap */
    uint16_t sketch;
    uint32_t word; /* as ring_words.h says */
};
_Static_assert(sizeof(struct ki_ring_row) == KI_RING_ROW_NBYTES, "memory is counted");

/* For so many rows in heaps; false if memory ran out. */
bool ki_ring_room_reserve(struct ki_ring_room *room, size_t nrows);

/* A heap has the rows of 2^shift buckets. They are gathered to cache lines before they
 * are written, since writing to some hundred places at once a row at a time waits for
 * memory most of the time. */
struct ki_ring_heaps {
    struct ki_ring_row *rows;
    unsigned shift;
    bool is_large; /* more than caches hold */
    uint32_t nheaps;
    size_t nplaced;
    size_t begin[KI_RING_MOST_HEAPS];
    size_t filled[KI_RING_MOST_HEAPS]; /* where the next row of a heap goes */
    _Alignas(64) struct ki_ring_row staged[KI_RING_MOST_HEAPS][KI_RING_NSTAGED];
};

/* For so many buckets. */
void ki_ring_heaps_begin(struct ki_ring_heaps *heaps, const struct ki_ring_room *room,
                         uint32_t nbuckets);

/* The next heap will have so many rows. */
void ki_ring_heaps_place(struct ki_ring_heaps *heaps, size_t nrows);

/* Writes the line that the last row of a heap is in. */
void ki_ring_heaps_write(struct ki_ring_heaps *heaps, uint32_t heap);

static inline void ki_ring_heaps_add(struct ki_ring_heaps *heaps, uint32_t bucket,
                                     uint16_t sketch, uint32_t word)
{
    const uint32_t mask = ((uint32_t)1 << heaps->shift) - 1;
    const uint32_t heap = bucket >> heaps->shift;
    size_t row = heaps->filled[heap]++;
    heaps->staged[heap][row % KI_RING_NSTAGED] =
        (struct ki_ring_row){(uint16_t)(bucket & mask), sketch, word};
    if (row % KI_RING_NSTAGED == KI_RING_NSTAGED - 1) {
        ki_ring_heaps_write(heaps, heap);
    }
}

/* After the last row was added: heaps can be read, each from begin to filled. */
void ki_ring_heaps_end(struct ki_ring_heaps *heaps);

#endif
