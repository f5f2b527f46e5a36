/* SPDX-License-Identifier: Apache-2.0 */
#include "match/hits.h"

#include <stdlib.h>
#include <string.h>

static int compare_numbers(unsigned a, unsigned b)
{
    return (a > b) - (a < b);
}

/* The same entry together, its nearest hit first. */
static int compare_identity(const void *a, const void *b)
{
    const struct ki_hit *x = a;
    const struct ki_hit *y = b;
    int order = compare_numbers(x->list->id, y->list->id);
    order = order ? order : strcmp(x->entry, y->entry);
    order = order ? order : compare_numbers(x->kind, y->kind);
    order = order ? order : compare_numbers(x->distance, y->distance);
    order = order ? order : compare_numbers(x->mode, y->mode);
    return order ? order : compare_numbers(x->transform, y->transform);
}

static bool is_same(const struct ki_hit *a, const struct ki_hit *b)
{
    return a->list->id == b->list->id && a->kind == b->kind &&
           strcmp(a->entry, b->entry) == 0;
}

/* What a hit decides: a match, a match without an action, nothing. Inert ones are last.
 */
static unsigned rank_of(const struct ki_hit *hit)
{
    static const unsigned ranks[KI_NPURPOSES] = {
        [KI_PURPOSE_MATCH] = 0,
        [KI_PURPOSE_TEST] = 1,
        [KI_PURPOSE_ALLOW] = 2,
    };
    return hit->is_inert ? KI_NPURPOSES : ranks[hit->list->purpose];
}

static int compare_strength(const void *a, const void *b)
{
    const struct ki_hit *x = a;
    const struct ki_hit *y = b;
    int order = compare_numbers(rank_of(x), rank_of(y));
    order =
        order ? order : compare_numbers(x->kind == KI_KIND_PDQ, y->kind == KI_KIND_PDQ);
    order = order ? order : compare_numbers(x->distance, y->distance);
    return order ? order : compare_identity(a, b);
}

void ki_hits_settle(struct ki_hits *hits)
{
    if (hits->nhits < 2) {
        return;
    }
    qsort(hits->items, hits->nhits, sizeof *hits->items, compare_identity);
    size_t kept = 1;
    for (size_t i = 1; i < hits->nhits; i++) {
        if (!is_same(&hits->items[kept - 1], &hits->items[i])) {
            hits->items[kept++] = hits->items[i];
        }
    }
    hits->nhits = kept;
    qsort(hits->items, hits->nhits, sizeof *hits->items, compare_strength);
}
