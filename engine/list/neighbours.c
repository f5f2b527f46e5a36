/* SPDX-License-Identifier: Apache-2.0 */
#include "list/neighbours.h"

#include <stdlib.h>

#include "index/ring_tables.h"

enum { TOGETHER = 16, ITEMS_PER_QUESTION = 1024 };

struct finder {
    const struct ki_neighbours_request *request;
    struct ki_ring_hash *hashes; /* of the block */
    const struct ki_ring_tables *tables;
    size_t first; /* item that the block begins with */
    double nwork; /* queries of all blocks */
    double ndone;
};

struct query {
    const struct finder *finder;
    struct ki_neighbour *item;
    uint32_t nbefore; /* of its neighbours: those of earlier blocks */
    uint8_t nearest_before;
};

static bool report_neighbour(void *context, uint32_t id, unsigned distance)
{
    const struct query *query = context;
    const struct ki_neighbours_request *request = query->finder->request;
    struct ki_neighbour *item = query->item;
    if (request->items[query->finder->first + id].owner == item->owner) {
        return true;
    }
    item->nneighbours++;
    if (distance < item->nearest) {
        item->nearest = (uint8_t)distance;
    }
    return item->nneighbours < request->most_counted;
}

static void search_alone(const struct finder *finder, struct query *query)
{
    query->item->nneighbours = query->nbefore;
    query->item->nearest = query->nearest_before;
    (void)ki_ring_tables_search(finder->tables, &query->item->hash,
                                KI_NEIGHBOURS_RADIUS, report_neighbour, query);
}

/* A query that has met enough ends all that it is searched with: then each of them is
 * begun anew. */
static void search_together(struct finder *finder, size_t first, size_t end)
{
    struct query queries[TOGETHER];
    struct ki_ring_job jobs[TOGETHER];
    size_t n = 0;
    for (size_t i = first; i < end; i++) {
        struct ki_neighbour *item = &finder->request->items[i];
        if (item->nneighbours < finder->request->most_counted) {
            queries[n] = (struct query){finder, item, item->nneighbours, item->nearest};
            jobs[n] = (struct ki_ring_job){&item->hash, &queries[n]};
            n++;
        }
    }
    if (n == 0 || ki_ring_tables_search_many(finder->tables, jobs, n,
                                             KI_NEIGHBOURS_RADIUS, report_neighbour)) {
        return;
    }
    for (size_t i = 0; i < n; i++) {
        search_alone(finder, &queries[i]);
    }
}

static bool report_benign(void *context, uint32_t id, unsigned distance)
{
    const struct finder *finder = context;
    struct ki_neighbour *item = &finder->request->items[finder->first + id];
    if (distance < item->benign) {
        item->benign = (uint8_t)distance;
    }
    return true;
}

static void search_benign(struct finder *finder, size_t first, size_t end)
{
    struct ki_ring_hash hashes[TOGETHER];
    struct ki_ring_job jobs[TOGETHER];
    for (size_t i = first; i < end; i++) {
        hashes[i - first] = ki_ring_permute(&finder->request->benign[i]);
        jobs[i - first] = (struct ki_ring_job){&hashes[i - first], finder};
    }
    (void)ki_ring_tables_search_many(finder->tables, jobs, end - first,
                                     finder->request->benign_radius, report_benign);
}

/* All queries of one sort, a few at a time. */
static enum ki_status search_all(struct finder *finder, size_t nqueries,
                                 void (*search)(struct finder *, size_t first,
                                                size_t end))
{
    const struct ki_neighbours_request *request = finder->request;
    for (size_t i = 0; i < nqueries; i += TOGETHER) {
        if (i % ITEMS_PER_QUESTION == 0 && request->goes_on &&
            !request->goes_on(request->context,
                              (finder->ndone + (double)i) / finder->nwork)) {
            return KI_ERR_INTERRUPTED;
        }
        search(finder, i, nqueries - i < TOGETHER ? nqueries : i + TOGETHER);
    }
    finder->ndone += (double)nqueries;
    return KI_OK;
}

static enum ki_status search_block(struct finder *finder, size_t nhashes)
{
    struct ki_ring_tables *tables = NULL;
    const struct ki_neighbours_request *request = finder->request;
    for (size_t i = 0; i < nhashes; i++) {
        finder->hashes[i] = request->items[finder->first + i].hash;
    }
    enum ki_status status = ki_ring_tables_create(finder->hashes, nhashes, &tables);
    finder->tables = tables;
    if (status == KI_OK) {
        status = search_all(finder, request->nitems, search_together);
    }
    if (status == KI_OK) {
        status = search_all(finder, request->nbenign, search_benign);
    }
    ki_ring_tables_destroy(tables);
    return status;
}

enum ki_status ki_neighbours_find(const struct ki_neighbours_request *request)
{
    size_t block = request->block < request->nitems ? request->block : request->nitems;
    if (request->nitems == 0) {
        return KI_OK;
    }
    struct finder finder = {.request = request,
                            .hashes = malloc(block * sizeof *finder.hashes)};
    if (!finder.hashes) {
        return KI_ERR_NO_MEMORY;
    }
    size_t nblocks = (request->nitems + block - 1) / block;
    finder.nwork = (double)nblocks * (double)(request->nitems + request->nbenign);
    for (size_t i = 0; i < request->nitems; i++) {
        request->items[i].nneighbours = 0;
        request->items[i].nearest = KI_NEAREST_NONE;
        request->items[i].benign = KI_DISTANCE_NONE;
    }
    enum ki_status status = KI_OK;
    for (; finder.first < request->nitems && status == KI_OK; finder.first += block) {
        size_t left = request->nitems - finder.first;
        status = search_block(&finder, left < block ? left : block);
    }
    free(finder.hashes);
    return status;
}
