/* SPDX-License-Identifier: Apache-2.0 */
/* Making the tables of a lined ring: postings are sorted as ring_rows.h says, those of
 * as many buckets at once as there is memory for. */
#include <stdlib.h>
#include <string.h>

#include "index/lined_bits.h"
#include "index/ring_rows.h"
#include "index/ring_words.h"

_Static_assert((1 << KI_LINED_MOST_WIDTH) / KI_RING_MOST_HEAPS <= UINT16_MAX + 1,
               "a row has room for its bucket in the heap");

/* The making of one band. */
struct making {
    const struct ki_lined_source *source;
    const struct ki_lined_sink *sink;
    const uint32_t *counts;
    unsigned band;
    uint32_t nplaces;
    uint32_t at;  /* unit of the next record */
    size_t nrows; /* there is room for */
    struct ki_ring_heaps heaps;
};

/* Buckets first … end − 1 and their rows. */
struct range {
    uint32_t first;
    uint32_t end;
    size_t nrows;
};

/* What a heap is made into. */
struct bench {
    struct ki_line *lines;
    uint16_t *records;
    uint32_t *scratch;
    uint32_t *filled; /* per bucket */
};

uint32_t ki_lined_count_band(const struct ki_lined_source *source, unsigned band,
                             uint32_t *counts)
{
    const uint32_t nplaces = (uint32_t)1 << source->shape.width[band];
    uint32_t nunits = 0;
    memset(counts, 0, nplaces * sizeof *counts);
    for (uint32_t i = 0; i < source->nhashes; i++) {
        const struct ki_ring_hash hash =
            ki_lined_turn(&source->shape, &source->hashes[i]);
        counts[ki_lined_line(&source->shape, &hash, band)]++;
    }
    for (uint32_t p = 0; p < nplaces; p++) {
        nunits += ki_lined_nunits(counts[p]);
    }
    return nunits;
}

/* From `first` on as many buckets as there is room for, one at least. */
static struct range next_range(const struct making *making, uint32_t first)
{
    struct range range = {.first = first, .end = first};
    while (range.end < making->nplaces &&
           (range.end == first ||
            range.nrows + making->counts[range.end] <= making->nrows)) {
        range.nrows += making->counts[range.end++];
    }
    return range;
}

/* Of the heap that begins with bucket `first`. */
static uint32_t end_of_heap(const struct making *making, const struct range *range,
                            uint32_t first)
{
    uint32_t step = (uint32_t)1 << making->heaps.shift;
    return range->end - first < step ? range->end : first + step;
}

static void place_heaps(struct making *making, const struct range *range)
{
    uint32_t end = 0;
    ki_ring_heaps_begin(&making->heaps, making->source->room,
                        range->end - range->first);
    for (uint32_t first = range->first; first < range->end; first = end) {
        size_t nrows = 0;
        end = end_of_heap(making, range, first);
        for (uint32_t p = first; p < end; p++) {
            nrows += making->counts[p];
        }
        ki_ring_heaps_place(&making->heaps, nrows);
    }
}

/* A walk over all hashes. */
static void fill_heaps(struct making *making, const struct range *range)
{
    const struct ki_lined_source *source = making->source;
    const struct ki_lined_shape *shape = &source->shape;
    const unsigned next = ki_lined_after(shape, making->band, 1);
    const unsigned id_nbits = source->id_nbits;
    for (uint32_t i = 0; i < source->nhashes; i++) {
        const struct ki_ring_hash hash = ki_lined_turn(shape, &source->hashes[i]);
        uint32_t place = ki_lined_line(shape, &hash, making->band);
        if (place < range->first || place >= range->end) {
            continue;
        }
        uint32_t code = ki_lined_rest(shape, &hash, making->band, 32 - id_nbits);
        ki_ring_heaps_add(&making->heaps, place - range->first,
                          ki_lined_low(shape, &hash, next), i | code << id_nbits);
    }
    ki_ring_heaps_end(&making->heaps);
}

/* Lines of the buckets first … end − 1, without sketches; returns their units. */
static uint32_t rule_lines(struct making *making, struct bench *bench, uint32_t first,
                           uint32_t end)
{
    uint32_t begin = making->at;
    memset(bench->lines, 0, (end - first) * sizeof *bench->lines);
    memset(bench->filled, 0, (end - first) * sizeof *bench->filled);
    for (uint32_t p = first; p < end; p++) {
        uint32_t m = making->counts[p];
        struct ki_line *line = &bench->lines[p - first];
        line->at = making->at;
        line->count = (uint16_t)(m < KI_LINED_CROWDED ? m : KI_LINED_CROWDED);
        making->at += ki_lined_nunits(m);
    }
    return making->at - begin;
}

