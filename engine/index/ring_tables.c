/* SPDX-License-Identifier: Apache-2.0 */
#include "index/ring_tables.h"

#include <stdlib.h>

#include "base/cpu.h"
#include "index/segment.h"

struct ki_ring_tables {
    struct ki_segment segment;         /* of it, what its searches use */
    void *blocks[3 * KI_RING8_NBANDS]; /* what they point to */
    size_t nblocks;
};

static void *block_make(struct ki_ring_tables *tables, size_t nitems,
                        size_t item_nbytes)
{
    void *block = malloc(nitems * item_nbytes + KI_KERNEL_PADDING);
    if (block) {
        tables->blocks[tables->nblocks++] = block;
    }
    return block;
}

static bool make_ring8_band(struct ki_ring_tables *tables, unsigned band)
{
    struct ki_ring8 *ring = &tables->segment.ring8;
    uint32_t *offsets = block_make(tables, KI_RING8_NOFFSETS, sizeof *offsets);
    uint16_t *sketches = block_make(tables, ring->nhashes, sizeof *sketches);
    uint32_t *ids = block_make(tables, ring->nhashes, sizeof *ids);
    if (!offsets || !sketches || !ids) {
        return false;
    }
    ki_ring8_build_band(ring->hashes, ring->nhashes, band, offsets, sketches, ids);
    ring->offsets[band] = offsets;
    ring->sketches[band] = sketches;
    ring->ids[band] = ids;
    return true;
}

static bool make_ring16_band(struct ki_ring_tables *tables, unsigned band,
                             struct ki_ring_room *room)
{
    struct ki_ring16 *ring = &tables->segment.ring16;
    const struct ki_ring16_source source = {ring->hashes, ring->nhashes, ring->id_nbits,
                                            room};
    uint32_t *offsets = block_make(tables, KI_RING_NOFFSETS, sizeof *offsets);
    uint16_t *buckets = block_make(tables, ring->nhashes, KI_RING16_POSTING_NBYTES);
    if (!offsets || !buckets) {
        return false;
    }
    ki_ring16_count_band(&source, band, offsets);
    ring->offsets[band] = offsets;
    ring->buckets[band] = buckets;
    return ki_ring16_fill_band(&source, band, offsets, 0, KI_RING_NVALUES, buckets);
}

static bool make_bands(struct ki_ring_tables *tables)
{
    unsigned nbands =
        tables->segment.ring == KI_RING8 ? KI_RING8_NBANDS : KI_RING_NBANDS;
    struct ki_ring_room room = {0};
    bool is_good = true;
    for (unsigned band = 0; band < nbands && is_good; band++) {
        is_good = tables->segment.ring == KI_RING8
                      ? make_ring8_band(tables, band)
                      : make_ring16_band(tables, band, &room);
    }
    ki_ring_room_free(&room);
    return is_good;
}

enum ki_status ki_ring_tables_create(const struct ki_ring_hash *hashes, size_t nhashes,
                                     struct ki_ring_tables **out)
{
    if (nhashes > KI_RING16_MOST) {
        return KI_ERR_LIMIT;
    }
    struct ki_ring_tables *tables = calloc(1, sizeof *tables);
    if (!tables) {
        return KI_ERR_NO_MEMORY;
    }
    uint32_t n = (uint32_t)nhashes;
    const struct ki_kernel *kernel = ki_kernel_best(ki_cpu_features());
    tables->segment.ring = n <= KI_SEGMENT_RING8_MOST ? KI_RING8 : KI_RING16;
    tables->segment.ring8 =
        (struct ki_ring8){.nhashes = n, .kernel = kernel, .hashes = hashes};
    tables->segment.ring16 = (struct ki_ring16){.nhashes = n,
                                                .id_nbits = ki_ring16_id_nbits(n),
                                                .kernel = kernel,
                                                .hashes = hashes};
    if (!make_bands(tables)) {
        ki_ring_tables_destroy(tables);
        return KI_ERR_NO_MEMORY;
    }
    *out = tables;
    return KI_OK;
}

void ki_ring_tables_destroy(struct ki_ring_tables *tables)
{
    if (!tables) {
        return;
    }
    for (size_t i = 0; i < tables->nblocks; i++) {
        free(tables->blocks[i]);
    }
    free(tables);
}

bool ki_ring_tables_search(const struct ki_ring_tables *tables,
                           const struct ki_ring_hash *query, unsigned radius,
                           ki_ring_report report, void *context)
{
    return ki_segment_search(&tables->segment, query, radius, report, context);
}

bool ki_ring_tables_search_many(const struct ki_ring_tables *tables,
                                const struct ki_ring_job *jobs, size_t njobs,
                                unsigned radius, ki_ring_report report)
{
    return ki_segment_search_many(&tables->segment, jobs, njobs, radius, report);
}
