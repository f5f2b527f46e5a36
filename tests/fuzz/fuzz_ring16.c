/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tables of ring16 over a few hashes, changed as the input says: if they are found
 * good, every instruction set searches within them and reports the same.
 *
 * The first byte says which hash is asked for and how far, the rest is edits (edits.h).
 */
#include <stdlib.h>
#include <string.h>

#include "fuzz/edits.h"
#include "fuzz/fuzz.h"
#include "fuzz/ring_found.h"
#include "index/ring16.h"
#include "support/hashes.h"

enum { NHASHES = 100, ID_NBITS = 27, NTABLES = 2 * KI_RING_NBANDS + 1 };

/* Offsets of all bands, then their buckets, then the hashes. */
static struct fuzz_table originals[NTABLES];

static struct fuzz_table zeros(size_t nbytes)
{
    struct fuzz_table table = fuzz_table_make(NULL, 0, nbytes);
    table.is_copy = false;
    return table;
}

/* Hashes in clusters, so that buckets hold more than one. */
static void make_hashes(struct ki_ring_hash *hashes)
{
    struct random_state random = {11};
    for (uint32_t i = 0; i < NHASHES; i++) {
        struct ki_pdq pdq = hash_correlated(&random, 5, NHASHES / 10);
        hashes[i] = ki_ring_permute(&pdq);
    }
}

static void make_originals(void)
{
    struct ki_ring_hash hashes[NHASHES];
    struct ki_ring_room room = {0};
    make_hashes(hashes);
    for (unsigned band = 0; band < KI_RING_NBANDS; band++) {
        originals[band] = zeros(KI_RING_NOFFSETS * sizeof(uint32_t));
        originals[KI_RING_NBANDS + band] =
            zeros(NHASHES * KI_RING16_POSTING_NBYTES + KI_KERNEL_PADDING);
        void *offsets = originals[band].data;
        void *buckets = originals[KI_RING_NBANDS + band].data;
        const struct ki_ring16_source source = {hashes, NHASHES, ID_NBITS, &room};
        ki_ring16_count_band(&source, band, offsets);
        if (!ki_ring16_fill_band(&source, band, offsets, 0, KI_RING_NVALUES, buckets)) {
            abort();
        }
    }
    ki_ring_room_free(&room);
    originals[NTABLES - 1] = fuzz_table_make(hashes, sizeof hashes, sizeof hashes);
    originals[NTABLES - 1].is_copy = false;
}

/* False if a table is not even as large as it has to be: segments are refused then. */
static bool fill_ring(const struct fuzz_table tables[NTABLES], struct ki_ring16 *ring)
{
    const void *hashes = tables[NTABLES - 1].data;
    *ring =
        (struct ki_ring16){.nhashes = NHASHES, .id_nbits = ID_NBITS, .hashes = hashes};
    for (size_t i = 0; i < NTABLES; i++) {
        if (tables[i].nbytes != originals[i].nbytes) {
            return false;
        }
    }
    for (unsigned band = 0; band < KI_RING_NBANDS; band++) {
        const void *offsets = tables[band].data;
        const void *buckets = tables[KI_RING_NBANDS + band].data;
        ring->offsets[band] = offsets;
        ring->buckets[band] = buckets;
    }
    return true;
}

static bool search(void *context, const struct ki_kernel *kernel,
                   const struct ki_ring_job *job, unsigned radius)
{
    struct ki_ring16 *ring = context;
    ring->kernel = kernel;
    return ki_ring16_search_many(ring, job, 1, radius, ring_found_add);
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
    struct ki_ring16 ring;
    memcpy(tables, originals, sizeof tables);
    fuzz_tables_edit(tables, NTABLES, data + 1, nbytes - 1);
    if (fill_ring(tables, &ring) && ki_ring16_is_valid(&ring)) {
        struct ki_ring_hash query;
        memcpy(&query, originals[NTABLES - 1].data + data[0] / 3 * sizeof query,
               sizeof query);
        search_with_every_kernel(&ring, search, &query, NHASHES,
                                 KI_RADIUS_MAX - data[0] % 3 * (KI_RADIUS_MAX / 2));
    }
    fuzz_tables_forget(tables, NTABLES);
    return 0;
}
