/* SPDX-License-Identifier: Apache-2.0 */
/* From a hash to hits, over all segments of a generation. */
#include "index/lookup.h"

#include <stdlib.h>
#include <string.h>

#include "base/checked.h"
#include "hash/gate.h"
#include "index/generation.h"

enum { MOST_TOGETHER = 16 };

struct lookup {
    const struct ki_index *index;
    size_t isegment;
    const struct ki_segment *segment; /* segments[isegment] */
    enum ki_kind kind;
    int radius;   /* or KI_RADIUS_OF_LIST */
    size_t query; /* its number */
    bool only_released;
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
        .member = entry.member,
        .nvotes_for = entry.nvotes_for,
        .nvotes_against = entry.nvotes_against,
        .kind = lookup->kind,
        .distance = distance,
        .query = lookup->query,
    };
    return true;
}

/* In a segment stand those that nothing is doubted about, and those released. What says
 * nothing at all is refused by imports, and so was not released. */
static bool was_released(const struct ki_segment *segment, uint32_t id)
{
    struct ki_pdq pdq = ki_ring_unpermute(&segment->pdq_hashes[id]);
    return ki_pdq_doubts(&pdq) != 0 && !ki_pdq_is_meaningless(&pdq);
}

static bool report_pdq(void *context, uint32_t id, unsigned distance)
{
    const struct lookup *lookup = context;
    if (lookup->only_released && !was_released(lookup->segment, id)) {
        return true;
    }
    return add_hit(lookup, lookup->segment->pdq_entries[id], distance);
}

/* The PDQ hashes among some queries, all together. */
static bool lookup_pdqs(const struct lookup *lookup, const struct ki_hash *queries,
                        size_t nqueries)
{
    struct ki_ring_hash permuted[MOST_TOGETHER];
    struct ki_ring_job jobs[MOST_TOGETHER];
    struct lookup contexts[MOST_TOGETHER];
    size_t njobs = 0;
    for (size_t i = 0; i < nqueries; i++) {
        struct ki_pdq pdq;
        if (queries[i].kind != KI_KIND_PDQ) {
            continue;
        }
        memcpy(pdq.bytes, queries[i].bytes, sizeof pdq.bytes);
        permuted[njobs] = ki_ring_permute(&pdq);
        contexts[njobs] = *lookup;
        contexts[njobs].kind = KI_KIND_PDQ;
        contexts[njobs].query = lookup->query + i;
        jobs[njobs] = (struct ki_ring_job){&permuted[njobs], &contexts[njobs]};
        njobs++;
    }
    unsigned radius = lookup->radius == KI_RADIUS_OF_LIST ? lookup->index->radius_most
                                                          : (unsigned)lookup->radius;
    return njobs == 0 ||
           ki_segment_search_many(lookup->segment, jobs, njobs, radius, report_pdq);
}

static bool lookup_digest(const struct lookup *lookup, const struct ki_hash *query)
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

static bool lookup_digests(const struct lookup *lookup, const struct ki_hash *queries,
                           size_t nqueries)
{
    for (size_t i = 0; i < nqueries; i++) {
        struct lookup one = *lookup;
        one.kind = queries[i].kind;
        one.query = lookup->query + i;
        if (queries[i].kind != KI_KIND_PDQ && !lookup_digest(&one, &queries[i])) {
            return false;
        }
    }
    return true;
}

/* At most MOST_TOGETHER queries, of which the first has the number `first`. */
static enum ki_status lookup_some(const struct ki_index *index,
                                  const struct ki_hash *queries, size_t nqueries,
                                  size_t first, const struct lookup *wanted)
{
    struct lookup lookup = *wanted;
    lookup.query = first;
    for (size_t i = 0; i < index->manifest.nsegments; i++) {
        lookup.isegment = i;
        lookup.segment = index->segments[i];
        if (!lookup_pdqs(&lookup, queries, nqueries) ||
            !lookup_digests(&lookup, queries, nqueries)) {
            return KI_ERR_NO_MEMORY;
        }
    }
    return KI_OK;
}

static enum ki_status lookup_in_turns(const struct lookup *wanted,
                                      const struct ki_hash *queries, size_t nqueries)
{
    bool is_good =
        wanted->radius >= KI_RADIUS_OF_LIST && wanted->radius <= KI_RADIUS_MAX;
    for (size_t i = 0; i < nqueries; i++) {
        is_good = is_good && (unsigned)queries[i].kind < KI_NKINDS;
    }
    if (!is_good) {
        return KI_ERR_ARGUMENT;
    }
    enum ki_status status = KI_OK;
    for (size_t i = 0; i < nqueries && status == KI_OK; i += MOST_TOGETHER) {
        size_t count = nqueries - i < MOST_TOGETHER ? nqueries - i : MOST_TOGETHER;
        status = lookup_some(wanted->index, queries + i, count, i, wanted);
    }
    return status;
}

enum ki_status ki_index_lookup_many(const struct ki_index *index,
                                    const struct ki_hash *queries, size_t nqueries,
                                    int radius, struct ki_hits *hits)
{
    const struct lookup wanted = {.index = index, .radius = radius, .hits = hits};
    return lookup_in_turns(&wanted, queries, nqueries);
}

enum ki_status ki_index_lookup_released(const struct ki_index *index,
                                        const struct ki_hash *queries, size_t nqueries,
                                        int radius, struct ki_hits *hits)
{
    const struct lookup wanted = {
        .index = index, .radius = radius, .only_released = true, .hits = hits};
    return lookup_in_turns(&wanted, queries, nqueries);
}

enum ki_status ki_index_lookup(const struct ki_index *index,
                               const struct ki_hash *query, int radius,
                               struct ki_hits *hits)
{
    return ki_index_lookup_many(index, query, 1, radius, hits);
}
