/* SPDX-License-Identifier: Apache-2.0 */
#include "match/verdict.h"

#include <stdio.h>
#include <string.h>

#include "index/lookup.h"
#include "match/category.h"
#include "match/flood.h"
#include "match/hits.h"
#include "match/judge.h"
#include "match/policy.h"

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

static bool counts(const struct ki_list_rule *rule, const struct ki_hit *hit,
                   unsigned quality)
{
    return quality >= rule->min_quality && hit->distance <= rule->radius &&
           (rule->modes & KI_BIT(hit->mode)) != 0 &&
           (rule->dihedral || hit->transform == KI_TRANSFORM_ORIGINAL);
}

/* Says of each hit how its query was made, and drops those that do not count: of lists
 * that ask for a better picture, or do not want it turned. */
static void settle_hits(const struct ki_ruling *ruling,
                        const struct pdq_queries *queries, struct ki_hits *hits,
                        size_t first)
{
    size_t kept = first;
    for (size_t i = first; i < hits->nhits; i++) {
        struct ki_hit hit = hits->items[i];
        hit.mode = queries->modes[hit.query];
        hit.transform = queries->transforms[hit.query];
        if (counts(ki_ruling_of(ruling, hit.list), &hit,
                   queries->qualities[hit.query])) {
            hits->items[kept++] = hit;
        }
    }
    hits->nhits = kept;
}

/* Hashes that say too little find only what was released although it says too little.
 */
static enum ki_status lookup_pdqs(const struct ki_match_request *request,
                                  const struct ki_hashes *hashes, bool are_degenerate,
                                  struct ki_hits *hits)
{
    unsigned ntransforms = request->options->dihedral ? KI_NTRANSFORMS : 1;
    struct pdq_queries queries = {.count = 0};
    for (unsigned mode = 0; mode < KI_NMODES; mode++) {
        const struct ki_pdq_result *pdq = &hashes->pdq[mode];
        if (!pdq->present || pdq->is_degenerate != are_degenerate) {
            continue;
        }
        for (unsigned t = 0; t < ntransforms; t++) {
            add_query(&queries, pdq, (enum ki_mode)mode, (enum ki_transform)t);
        }
    }
    size_t first = hits->nhits;
    enum ki_status status = (are_degenerate ? ki_index_lookup_released
                                            : ki_index_lookup_many)(
        request->index, queries.hashes, queries.count, request->ruling->radius, hits);
    settle_hits(request->ruling, &queries, hits, first);
    return status;
}

static enum ki_status lookup_modes(const struct ki_match_request *request,
                                   const struct ki_hashes *hashes, struct ki_hits *hits)
{
    enum ki_status status = lookup_pdqs(request, hashes, false, hits);
    return status == KI_OK ? lookup_pdqs(request, hashes, true, hits) : status;
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

static bool is_low_information(const struct ki_match_request *request,
                               const struct ki_hashes *hashes)
{
    unsigned needed = request->ruling->quality_needed;
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

static void fill_facts(const struct ki_match_request *request,
                       const struct ki_hashes *hashes, struct ki_result *result)
{
    memset(result, 0, sizeof *result);
    result->os_error = hashes->os_error;
    result->info = hashes->info;
    result->generation = ki_index_generation(request->index);
    (void)snprintf(result->policy, sizeof result->policy, "%s",
                   ki_policy_version(request->ruling->policy));
    for (unsigned mode = 0; mode < KI_NMODES && !result->has_quality; mode++) {
        result->has_quality = hashes->pdq[mode].present;
        result->quality = hashes->pdq[mode].quality;
    }
}

/* An input of which nothing is known is no traffic: it neither hits nor dilutes. */
static void guard_from_floods(const struct ki_match_request *request,
                              const struct ki_hashes *hashes, struct ki_hits *hits)
{
    const struct ki_policy *policy = request->ruling->policy;
    if (policy && policy->guard && (hashes->reason == KI_REASON_NONE || hits->nhits)) {
        ki_flood_guard_count(policy->guard, hits);
    }
}

static void fill_verdict(const struct ki_match_request *request,
                         const struct ki_hashes *hashes, const struct ki_hits *hits,
                         enum ki_status lookups, struct ki_result *result)
{
    struct ki_judgement judgement = ki_judge(request->ruling, hits);
    result->tier = judgement.tier;
    if (judgement.tier != KI_TIER_NONE) {
        result->verdict = KI_VERDICT_MATCH;
        result->has_action = true;
        result->action = judgement.action;
        result->demoted = judgement.demoted;
        return;
    }
    result->reason = doubt(request, hashes, lookups);
    result->verdict = result->reason == KI_REASON_NONE ? KI_VERDICT_NO_MATCH
                                                       : KI_VERDICT_NOT_EXAMINED;
    result->handling = ki_policy_handling(request->ruling->policy, result->reason);
}

enum ki_status ki_match(const struct ki_match_request *request,
                        const struct ki_hashes *hashes, struct ki_hits *hits,
                        struct ki_result *result)
{
    hits->nhits = 0;
    enum ki_status status = lookup_all(request, hashes, hits);
    ki_hits_mark_inert(request->ruling->policy, hits);
    ki_hits_settle(hits);
    guard_from_floods(request, hashes, hits);
    fill_facts(request, hashes, result);
    fill_verdict(request, hashes, hits, status, result);
    result->hits = hits->items;
    result->nhits_total = hits->nhits;
    result->nhits = hits->nhits;
    if (request->max_hits > 0 && hits->nhits > request->max_hits) {
        result->nhits = request->max_hits;
    }
    return status;
}
