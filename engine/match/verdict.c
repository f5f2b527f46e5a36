/* SPDX-License-Identifier: Apache-2.0 */
#include "match/verdict.h"

#include <string.h>

#include "match/hits.h"

/* The PDQ hashes to look for, and how each was made. */
struct pdq_queries {
    struct ki_hash hashes[KI_NMODES * KI_NTRANSFORMS];
    enum ki_mode modes[KI_NMODES * KI_NTRANSFORMS];
    enum ki_transform transforms[KI_NMODES * KI_NTRANSFORMS];
    unsigned qualities[KI_NMODES * KI_NTRANSFORMS];
    size_t count;
};

static void add_query(struct pdq_queries *queries, const struct ki_pdq_result *pdq,
                      enum ki_mode mode, enum ki_transform transform)
{
    size_t i = queries->count++;
    queries->hashes[i] = (struct ki_hash){.kind = KI_KIND_PDQ};
    memcpy(queries->hashes[i].bytes, pdq->hashes[transform].bytes, KI_PDQ_NBYTES);
    queries->modes[i] = mode;
    queries->transforms[i] = transform;
    queries->qualities[i] = pdq->quality;
}

/* Says of each hit how its query was made, and drops those of lists that ask for a
 * better picture. */
static void settle_hits(const struct pdq_queries *queries, struct ki_hits *hits,
                        size_t first)
{
    size_t kept = first;
    for (size_t i = first; i < hits->nhits; i++) {
        struct ki_hit hit = hits->items[i];
        if (queries->qualities[hit.query] >= hit.list->min_quality) {
            hit.mode = queries->modes[hit.query];
            hit.transform = queries->transforms[hit.query];
            hits->items[kept++] = hit;
        }
    }
    hits->nhits = kept;
}

static enum ki_status lookup_modes(const struct ki_match_request *request,
                                   const struct ki_hashes *hashes, struct ki_hits *hits)
{
    unsigned ntransforms = request->options->dihedral ? KI_NTRANSFORMS : 1;
    struct pdq_queries queries = {.count = 0};
    for (unsigned mode = 0; mode < KI_NMODES; mode++) {
        const struct ki_pdq_result *pdq = &hashes->pdq[mode];
        if (!pdq->present || pdq->is_degenerate) {
            continue;
        }
        for (unsigned t = 0; t < ntransforms; t++) {
            add_query(&queries, pdq, (enum ki_mode)mode, (enum ki_transform)t);
        }
    }
    size_t first = hits->nhits;
    enum ki_status status = ki_index_lookup_many(
        request->index, queries.hashes, queries.count, KI_RADIUS_OF_LIST, hits);
    settle_hits(&queries, hits, first);
    return status;
}

static enum ki_status lookup_all(const struct ki_match_request *request,
                                 const struct ki_hashes *hashes, struct ki_hits *hits)
{
    enum ki_status status = KI_OK;
    for (unsigned kind = KI_KIND_MD5; kind < KI_NKINDS && status == KI_OK; kind++) {
        if (hashes->digests & KI_BIT(kind)) {
            status = ki_index_lookup(request->index, &hashes->digest[kind], 0, hits);
        }
    }
    return status == KI_OK ? lookup_modes(request, hashes, hits) : status;
}

/* The quality that every list which could have made a match with PDQ is satisfied with.
 */
static unsigned quality_needed(const struct ki_index *index)
{
    unsigned needed = 0;
    bool has_pdq = false;
    for (size_t i = 0; i < ki_index_nlists(index); i++) {
        const struct ki_list_info *list = ki_index_list(index, i);
        if (list->purpose == KI_PURPOSE_MATCH && list->nhashes[KI_KIND_PDQ] > 0) {
            has_pdq = true;
            needed = list->min_quality > needed ? list->min_quality : needed;
        }
    }
    return has_pdq ? needed : KI_QUALITY_DEFAULT;
}

