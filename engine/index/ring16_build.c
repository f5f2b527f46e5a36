/* SPDX-License-Identifier: Apache-2.0 */
/* Building and checking the tables. */
#include <stdlib.h>
#include <string.h>

#include "index/ring16.h"
#include "index/ring16_places.h"
#include "index/ring_rows.h"
#include "index/ring_tail.h"

unsigned ki_ring16_id_nbits(uint32_t n)
{
    unsigned nbits = 16;
    while (nbits < 32 && n > (uint32_t)1 << nbits) {
        nbits++;
    }
    return nbits;
}

void ki_ring16_count_band(const struct ki_ring16_source *source, unsigned band,
                          uint32_t offsets[KI_RING_NOFFSETS])
{
    memset(offsets, 0, KI_RING_NOFFSETS * sizeof *offsets);
    for (uint32_t i = 0; i < source->nhashes; i++) {
        offsets[ki_ring16_place(source->hashes[i].band[band]) + 1]++;
    }
    for (uint32_t p = 0; p < KI_RING_NVALUES; p++) {
        offsets[p + 1] += offsets[p];
    }
}

enum { PLACE_NBITS = 8 };

/* The making of the buckets of places first … end − 1 of a band. */
struct making {
    const struct ki_ring16_source *source;
    unsigned band;
    const uint32_t *offsets;
    uint32_t first;
    uint32_t end;
    uint16_t *buckets;
    uint64_t *scratch; /* for the tails of the fullest heap */
};

static uint16_t *bucket_of(const struct making *making, uint32_t place)
{
    return making->buckets +
           (size_t)3 * (making->offsets[place] - making->offsets[making->first]);
}

_Static_assert(KI_RING_NVALUES / KI_RING_MOST_HEAPS == 1 << PLACE_NBITS,
               "a row has room for its bucket in the heap");

/* What a tail is made of (ring_tail.h) takes 40 bits: 32 are the word of a row, the
 * others are above its place. */
static inline struct ki_ring_row row_of(uint64_t posting, uint16_t sketch)
{
    return (struct ki_ring_row){(uint16_t)(posting >> 32 << PLACE_NBITS), sketch,
                                (uint32_t)posting};
}

static inline uint64_t posting_of(const struct ki_ring_row *row)
{
    return (uint64_t)(row->place >> PLACE_NBITS) << 32 | row->word;
}

/* A walk over all hashes. */
static void fill_heaps(const struct making *making, struct ki_ring_heaps *heaps)
{
    const struct ki_ring16_source *source = making->source;
    const unsigned next = (making->band + 1) % KI_RING_NBANDS;
    const unsigned second = (making->band + 2) % KI_RING_NBANDS;
    const unsigned id_nbits = source->id_nbits;
    const uint32_t mask = ((uint32_t)1 << ki_tail_most_rest(id_nbits)) - 1;
    const uint32_t nplaces = making->end - making->first;
    for (uint32_t i = 0; i < source->nhashes; i++) {
        const struct ki_ring_hash *hash = &source->hashes[i];
        uint32_t place = ki_ring16_place(hash->band[making->band]) - making->first;
        if (place < nplaces) {
            uint64_t posting = (uint64_t)(hash->band[second] & mask) << id_nbits | i;
            ki_ring_heaps_add(heaps, place, row_of(posting, hash->band[next]));
        }
    }
}

/* Where the next posting of a bucket goes. */
struct cursor {
    uint16_t *sketch;
    uint64_t *posting;
};

