/* SPDX-License-Identifier: Apache-2.0 */
/* Making the tables of ring12: postings are sorted as ring_rows.h says, those of as
 * many buckets at once as there is memory for. */
#include <stdlib.h>
#include <string.h>

#include "index/ring12_bits.h"
#include "index/ring_rows.h"
#include "index/ring_words.h"

_Static_assert((1 << KI_RING12_MOST_WIDTH) / KI_RING_MOST_HEAPS <= UINT16_MAX + 1,
               "a row has room for its bucket in the heap");

/* The making of one band. */
struct making {
    const struct ki_ring12_source *source;
    const struct ki_ring12_sink *sink;
    const uint32_t *counts;
    unsigned band;
    uint32_t nplaces;
    uint32_t at; /* unit of the next record */
    struct ki_ring_row *rows;
    size_t nrows; /* there is room for */
};

/* Buckets first … end − 1 and their rows, in heaps of 2^shift buckets. */
struct range {
    uint32_t first;
    uint32_t end;
    size_t nrows;
    unsigned shift;
    size_t filled[KI_RING_MOST_HEAPS]; /* where the next row of a heap goes */
};

/* What a heap is made into. */
struct bench {
    struct ki_line *lines;
    uint16_t *records;
    uint32_t *scratch;
    uint32_t *filled; /* per bucket */
};

uint32_t ki_ring12_count_band(const struct ki_ring12_source *source, unsigned band,
                              uint32_t *counts)
{
    const uint32_t nplaces = (uint32_t)1 << source->shape.width[band];
    uint32_t nunits = 0;
    memset(counts, 0, nplaces * sizeof *counts);
    for (uint32_t i = 0; i < source->nhashes; i++) {
        counts[ki_ring12_line(&source->shape, &source->hashes[i], band)]++;
    }
    for (uint32_t p = 0; p < nplaces; p++) {
        nunits += ki_ring12_nunits(counts[p]);
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
    range.shift = ki_ring_heap_shift(range.end - first);
    return range;
}

static uint32_t end_of_heap(const struct range *range, uint32_t heap)
{
    uint64_t end = range->first + ((uint64_t)(heap + 1) << range->shift);
    return end < range->end ? (uint32_t)end : range->end;
}

static uint32_t count_heaps(const struct range *range)
{
    return ((range->end - range->first - 1) >> range->shift) + 1;
}

static void place_heaps(const struct making *making, struct range *range)
{
    size_t nrows = 0;
    uint32_t place = range->first;
    for (uint32_t heap = 0; heap < count_heaps(range); heap++) {
        range->filled[heap] = nrows;
        for (; place < end_of_heap(range, heap); place++) {
            nrows += making->counts[place];
        }
    }
}

/* A walk over all hashes. */
static void fill_heaps(const struct making *making, struct range *range)
{
    const struct ki_ring12_source *source = making->source;
    const struct ki_ring12_shape *shape = &source->shape;
    const unsigned next = ki_ring12_after(making->band, 1);
    const unsigned id_nbits = source->id_nbits;
    const uint32_t mask = ((uint32_t)1 << range->shift) - 1;
    for (uint32_t i = 0; i < source->nhashes; i++) {
        const struct ki_ring_hash *hash = &source->hashes[i];
        uint32_t place = ki_ring12_line(shape, hash, making->band);
        if (place < range->first || place >= range->end) {
            continue;
        }
        uint32_t code = ki_ring12_rest(shape, hash, making->band, 32 - id_nbits);
        place -= range->first;
        making->rows[range->filled[place >> range->shift]++] = (struct ki_ring_row){
            (uint16_t)(place & mask), ki_ring12_low(shape, hash, next),
            i | code << id_nbits};
    }
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
        line->count = (uint16_t)(m < KI_RING12_CROWDED ? m : KI_RING12_CROWDED);
        making->at += ki_ring12_nunits(m);
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
    memcpy(record + ki_ring12_nover(m) + (size_t)2 * k, &row->word, sizeof row->word);
}

static void pack_records(const struct making *making, struct bench *bench,
                         uint32_t first, uint32_t end)
{
    for (uint32_t p = first; p < end; p++) {
        uint32_t m = making->counts[p];
        uint32_t at = bench->lines[p - first].at - bench->lines[0].at;
        ki_ring_split_words(bench->records + at + ki_ring12_nover(m), m,
                            making->source->id_nbits, bench->scratch);
    }
}

static bool put_heap(struct making *making, struct bench *bench,
                     const struct ki_ring_row *rows,
                     const struct ki_ring_row *end_of_rows, uint32_t first,
                     uint32_t end)
{
    const struct ki_ring12_sink *sink = making->sink;
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
    size_t most_rows = 0;
    uint32_t most_postings = 0;
    uint32_t first = range->first;
    for (uint32_t heap = 0; heap < count_heaps(range); heap++) {
        size_t nrows = 0;
        for (; first < end_of_heap(range, heap); first++) {
            uint32_t m = making->counts[first];
            nrows += m;
            most_postings = m > most_postings ? m : most_postings;
        }
        most_rows = nrows > most_rows ? nrows : most_rows;
    }
    size_t nlines = (size_t)1 << range->shift;
    bench->lines = malloc(nlines * sizeof *bench->lines);
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

static bool make_range(struct making *making, struct range *range)
{
    struct bench bench = {0};
    bool is_good = bench_open(&bench, making, range);
    size_t row = 0;
    uint32_t first = range->first;
    if (is_good) {
        place_heaps(making, range);
        fill_heaps(making, range);
    }
    for (uint32_t heap = 0; heap < count_heaps(range) && is_good; heap++) {
        uint32_t end = end_of_heap(range, heap);
        is_good = put_heap(making, &bench, making->rows + row,
                           making->rows + range->filled[heap], first, end);
        row = range->filled[heap];
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

bool ki_ring12_make_band(const struct ki_ring12_source *source, unsigned band,
                         const uint32_t *counts, size_t nrows,
                         const struct ki_ring12_sink *sink)
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
    making.rows = malloc((making.nrows + 1) * sizeof *making.rows);
    bool is_good = making.rows && make_ranges(&making);
    free(making.rows);
    return is_good;
}
