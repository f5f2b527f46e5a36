/* SPDX-License-Identifier: Apache-2.0 */
/* From a hash to hits, over all segments of a generation. */
#include <knownimage/index.h>

#include <stdlib.h>
#include <string.h>

#include "base/checked.h"
#include "index/generation.h"

struct lookup {
    const struct ki_index *index;
    size_t isegment;
    const struct ki_segment *segment; /* segments[isegment] */
    enum ki_kind kind;
    int radius; /* or KI_RADIUS_OF_LIST */
    struct ki_hits *hits;
};

void ki_hits_free(struct ki_hits *hits)
{
    free(hits->items);
    memset(hits, 0, sizeof *hits);
}

/* Resolves an entry of the segment; true if it was kept or does not count, false if
 * memory ran out. */
static bool add_hit(const struct lookup *lookup, uint32_t entry_index,
                    unsigned distance)
{
    struct ki_segment_entry entry = ki_segment_entry(lookup->segment, entry_index);
    const struct ki_list_info *list =
        ki_generation_live(lookup->index, lookup->isegment, &entry);
    if (!list || (lookup->radius == KI_RADIUS_OF_LIST && distance > list->radius)) {
        return true;
    }
    struct ki_hits *hits = lookup->hits;
    void *items = hits->items;
    if (!ki_array_reserve(&items, &hits->capacity, hits->nhits + 1,
                          sizeof *hits->items)) {
        return false;
    }
    hits->items = items;
    hits->items[hits->nhits++] = (struct ki_hit){
        .list = list,
        .entry = entry.id,
        .category_scheme = entry.category_scheme,
        .category_code = entry.category_code,
        .kind = lookup->kind,
        .distance = distance,
    };
    return true;
}

static bool report_pdq(void *context, uint32_t id, unsigned distance)
{
    const struct lookup *lookup = context;
    return add_hit(lookup, lookup->segment->pdq_entries[id], distance);
}

static bool lookup_pdq(struct lookup *lookup, const struct ki_hash *query)
{
    struct ki_pdq pdq;
    memcpy(pdq.bytes, query->bytes, sizeof pdq.bytes);
    struct ki_ring_hash permuted = ki_ring_permute(&pdq);
    unsigned radius = lookup->radius == KI_RADIUS_OF_LIST ? lookup->index->radius_most
                                                          : (unsigned)lookup->radius;
    return ki_segment_search(lookup->segment, &permuted, radius, report_pdq, lookup);
}

static bool lookup_digest(struct lookup *lookup, const struct ki_hash *query)
{
    uint32_t first = 0;
    uint32_t end = 0;
    const struct ki_digest_table *table = &lookup->segment->digests[query->kind];
    if (!ki_digest_table_find(table, query->bytes, &first, &end)) {
        return true;
    }
    for (uint32_t i = first; i < end; i++) {
        if (!add_hit(lookup, lookup->segment->digest_entries[query->kind][i], 0)) {
            return false;
        }
    }
    return true;
}

enum ki_status ki_index_lookup(const struct ki_index *index,
                               const struct ki_hash *query, int radius,
                               struct ki_hits *hits)
{
    if ((unsigned)query->kind >= KI_NKINDS || radius < KI_RADIUS_OF_LIST ||
        radius > KI_RADIUS_MAX) {
        return KI_ERR_ARGUMENT;
    }
    struct lookup lookup = {
        .index = index,
        .kind = query->kind,
        .radius = radius,
        .hits = hits,
    };
    for (size_t i = 0; i < index->manifest.nsegments; i++) {
        lookup.isegment = i;
        lookup.segment = index->segments[i];
        bool is_done = query->kind == KI_KIND_PDQ ? lookup_pdq(&lookup, query)
                                                  : lookup_digest(&lookup, query);
        if (!is_done) {
            return KI_ERR_NO_MEMORY;
        }
    }
    return KI_OK;
}
