/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tables of ring12 over a few hashes, changed as the input says: if they are found
 * good, every instruction set searches within them and reports the same.
 *
 * The first byte says which hash is asked for and how far, the rest is edits (edits.h).
 */
#include <stdlib.h>
#include <string.h>

#include "fuzz/edits.h"
#include "fuzz/fuzz.h"
#include "fuzz/ring_found.h"
#include "index/lined.h"
#include "support/hashes.h"

enum { NHASHES = 120, NALIKE = 50, ID_NBITS = 27, NTABLES = 2 * KI_RING12_NBANDS + 1 };

/* Lines of all bands, then their records, then the hashes. */
static struct fuzz_table originals[NTABLES];

static struct fuzz_table zeros(size_t nbytes)
{
    struct fuzz_table table = fuzz_table_make(NULL, 0, nbytes);
    table.is_copy = false;
    return table;
}

/* Hashes in clusters, and one hash so often that no line holds its sketches. */
static void make_hashes(struct ki_ring_hash *hashes)
{
    struct random_state random = {11};
    for (uint32_t i = 0; i < NHASHES; i++) {
        struct ki_pdq pdq = hash_correlated(&random, 5, NHASHES / 10);
        hashes[i] = i > 0 && i < NALIKE ? hashes[0] : ki_ring_permute(&pdq);
    }
}

static struct ki_lined_source source_of(const struct ki_ring_hash *hashes)
{
    return (struct ki_lined_source){hashes, NHASHES, ID_NBITS, ki_ring12_shape(NHASHES),
                                    NULL};
}

static bool put(void *context, bool is_line, size_t at, const void *bytes,
                size_t nbytes)
{
    unsigned band = *(const unsigned *)context;
    size_t number = is_line ? band : KI_RING12_NBANDS + band;
    memcpy(originals[number].data + at, bytes, nbytes);
    return true;
}

static void make_originals(void)
{
    struct ki_ring_hash hashes[NHASHES];
    static uint32_t counts[1 << KI_LINED_LEAST_WIDTH];
    struct ki_ring_room room = {0};
    make_hashes(hashes);
    struct ki_lined_source source = source_of(hashes);
    source.room = &room;
    for (unsigned band = 0; band < KI_RING12_NBANDS; band++) {
        const struct ki_lined_sink sink = {put, &band};
        size_t nunits = ki_lined_count_band(&source, band, counts);
        originals[band] =
            zeros(ki_lined_nlines(&source.shape, band) * sizeof(struct ki_line));
        originals[KI_RING12_NBANDS + band] =
            zeros(nunits * sizeof(uint16_t) + KI_KERNEL_PADDING);
        require(ki_lined_make_band(&source, band, counts, NHASHES, &sink));
    }
    ki_ring_room_free(&room);
    originals[NTABLES - 1] = fuzz_table_make(hashes, sizeof hashes, sizeof hashes);
    originals[NTABLES - 1].is_copy = false;
}

/* False if a table is not as large as lookups take for granted: records alone may be
 * longer or shorter, as segments say. */
static bool fill_ring(const struct fuzz_table tables[NTABLES], struct ki_lined *ring)
{
    const void *hashes = tables[NTABLES - 1].data;
    *ring = (struct ki_lined){.nhashes = NHASHES,
                              .id_nbits = ID_NBITS,
                              .hashes = hashes,
                              .shape = ki_ring12_shape(NHASHES)};
    for (size_t i = 0; i < NTABLES; i++) {
        bool is_records = i >= KI_RING12_NBANDS && i < NTABLES - 1;
        if (is_records ? tables[i].nbytes < KI_KERNEL_PADDING
                       : tables[i].nbytes != originals[i].nbytes) {
            return false;
        }
    }
    for (unsigned band = 0; band < KI_RING12_NBANDS; band++) {
        const struct fuzz_table *records = &tables[KI_RING12_NBANDS + band];
        const void *lines = tables[band].data;
        const void *first = records->data;
        ring->lines[band] = lines;
        ring->records[band] = first;
        ring->nunits[band] =
            (uint32_t)((records->nbytes - KI_KERNEL_PADDING) / sizeof(uint16_t));
    }
    return true;
}

static bool search(void *context, const struct ki_kernel *kernel,
                   const struct ki_ring_job *job, unsigned radius)
{
    struct ki_lined *ring = context;
    ring->kernel = kernel;
    return ki_lined_search_many(ring, job, 1, radius, ring_found_add);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes)
{
    if (!originals[0].data) {
        make_originals();
    }
    if (nbytes == 0) {
        return 0;
    }
    struct fuzz_table tables[NTABLES];
    struct ki_lined ring;
    memcpy(tables, originals, sizeof tables);
    fuzz_tables_edit(tables, NTABLES, data + 1, nbytes - 1);
    if (fill_ring(tables, &ring) && ki_lined_is_valid(&ring)) {
        struct ki_ring_hash query;
        memcpy(&query, originals[NTABLES - 1].data + data[0] / 3 * sizeof query,
               sizeof query);
        search_with_every_kernel(&ring, search, &query, NHASHES,
                                 KI_RADIUS_MAX - data[0] % 3 * (KI_RADIUS_MAX / 2));
    }
    fuzz_tables_forget(tables, NTABLES);
    return 0;
}