static bool is_low_information(const struct ki_match_request *request,
                               const struct ki_hashes *hashes)
{
    unsigned needed = quality_needed(request->index);
    for (unsigned mode = 0; mode < KI_NMODES; mode++) {
        const struct ki_pdq_result *pdq = &hashes->pdq[mode];
        if (pdq->present && (pdq->quality < needed || pdq->is_degenerate)) {
            return true;
        }
    }
    return false;
}

/* Why "no match" may not be said; NONE if it may. */
static enum ki_reason doubt(const struct ki_match_request *request,
                            const struct ki_hashes *hashes, enum ki_status lookups)
{
    unsigned digests = request->options->kinds & KI_ALL_DIGESTS;
    if (hashes->reason != KI_REASON_NONE) {
        return hashes->reason;
    }
    if (lookups != KI_OK || hashes->digests != digests) {
        return KI_REASON_OUT_OF_MEMORY;
    }
    if (!(request->options->kinds & KI_BIT(KI_KIND_PDQ))) {
        return KI_REASON_NONE; /* a request for digests only */
    }
    if (hashes->info.nframes != 1) {
        return KI_REASON_UNSUPPORTED_FRAMES;
    }
    return is_low_information(request, hashes) ? KI_REASON_LOW_INFORMATION
                                               : KI_REASON_NONE;
}

/* Hits are in order of what they decide: the first says whether any counts, and only
 * those of its purpose judge. Test lists corroborate neither each other nor others. */
static enum ki_tier find_tier(const struct ki_hits *hits)
{
    if (hits->nhits == 0 || hits->items[0].list->purpose == KI_PURPOSE_ALLOW) {
        return KI_TIER_NONE;
    }
    const struct ki_list_info *first = hits->items[0].list;
    if (hits->items[0].kind != KI_KIND_PDQ) {
        return KI_TIER_EXACT;
    }
    for (size_t i = 1; i < hits->nhits && first->purpose == KI_PURPOSE_MATCH; i++) {
        const struct ki_list_info *list = hits->items[i].list;
        if (list->purpose == KI_PURPOSE_MATCH &&
            strcmp(first->source, list->source) != 0) {
            return KI_TIER_CORROBORATED;
        }
    }
    return KI_TIER_NEAR;
}

static enum ki_action find_action(const struct ki_hits *hits)
{
    enum ki_action strongest = KI_ACTION_OBSERVE;
    for (size_t i = 0; i < hits->nhits; i++) {
        const struct ki_list_info *list = hits->items[i].list;
        if (list->purpose == KI_PURPOSE_MATCH && list->action > strongest) {
            strongest = list->action;
        }
    }
    return strongest;
}

static void fill_facts(const struct ki_match_request *request,
                       const struct ki_hashes *hashes, struct ki_result *result)
{
    memset(result, 0, sizeof *result);
    result->os_error = hashes->os_error;
    result->info = hashes->info;
    result->generation = ki_index_generation(request->index);
    for (unsigned mode = 0; mode < KI_NMODES && !result->has_quality; mode++) {
        result->has_quality = hashes->pdq[mode].present;
        result->quality = hashes->pdq[mode].quality;
    }
}

enum ki_status ki_match(const struct ki_match_request *request,
                        const struct ki_hashes *hashes, struct ki_hits *hits,
                        struct ki_result *result)
{
    hits->nhits = 0;
    enum ki_status status = lookup_all(request, hashes, hits);
    ki_hits_settle(hits);
    fill_facts(request, hashes, result);
    result->tier = find_tier(hits);
    if (result->tier != KI_TIER_NONE) {
        result->verdict = KI_VERDICT_MATCH;
        result->has_action = true;
        result->action = find_action(hits);
    } else {
        result->reason = doubt(request, hashes, status);
        result->verdict = result->reason == KI_REASON_NONE ? KI_VERDICT_NO_MATCH
                                                           : KI_VERDICT_NOT_EXAMINED;
    }
    result->hits = hits->items;
    result->nhits_total = hits->nhits;
    result->nhits = hits->nhits;
    if (request->max_hits > 0 && hits->nhits > request->max_hits) {
        result->nhits = request->max_hits;
    }
    return status;
}
