/* SPDX-License-Identifier: Apache-2.0 */
#include "match/queries.h"

#include <stdlib.h>
#include <string.h>

#include "index/lookup.h"

enum { MOST_QUERIES = KI_MATCH_MOST * (KI_NKINDS + KI_NMODES * KI_NTRANSFORMS) };

/* How a hash was made. */
struct origin {
    size_t input;
    enum ki_mode mode;
    enum ki_transform transform;
    unsigned quality;
};

struct queries {
    struct ki_hash hashes[MOST_QUERIES];
    struct origin origins[MOST_QUERIES];
    size_t count;
};

static void add_digests(struct queries *queries, const struct ki_hashes *hashes,
                        size_t input)
{
    for (unsigned kind = KI_KIND_MD5; kind < KI_NKINDS; kind++) {
        if (hashes->digests & KI_BIT(kind)) {
            queries->hashes[queries->count] = hashes->digest[kind];
            queries->origins[queries->count++] = (struct origin){.input = input};
        }
    }
}

static void add_pdq(struct queries *queries, const struct ki_pdq_result *pdq,
                    const struct origin *origin)
{
    struct ki_hash *hash = &queries->hashes[queries->count];
    *hash = (struct ki_hash){.kind = KI_KIND_PDQ};
    memcpy(hash->bytes, pdq->hashes[origin->transform].bytes, KI_PDQ_NBYTES);
    queries->origins[queries->count++] = *origin;
}

static void add_pdqs(struct queries *queries, const struct ki_hashes *hashes,
                     size_t input, unsigned ntransforms, bool are_degenerate)
{
    for (unsigned mode = 0; mode < KI_NMODES; mode++) {
        const struct ki_pdq_result *pdq = &hashes->pdq[mode];
        if (!pdq->present || pdq->is_degenerate != are_degenerate) {
            continue;
        }
        for (unsigned t = 0; t < ntransforms; t++) {
            const struct origin origin = {input, (enum ki_mode)mode,
                                          (enum ki_transform)t, pdq->quality};
            add_pdq(queries, pdq, &origin);
        }
    }
}

static bool counts(const struct ki_list_rule *rule, const struct ki_hit *hit,
                   unsigned quality)
{
    return hit->kind != KI_KIND_PDQ ||
           (quality >= rule->min_quality && hit->distance <= rule->radius &&
            (rule->modes & KI_BIT(hit->mode)) != 0 &&
            (rule->dihedral || hit->transform == KI_TRANSFORM_ORIGINAL));
}

/* Says of each hit how its query was made, and drops those that do not count: of lists
 * that ask for a better picture, or do not want it turned. */
static void settle_hits(const struct ki_ruling *ruling, const struct queries *queries,
                        struct ki_hits *hits, size_t first)
{
    size_t kept = first;
    for (size_t i = first; i < hits->nhits; i++) {
        struct ki_hit hit = hits->items[i];
        const struct origin *origin = &queries->origins[hit.query];
        hit.mode = origin->mode;
        hit.transform = origin->transform;
        hit.query = origin->input;
        if (counts(ki_ruling_of(ruling, hit.list), &hit, origin->quality)) {
            hits->items[kept++] = hit;
        }
    }
    hits->nhits = kept;
}

/* Hashes that say too little find only what was released although it says too little.
 */
static enum ki_status look_up(const struct ki_match_request *request,
                              const struct ki_hashes *hashes, size_t ninputs,
                              bool are_degenerate, struct ki_hits *hits)
{
    const unsigned ntransforms = request->options->dihedral ? KI_NTRANSFORMS : 1;
    struct queries queries;
    queries.count = 0;
    for (size_t i = 0; i < ninputs; i++) {
        if (!are_degenerate) {
            add_digests(&queries, &hashes[i], i);
        }
        add_pdqs(&queries, &hashes[i], i, ntransforms, are_degenerate);
    }
    size_t first = hits->nhits;
    enum ki_status status = (are_degenerate ? ki_index_lookup_released
                                            : ki_index_lookup_many)(
        request->index, queries.hashes, queries.count, request->ruling->radius, hits);
    settle_hits(request->ruling, &queries, hits, first);
    return status;
}

static int compare_inputs(const void *a, const void *b)
{
    const struct ki_hit *x = a;
    const struct ki_hit *y = b;
    return (x->query > y->query) - (x->query < y->query);
}

enum ki_status ki_queries_look_up(const struct ki_match_request *request,
                                  const struct ki_hashes *hashes, size_t ninputs,
                                  struct ki_hits *hits)
{
    hits->nhits = 0;
    enum ki_status status = look_up(request, hashes, ninputs, false, hits);
    if (status == KI_OK) {
        status = look_up(request, hashes, ninputs, true, hits);
    }
    if (ninputs > 1 && hits->nhits > 1) {
        qsort(hits->items, hits->nhits, sizeof *hits->items, compare_inputs);
    }
    return status;
}
