/* SPDX-License-Identifier: Apache-2.0 */
/* Building and checking the tables. */
#include <stdlib.h>
#include <string.h>

#include "index/ring16.h"
#include "index/ring16_layout.h"
#include "index/ring16_places.h"
#include "index/ring16_rest.h"
#include "index/ring_rows.h"
#include "index/ring_words.h"

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

/* The making of the buckets of places first … end − 1 of a band. */
struct making {
    const struct ki_ring16_source *source;
    unsigned band;
    const uint32_t *offsets;
    uint32_t first;
    uint32_t end;
    uint16_t *buckets;
    uint32_t *scratch; /* for the words of the longest bucket */
};

static uint16_t *bucket_of(const struct making *making, uint32_t place)
{
    return making->buckets +
           (size_t)3 * (making->offsets[place] - making->offsets[making->first]);
}

/* A walk over all hashes. */
static void fill_heaps(const struct making *making, struct ki_ring_heaps *heaps)
{
    const struct ki_ring16_source *source = making->source;
    const unsigned next = (making->band + 1) % KI_RING_NBANDS;
    const unsigned second = (making->band + 2) % KI_RING_NBANDS;
    const unsigned id_nbits = source->id_nbits;
    const uint32_t nplaces = making->end - making->first;
    for (uint32_t i = 0; i < source->nhashes; i++) {
        const struct ki_ring_hash *hash = &source->hashes[i];
        uint32_t place = ki_ring16_place(hash->band[making->band]) - making->first;
        if (place < nplaces) {
            uint32_t code = ki_rest_code(hash->band[second], 32 - id_nbits);
            ki_ring_heaps_add(heaps, place, hash->band[next], i | code << id_nbits);
        }
    }
}

/* Where the next posting of a bucket goes. */
struct cursor {
    uint16_t *sketch;
    uint16_t *word;
};

/* The buckets of the places first … end − 1, which stand together in the cache. */
static void fill_buckets(const struct making *making, const struct ki_ring_row *rows,
                         uint32_t first, uint32_t end)
{
    struct cursor cursors[KI_RING_NVALUES / KI_RING_MOST_HEAPS];
    const uint32_t *offsets = making->offsets;
    const struct ki_ring_row *end_of_rows = rows + (offsets[end] - offsets[first]);
    for (uint32_t p = first; p < end; p++) {
        uint16_t *bucket = bucket_of(making, p);
        cursors[p - first] =
            (struct cursor){bucket, bucket + (offsets[p + 1] - offsets[p])};
    }
    for (; rows < end_of_rows; rows++) {
        struct cursor *cursor = &cursors[rows->place];
        *cursor->sketch++ = rows->sketch;
        memcpy(cursor->word, &rows->word, sizeof rows->word);
        cursor->word += 2;
    }
    for (uint32_t p = first; p < end; p++) {
        uint32_t count = offsets[p + 1] - offsets[p];
        ki_ring_split_words(bucket_of(making, p) + count, count,
                            making->source->id_nbits, making->scratch);
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

static uint32_t most_postings(const uint32_t *offsets, uint32_t first, uint32_t end)
{
    uint32_t most = 0;
    for (uint32_t p = first; p < end; p++) {
        uint32_t count = offsets[p + 1] - offsets[p];
        most = count > most ? count : most;
    }
    return most;
}

static void place_heaps(const struct making *making, struct ki_ring_heaps *heaps)
{
    const uint32_t step = (uint32_t)1 << heaps->shift;
    for (uint32_t first = making->first; first < making->end; first += step) {
        uint32_t end = making->end - first < step ? making->end : first + step;
        ki_ring_heaps_place(heaps, making->offsets[end] - making->offsets[first]);
    }
}

bool ki_ring16_fill_band(const struct ki_ring16_source *source, unsigned band,
                         const uint32_t *offsets, uint32_t first, uint32_t end,
                         uint16_t *buckets)
{
    size_t most = most_postings(offsets, first, end);
    struct making making = {source, band, offsets, first, end, NULL, NULL};
    making.buckets = buckets;
    making.scratch = malloc((most + 1) * sizeof *making.scratch);
    bool is_good = making.scratch &&
                   ki_ring_room_reserve(source->room, offsets[end] - offsets[first]);
    if (is_good) {
        struct ki_ring_heaps heaps;
        ki_ring_heaps_begin(&heaps, source->room, end - first);
        place_heaps(&making, &heaps);
        fill_heaps(&making, &heaps);
        ki_ring_heaps_end(&heaps);
        sort_heaps(&making, &heaps);
    }
    free(making.scratch);
    return is_good;
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
        const uint16_t *after = ring->buckets[band] + (size_t)3 * offsets[v] + count;
        for (uint32_t k = 0; k < count; k++) {
            uint64_t bit = ki_ring16_id_bit(id_nbits, count, k);
            is_good &= ki_ring16_bits(after, bit, id_nbits) < ring->nhashes;
        }
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
