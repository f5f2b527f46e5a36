/* SPDX-License-Identifier: Apache-2.0 */
/* Making the tables of PDQ hashes. */
#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "index/segment_rings.h"
#include "index/segment_tables.h"

/* Memory in which the tables of ring16 are made, a part of a band at a time. */
struct workshop {
    struct ki_ring_room room;
    uint32_t *offsets;
    uint16_t *buckets;
    size_t buckets_nbytes;
};

static void workshop_open(struct ki_segment_file *file, struct workshop *workshop,
                          size_t nhashes, size_t most_nbytes)
{
    size_t most = most_nbytes / (KI_RING16_POSTING_NBYTES + KI_RING_ROW_NBYTES);
    size_t npostings = nhashes < most ? nhashes : most;
    workshop->buckets_nbytes = npostings * KI_RING16_POSTING_NBYTES;
    workshop->offsets = malloc(KI_RING_NOFFSETS * sizeof *workshop->offsets);
    void *map = mmap(NULL, workshop->buckets_nbytes, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (map == MAP_FAILED || !workshop->offsets) {
        file->result = ENOMEM;
    }
    if (map != MAP_FAILED) {
        (void)madvise(map, workshop->buckets_nbytes, MADV_HUGEPAGE);
        workshop->buckets = map;
    }
}

static void workshop_close(struct workshop *workshop)
{
    free(workshop->offsets);
    ki_ring_room_free(&workshop->room);
    if (workshop->buckets) {
        (void)munmap(workshop->buckets, workshop->buckets_nbytes);
    }
}

/* Buckets from `first` on that fit the workshop: one past the last; first if not even
 * one does. */
static uint32_t end_of_part(const struct workshop *workshop, uint32_t first)
{
    const uint32_t *offsets = workshop->offsets;
    size_t most = workshop->buckets_nbytes / KI_RING16_POSTING_NBYTES;
    uint32_t end = first;
    while (end < KI_RING_NVALUES && offsets[end + 1] - offsets[first] <= most) {
        end++;
    }
    return end;
}

/* A bucket that is larger than the workshop, which only a hostile list makes, is filled
 * in the map. */
static void put_buckets(struct ki_segment_file *file, const struct ki_table *table,
                        size_t first_at, const struct ki_ring16_source *source,
                        unsigned band, const struct workshop *workshop)
{
    const uint32_t *offsets = workshop->offsets;
    uint32_t end = 0;
    for (uint32_t first = 0; first < KI_RING_NVALUES && file->result == MDB_SUCCESS;
         first = end) {
        size_t at = first_at + (size_t)offsets[first] * KI_RING16_POSTING_NBYTES;
        end = end_of_part(workshop, first);
        bool fits = end > first;
        end += !fits;
        size_t nbytes =
            (size_t)(offsets[end] - offsets[first]) * KI_RING16_POSTING_NBYTES;
        uint16_t *buckets =
            fits ? workshop->buckets : (uint16_t *)(void *)(table->at + at);
        if (!ki_ring16_fill_band(source, band, offsets, first, end, buckets)) {
            file->result = ENOMEM;
        } else if (fits) {
            ki_segment_file_write(file, table, at, buckets, nbytes);
        }
    }
}

static void put_ring16(struct ki_segment_file *file, const struct ki_ring_hash *hashes,
                       uint32_t n, size_t workshop_nbytes)
{
    struct workshop workshop = {0};
    const struct ki_ring16_source source = {hashes, n, ki_ring16_id_nbits(n),
                                            &workshop.room};
    const struct ki_band_layout layout = ki_band_layout(n);
    workshop_open(file, &workshop, n, workshop_nbytes);
    for (unsigned band = 0; band < layout.nbands && file->result == MDB_SUCCESS;
         band++) {
        char name[KI_TABLE_NAME_NBYTES];
        ki_table_name_band(band, name);
        struct ki_table table = ki_segment_file_table(file, name, layout.nbytes);
        ki_ring16_count_band(&source, band, workshop.offsets);
        ki_segment_file_write(file, &table, 0, workshop.offsets,
                              KI_RING_NOFFSETS * sizeof *workshop.offsets);
        put_buckets(file, &table, layout.first_at, &source, band, &workshop);
    }
    workshop_close(&workshop);
}

/* Small enough to be made in place. */
static void put_ring8(struct ki_segment_file *file, const struct ki_ring_hash *hashes,
                      uint32_t n)
{
    const struct ki_band_layout layout = ki_band_layout(n);
    for (unsigned band = 0; band < layout.nbands; band++) {
        char name[KI_TABLE_NAME_NBYTES];
        ki_table_name_band(band, name);
        struct ki_table table = ki_segment_file_table(file, name, layout.nbytes);
        if (table.at) {
            ki_ring8_build_band(hashes, n, band, (uint32_t *)(void *)table.at,
                                (uint16_t *)(void *)(table.at + layout.first_at),
                                (uint32_t *)(void *)(table.at + layout.ids_at));
        }
    }
}

/* A table of a lined ring under way: its file, and where in it records begin. */
struct lines_table {
    struct ki_segment_file *file;
    struct ki_table table;
    size_t records_at;
};

static bool put_part(void *context, bool is_line, size_t at, const void *bytes,
                     size_t nbytes)
{
    struct lines_table *table = context;
    ki_segment_file_write(table->file, &table->table,
                          is_line ? at : table->records_at + at, bytes, nbytes);
    return table->file->result == MDB_SUCCESS;
}

static void put_lines(struct ki_segment_file *file, enum ki_ring ring,
                      const struct ki_lined_source *source, unsigned band,
                      uint32_t *counts, size_t nrows)
{
    struct lines_table table = {.file = file,
                                .records_at = ki_lined_nlines(&source->shape, band) *
                                              sizeof(struct ki_line)};
    const struct ki_lined_sink sink = {put_part, &table};
    size_t nunits = ki_lined_count_band(source, band, counts);
    char name[KI_TABLE_NAME_NBYTES];
    ki_table_name_lined(ring, band, name);
    table.table =
        ki_segment_file_table(file, name, table.records_at + nunits * sizeof(uint16_t));
    if (file->result == MDB_SUCCESS &&
        !ki_lined_make_band(source, band, counts, nrows, &sink) &&
        file->result == MDB_SUCCESS) {
        file->result = ENOMEM;
    }
}

static void put_lined(struct ki_segment_file *file, const struct ki_ring_hash *hashes,
                      uint32_t n, enum ki_ring ring, size_t workshop_nbytes)
{
    struct ki_ring_room room = {0};
    const struct ki_lined_source source = {hashes, n, ki_ring16_id_nbits(n),
                                           ki_segment_lined_shape(ring, n), &room};
    const size_t nrows = workshop_nbytes / KI_RING_ROW_NBYTES;
    uint32_t *counts = malloc(sizeof *counts << KI_LINED_MOST_WIDTH);
    if (!counts) {
        file->result = ENOMEM;
    }
    for (unsigned band = 0; band < source.shape.nbands && file->result == MDB_SUCCESS;
         band++) {
        put_lines(file, ring, &source, band, counts, nrows);
    }
    ki_ring_room_free(&room);
    free(counts);
}

void ki_segment_put_rings(struct ki_segment_file *file,
                          const struct ki_ring_hash *hashes, uint32_t n,
                          enum ki_ring ring, size_t workshop_nbytes)
{
    switch (ring) {
    case KI_RING8:
        put_ring8(file, hashes, n);
        break;
    case KI_RING16:
        put_ring16(file, hashes, n, workshop_nbytes);
        break;
    case KI_LINED16:
    case KI_RING12:
        put_lined(file, hashes, n, ring, workshop_nbytes);
        break;
    }
}

/* Of a lined ring as if no sketch were in a line. */
size_t ki_segment_rings_nbytes(uint32_t n, enum ki_ring ring)
{
    enum { PAGES_NBYTES = 16384 };
    if (!ki_ring_is_lined(ring)) {
        struct ki_band_layout layout = ki_band_layout(n);
        return layout.nbands * (layout.nbytes + PAGES_NBYTES);
    }
    const struct ki_lined_shape shape = ki_segment_lined_shape(ring, n);
    size_t nbytes = 0;
    for (unsigned band = 0; band < shape.nbands; band++) {
        nbytes += ki_lined_nlines(&shape, band) * sizeof(struct ki_line) +
                  (size_t)n * KI_RING16_POSTING_NBYTES + PAGES_NBYTES;
    }
    return nbytes;
}
