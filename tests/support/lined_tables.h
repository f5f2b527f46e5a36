/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of a lined ring, made and searched. */
#ifndef KI_TESTS_SUPPORT_LINED_TABLES_H
#define KI_TESTS_SUPPORT_LINED_TABLES_H

#include <stdlib.h>
#include <string.h>

#include "base/cpu.h"
#include "index/lined.h"
#include "index/lined_bits.h"
#include "support/ring_queries.h"

struct tables {
    struct ki_lined ring;
    struct ki_ring_hash *hashes;
    struct ki_line *lines[KI_LINED_MOST_BANDS];
    uint16_t *records[KI_LINED_MOST_BANDS];
};

struct making {
    struct tables *tables;
    unsigned band;
    size_t at[2]; /* parts come in order */
};

static inline bool put(void *context, bool is_line, size_t at, const void *bytes,
                       size_t nbytes)
{
    struct making *making = context;
    unsigned band = making->band;
    char *to = is_line ? (char *)making->tables->lines[band]
                       : (char *)making->tables->records[band];
    cr_assert_eq(making->at[is_line], at);
    making->at[is_line] += nbytes;
    memcpy(to + at, bytes, nbytes);
    return true;
}

static inline void make_band(struct tables *tables,
                             const struct ki_lined_source *source, unsigned band,
                             size_t nrows)
{
    struct making making = {tables, band, {0, 0}};
    const struct ki_lined_sink sink = {put, &making};
    const size_t nlines = ki_lined_nlines(&source->shape, band);
    uint32_t *counts = malloc(nlines * sizeof *counts);
    cr_assert_not_null(counts);
    uint32_t nunits = ki_lined_count_band(source, band, counts);
    tables->lines[band] = aligned_alloc(64, nlines * sizeof(struct ki_line));
    tables->records[band] = malloc(nunits * sizeof(uint16_t) + KI_KERNEL_PADDING);
    cr_assert(tables->lines[band] && tables->records[band]);
    memset(tables->records[band], 0xaa, nunits * sizeof(uint16_t) + KI_KERNEL_PADDING);
    cr_assert(ki_lined_make_band(source, band, counts, nrows, &sink));
    cr_assert_eq(making.at[1], nlines * sizeof(struct ki_line));
    cr_assert_eq(making.at[0], nunits * sizeof(uint16_t));
    tables->ring.lines[band] = tables->lines[band];
    tables->ring.records[band] = tables->records[band];
    tables->ring.nunits[band] = nunits;
    free(counts);
}

/* With as many bits for a number as larger sets need, say. */
static inline void tables_build_as(struct tables *tables, unsigned id_nbits,
                                   struct ki_lined_shape shape,
                                   struct ki_ring_hash *hashes, uint32_t n)
{
    struct ki_ring_room room = {0};
    const struct ki_lined_source source = {hashes, n, id_nbits, shape, &room};
    tables->hashes = hashes;
    tables->ring = (struct ki_lined){.nhashes = n,
                                     .id_nbits = id_nbits,
                                     .kernel = ki_kernel_best(ki_cpu_features()),
                                     .hashes = hashes,
                                     .shape = source.shape};
    for (unsigned b = 0; b < shape.nbands; b++) {
        make_band(tables, &source, b, n / (1 + b % 3) + 1);
    }
    ki_ring_room_free(&room);
    cr_assert(ki_lined_is_valid(&tables->ring));
}

static inline void tables_free(struct tables *tables)
{
    free(tables->hashes);
    for (unsigned b = 0; b < tables->ring.shape.nbands; b++) {
        free(tables->lines[b]);
        free(tables->records[b]);
    }
}

static inline bool search_many(const void *ring, const struct ki_ring_job *jobs,
                               size_t njobs, unsigned radius, ki_ring_report report)
{
    return ki_lined_search_many(ring, jobs, njobs, radius, report);
}

static inline struct searched searched_of(const struct tables *tables)
{
    return (struct searched){&tables->ring, tables->hashes, tables->ring.nhashes,
                             search_many};
}

/* The postings of the fullest bucket of the first band. */
static inline uint32_t most_postings(const struct tables *tables)
{
    uint32_t most = 0;
    for (size_t p = 0; p + 1 < ki_lined_nlines(&tables->ring.shape, 0); p++) {
        uint32_t count = ki_lined_count(&tables->lines[0][p]);
        most = count > most ? count : most;
    }
    return most;
}

/* Every instruction set that runs here equals brute force. */
static inline void check_every_kernel(struct random_state *random,
                                      struct tables *tables, unsigned nqueries)
{
    for (size_t k = 0; ki_kernel_at(k); k++) {
        tables->ring.kernel = ki_kernel_at(k);
        if ((tables->ring.kernel->cpu_needs & ~ki_cpu_features()) == 0) {
            const struct searched searched = searched_of(tables);
            check_queries(random, &searched, nqueries, 31);
        }
    }
}

#endif