/* The buckets of the places first … end − 1, which stand together in the cache. */
static void fill_buckets(const struct making *making, const struct ki_ring_row *rows,
                         uint32_t first, uint32_t end)
{
    struct cursor cursors[1 << PLACE_NBITS];
    const uint32_t *offsets = making->offsets;
    const unsigned id_nbits = making->source->id_nbits;
    const struct ki_ring_row *end_of_rows = rows + (offsets[end] - offsets[first]);
    for (uint32_t p = first; p < end; p++) {
        cursors[p - first] = (struct cursor){
            bucket_of(making, p), making->scratch + (offsets[p] - offsets[first])};
    }
    for (; rows < end_of_rows; rows++) {
        struct cursor *cursor = &cursors[rows->place % (1 << PLACE_NBITS)];
        *cursor->sketch++ = rows->sketch;
        *cursor->posting++ = posting_of(rows);
    }
    for (uint32_t p = first; p < end; p++) {
        uint32_t m = offsets[p + 1] - offsets[p];
        ki_tail_write(bucket_of(making, p) + m, m, ki_tail_of(id_nbits, m),
                      making->scratch + (offsets[p] - offsets[first]));
    }
}

static void sort_heaps(const struct making *making, const struct ki_ring_heaps *heaps)
{
    const uint32_t step = (uint32_t)1 << heaps->shift;
    uint32_t first = making->first;
    for (uint32_t heap = 0; heap < heaps->nheaps; heap++) {
        uint32_t end = making->end - first < step ? making->end : first + step;
        fill_buckets(making, heaps->rows + heaps->begin[heap], first, end);
        first = end;
    }
}

/* Returns the rows of the fullest heap. */
static size_t place_heaps(const struct making *making, struct ki_ring_heaps *heaps)
{
    const uint32_t step = (uint32_t)1 << heaps->shift;
    size_t most = 0;
    for (uint32_t first = making->first; first < making->end; first += step) {
        uint32_t end = making->end - first < step ? making->end : first + step;
        size_t nrows = making->offsets[end] - making->offsets[first];
        ki_ring_heaps_place(heaps, nrows);
        most = nrows > most ? nrows : most;
    }
    return most;
}

bool ki_ring16_fill_band(const struct ki_ring16_source *source, unsigned band,
                         const uint32_t *offsets, uint32_t first, uint32_t end,
                         uint16_t *buckets)
{
    struct making making = {source, band, offsets, first, end, NULL, NULL};
    struct ki_ring_heaps heaps;
    making.buckets = buckets;
    if (!ki_ring_room_reserve(source->room, offsets[end] - offsets[first])) {
        return false;
    }
    ki_ring_heaps_begin(&heaps, source->room, end - first);
    size_t most = place_heaps(&making, &heaps);
    making.scratch = malloc((most + 1) * sizeof *making.scratch);
    if (!making.scratch) {
        return false;
    }
    fill_heaps(&making, &heaps);
    ki_ring_heaps_end(&heaps);
    sort_heaps(&making, &heaps);
    free(making.scratch);
    return true;
}

static bool is_band_valid(const struct ki_ring16 *ring, unsigned band)
{
    const uint32_t *offsets = ring->offsets[band];
    const unsigned id_nbits = ring->id_nbits;
    if (offsets[0] != 0 || offsets[KI_RING_NVALUES] != ring->nhashes) {
        return false;
    }
    for (uint32_t v = 0; v < KI_RING_NVALUES; v++) {
        if (offsets[v] > offsets[v + 1] || offsets[v + 1] > ring->nhashes) {
            return false;
        }
    }
    bool is_good = true;
    for (uint32_t v = 0; v < KI_RING_NVALUES; v++) {
        uint32_t count = offsets[v + 1] - offsets[v];
        const uint16_t *tail = ring->buckets[band] + (size_t)3 * offsets[v] + count;
        is_good &=
            ki_tail_is_valid(tail, count, ki_tail_of(id_nbits, count), ring->nhashes);
    }
    return is_good;
}

bool ki_ring16_is_valid(const struct ki_ring16 *ring)
{
    if (ring->nhashes > KI_RING16_MOST ||
        ring->id_nbits < ki_ring16_id_nbits(ring->nhashes) || ring->id_nbits > 30) {
        return false;
    }
    for (unsigned band = 0; band < KI_RING_NBANDS; band++) {
        if (!is_band_valid(ring, band)) {
            return false;
        }
    }
    return true;
}
