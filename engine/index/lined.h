/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lined rings: the search of ring16.h in tables whose buckets are cache lines, each
 * found without a table of offsets. There are two of them.
 *
 * "lined16" has the sixteen bands of ring16 and probes what that probes. A query
 * touches 272 lines instead of 144 of offsets and one or two of each bucket; buckets
 * stand in the order of lined16_places.h, in which those of a band's probes are in
 * seven or eight pages of 4 KB. It is for as many hashes as fill the lines and do not
 * overflow them: 8 to 26 a bucket.
 *
 * "ring12" is for tens of millions of hashes and more. A bucket of ring16 grows with
 * the number of hashes; from some number on most of a search is reading sketches of
 * buckets that are too large. ring12 has 12 bands that are wide enough for buckets of
 * 13 to 26 postings, and probes more of them: of radius 31 eight bands with all values
 * two bits away and four with those one bit away, Σ t_b = 8 · 3 + 4 · 2 = 32, the
 * allowances and conditions being those of ring16.h. ring12_places.h says where its
 * lines are. Every third of its bands, from the first on, may be narrower.
 *
 * lines, 2^width and one more:
 *
 *     ┌────────┬──────────────┬────────────────────┐
 *     │ u32 at │ u16 postings │ first 29 sketches  │
 *     └────────┴──────────────┴────────────────────┘
 *
 * records, from unit `at` on:
 *
 *     ┌────────────────┬────────────────────────────┬────────────────────────┐
 *     │ other sketches │ rest codes, 32 − id_nbits  │ hash numbers, id_nbits │
 *     └────────────────┴────────────────────────────┴────────────────────────┘
 *
 * A unit is 16 bits; codes and numbers of a bucket are packed as ring16_layout.h says,
 * and a record begins where the one before ends. 65,535 postings or more are written as
 * 65,535: where the next record begins tells how many there are.
 *
 * Bands are pieces of the permuted hash (ring16.h), one after the other. What is left
 * over beyond the last is in no band: distances per band only get smaller, which misses
 * nothing. A sketch is the low 16 bits of the next band, or all of it; a rest code is
 * what is left of that band, and then low bits of the one after.
 */
#ifndef KI_INDEX_LINED_H
#define KI_INDEX_LINED_H

#include "index/ring16.h"

enum {
    KI_RING12_NBANDS = 12,
    KI_LINED_MOST_BANDS = KI_RING_NBANDS,
    KI_LINED_LEAST_WIDTH = 10,
    KI_LINED_MOST_WIDTH = 24,
    KI_LINED_MEAN_MOST = 26, /* postings in a wide bucket, on average */
    KI_LINED_MEAN_SPARSE = 16,
    KI_LINED16_LEAST = 8 * KI_RING_NVALUES,
    KI_LINED16_MOST = KI_LINED_MEAN_MOST * KI_RING_NVALUES,
    KI_LINED_CROWDED = 0xffff
};

/* Where bands are: bits first[b] … first[b] + width[b] − 1. */
struct ki_lined_shape {
    uint8_t nbands;
    uint8_t first[KI_LINED_MOST_BANDS];
    uint8_t width[KI_LINED_MOST_BANDS];
};
struct ki_lined_shape ki_ring12_shape(uint32_t nhashes);
struct ki_lined_shape ki_lined16_shape(void);

static inline bool ki_lined_is_16(const struct ki_lined_shape *shape)
{
    return shape->nbands == KI_RING_NBANDS;
}

/* The tables over n hashes; memory belongs to the segment. lines[b] stands on a
 * multiple of 64 bytes, and records[b] is followed by KI_KERNEL_PADDING readable bytes.
 */
struct ki_lined {
    uint32_t nhashes;
    unsigned id_nbits; /* as in struct ki_ring16 */
    const struct ki_kernel *kernel;
    const struct ki_ring_hash *hashes;
    struct ki_lined_shape shape;
    const struct ki_line *lines[KI_LINED_MOST_BANDS]; /* 2^width and one more */
    const uint16_t *records[KI_LINED_MOST_BANDS];
    uint32_t nunits[KI_LINED_MOST_BANDS]; /* of the records */
};

static inline size_t ki_lined_nlines(const struct ki_lined_shape *shape, unsigned band)
{
    return ((size_t)1 << shape->width[band]) + 1;
}

/* Checks what lookups rely on: records follow one another without a gap, hold n
 * postings in all and end with the table; numbers of hashes are < n. */
bool ki_lined_is_valid(const struct ki_lined *ring);

/* As ki_ring16_search_many. */
bool ki_lined_search_many(const struct ki_lined *ring, const struct ki_ring_job *jobs,
                          size_t njobs, unsigned radius, ki_ring_report report);

/* What tables are made from: at most KI_RING16_MOST hashes. */
struct ki_lined_source {
    const struct ki_ring_hash *hashes;
    uint32_t nhashes;
    unsigned id_nbits;
    struct ki_lined_shape shape;
    struct ki_ring_room *room;
};

/* Fills in how many postings each line of a band will have; counts has as many as the
 * band has values. Returns the units of the records. */
uint32_t ki_lined_count_band(const struct ki_lined_source *source, unsigned band,
                             uint32_t *counts);

/* Takes a part of a band's lines or records, `at` bytes from their beginning on; false
 * ends the making. Parts of each come in order. */
struct ki_lined_sink {
    bool (*put)(void *context, bool is_line, size_t at, const void *bytes,
                size_t nbytes);
    void *context;
};

/* Makes a band. Needs KI_RING_ROW_NBYTES of the room for each of nrows postings, or of
 * the longest bucket, and about a hundredth as much again. False if memory ran out or
 * the sink said so. */
KI_MUST_CHECK bool ki_lined_make_band(const struct ki_lined_source *source,
                                      unsigned band, const uint32_t *counts,
                                      size_t nrows, const struct ki_lined_sink *sink);

#endif
