/* SPDX-License-Identifier: Apache-2.0 */
#include "index/entries.h"

#include <stdlib.h>
#include <string.h>

#include "index/generation.h"

/* An entry of the segment at hand, and the first of the queries for it. */
struct place {
    uint32_t entry;
    size_t first;
};

struct search {
    struct ki_entry_query **queries; /* in order of list and id */
    size_t nqueries;
    struct place *places; /* in order of entry */
    size_t nplaces;
};

static int compare(uint32_t list_a, const char *a, uint32_t list_b, const char *b)
{
    return list_a != list_b ? (list_a > list_b) - (list_a < list_b) : strcmp(a, b);
}

static int compare_queries(const void *a, const void *b)
{
    const struct ki_entry_query *x = *(struct ki_entry_query *const *)a;
    const struct ki_entry_query *y = *(struct ki_entry_query *const *)b;
    return compare(x->list_id, x->id, y->list_id, y->id);
}

static bool is_same(const struct ki_entry_query *a, const struct ki_entry_query *b)
{
    return compare(a->list_id, a->id, b->list_id, b->id) == 0;
}

/* The first of the queries for it; nqueries if there is none. */
static size_t find_first(const struct search *search,
                         const struct ki_segment_entry *entry)
{
    size_t low = 0;
    size_t high = search->nqueries;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct ki_entry_query *query = search->queries[middle];
        if (compare(query->list_id, query->id, entry->list_id, entry->id) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    bool is_asked = low < search->nqueries &&
                    compare(search->queries[low]->list_id, search->queries[low]->id,
                            entry->list_id, entry->id) == 0;
    return is_asked ? low : search->nqueries;
}

static void answer(struct ki_entry_query *query, const struct ki_segment_entry *entry)
{
    query->is_found = true;
    query->category_scheme = entry->category_scheme;
    query->category_code = entry->category_code;
    query->nvotes_for = entry->nvotes_for;
    query->nvotes_against = entry->nvotes_against;
}

/* Every entry stands in one segment only that counts, so that there are never more
 * places than queries. */
static void find_places(struct search *search, const struct ki_index *index,
                        size_t isegment)
{
    const struct ki_segment *segment = index->segments[isegment];
    search->nplaces = 0;
    for (uint32_t i = 0; i < segment->nentries; i++) {
        struct ki_segment_entry entry = ki_segment_entry(segment, i);
        size_t first = find_first(search, &entry);
        if (first < search->nqueries && !entry.is_removed &&
            !search->queries[first]->is_found &&
            ki_generation_live(index, isegment, &entry)) {
            answer(search->queries[first], &entry);
            search->places[search->nplaces++] = (struct place){i, first};
        }
    }
}

static void note_kind(const struct search *search, uint32_t entry, enum ki_kind kind)
{
    size_t low = 0;
    size_t high = search->nplaces;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (search->places[middle].entry < entry) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    if (low < search->nplaces && search->places[low].entry == entry) {
        search->queries[search->places[low].first]->kinds |= KI_BIT(kind);
    }
}

static void note_kinds(const struct search *search, const struct ki_segment *segment)
{
    for (uint32_t i = 0; i < segment->npdq; i++) {
        note_kind(search, segment->pdq_entries[i], KI_KIND_PDQ);
    }
    for (unsigned kind = KI_KIND_PDQ + 1; kind < KI_NKINDS; kind++) {
        for (uint32_t i = 0; i < segment->digests[kind].nkeys; i++) {
            note_kind(search, segment->digest_entries[kind][i], (enum ki_kind)kind);
        }
    }
}

enum ki_status ki_index_find_entries(const struct ki_index *index,
                                     struct ki_entry_query *queries, size_t nqueries)
{
    struct search search = {.nqueries = nqueries};
    if (nqueries == 0) {
        return KI_OK;
    }
    search.queries = calloc(nqueries, sizeof(struct ki_entry_query *));
    search.places = calloc(nqueries, sizeof *search.places);
    if (!search.queries || !search.places) {
        free(search.queries);
        free(search.places);
        return KI_ERR_NO_MEMORY;
    }
    for (size_t i = 0; i < nqueries; i++) {
        queries[i].is_found = false;
        queries[i].kinds = 0;
        search.queries[i] = &queries[i];
    }
    qsort(search.queries, nqueries, sizeof(struct ki_entry_query *), compare_queries);
    for (size_t i = 0; i < index->manifest.nsegments; i++) {
        find_places(&search, index, i);
        if (search.nplaces > 0) {
            note_kinds(&search, index->segments[i]);
        }
    }
    for (size_t i = 1; i < nqueries; i++) {
        if (is_same(search.queries[i - 1], search.queries[i])) {
            *search.queries[i] = *search.queries[i - 1];
        }
    }
    free(search.queries);
    free(search.places);
    return KI_OK;
}