static void place_row(const struct making *making, struct bench *bench,
                      const struct ki_ring_row *row, uint32_t first)
{
    uint32_t m = making->counts[first + row->place];
    uint32_t k = bench->filled[row->place]++;
    struct ki_line *line = &bench->lines[row->place];
    uint16_t *record = bench->records + (line->at - bench->lines[0].at);
    if (k < KI_LINE_NSKETCHES) {
        line->sketches[k] = row->sketch;
    } else {
        record[k - KI_LINE_NSKETCHES] = row->sketch;
    }
    memcpy(record + ki_lined_nover(m) + (size_t)2 * k, &row->word, sizeof row->word);
}

static void pack_records(const struct making *making, struct bench *bench,
                         uint32_t first, uint32_t end)
{
    for (uint32_t p = first; p < end; p++) {
        uint32_t m = making->counts[p];
        uint32_t at = bench->lines[p - first].at - bench->lines[0].at;
        ki_ring_split_words(bench->records + at + ki_lined_nover(m), m,
                            making->source->id_nbits, bench->scratch);
    }
}

static bool put_heap(struct making *making, struct bench *bench,
                     const struct ki_ring_row *rows,
                     const struct ki_ring_row *end_of_rows, uint32_t first,
                     uint32_t end)
{
    const struct ki_lined_sink *sink = making->sink;
    size_t at = (size_t)making->at * sizeof(uint16_t);
    uint32_t nunits = rule_lines(making, bench, first, end);
    for (; rows < end_of_rows; rows++) {
        place_row(making, bench, rows, first);
    }
    pack_records(making, bench, first, end);
    return sink->put(sink->context, true, (size_t)first * sizeof *bench->lines,
                     bench->lines, (end - first) * sizeof *bench->lines) &&
           sink->put(sink->context, false, at, bench->records,
                     nunits * sizeof *bench->records);
}

static bool bench_open(struct bench *bench, const struct making *making,
                       const struct range *range)
{
    const struct ki_ring_heaps *heaps = &making->heaps;
    size_t most_rows = 0;
    uint32_t most_postings = 0;
    for (uint32_t heap = 0; heap < heaps->nheaps; heap++) {
        size_t nrows = heaps->filled[heap] - heaps->begin[heap];
        most_rows = nrows > most_rows ? nrows : most_rows;
    }
    for (uint32_t p = range->first; p < range->end; p++) {
        uint32_t m = making->counts[p];
        most_postings = m > most_postings ? m : most_postings;
    }
    size_t nlines = (size_t)1 << heaps->shift;
    bench->lines = calloc(nlines, sizeof *bench->lines);
    bench->filled = malloc(nlines * sizeof *bench->filled);
    bench->scratch = malloc(((size_t)most_postings + 1) * sizeof *bench->scratch);
    bench->records = malloc((most_rows + 1) * KI_RING16_POSTING_NBYTES);
    return bench->lines && bench->filled && bench->scratch && bench->records;
}

static void bench_close(struct bench *bench)
{
    free(bench->lines);
    free(bench->filled);
    free(bench->scratch);
    free(bench->records);
}

static bool make_range(struct making *making, const struct range *range)
{
    const struct ki_ring_heaps *heaps = &making->heaps;
    struct bench bench = {0};
    place_heaps(making, range);
    fill_heaps(making, range);
    bool is_good = bench_open(&bench, making, range);
    uint32_t first = range->first;
    for (uint32_t heap = 0; heap < heaps->nheaps && is_good; heap++) {
        uint32_t end = end_of_heap(making, range, first);
        is_good = put_heap(making, &bench, heaps->rows + heaps->begin[heap],
                           heaps->rows + heaps->filled[heap], first, end);
        first = end;
    }
    bench_close(&bench);
    return is_good;
}

static bool make_ranges(struct making *making)
{
    uint32_t first = 0;
    while (first < making->nplaces) {
        struct range range = next_range(making, first);
        if (!make_range(making, &range)) {
            return false;
        }
        first = range.end;
    }
    const struct ki_line last = {.at = making->at};
    return making->sink->put(making->sink->context, true,
                             (size_t)making->nplaces * sizeof last, &last, sizeof last);
}

bool ki_lined_make_band(const struct ki_lined_source *source, unsigned band,
                        const uint32_t *counts, size_t nrows,
                        const struct ki_lined_sink *sink)
{
    struct making making = {.source = source,
                            .sink = sink,
                            .counts = counts,
                            .band = band,
                            .nplaces = (uint32_t)1 << source->shape.width[band]};
    making.nrows = nrows < source->nhashes ? nrows : source->nhashes;
    for (uint32_t p = 0; p < making.nplaces; p++) {
        making.nrows = counts[p] > making.nrows ? counts[p] : making.nrows;
    }
    return ki_ring_room_reserve(source->room, making.nrows) && make_ranges(&making);
}
