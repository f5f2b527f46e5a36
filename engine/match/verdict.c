/* SPDX-License-Identifier: Apache-2.0 */
#include "match/verdict.h"

#include <stdio.h>
#include <string.h>

#include "match/category.h"
#include "match/flood.h"
#include "match/hits.h"
#include "match/judge.h"
#include "match/policy.h"
#include "match/queries.h"

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

/* What is found of one input decides. */
static void judge(const struct ki_match_request *request,
                  const struct ki_hashes *hashes, enum ki_status lookups,
                  struct ki_hits *hits, struct ki_result *result)
{
    ki_hits_mark_inert(request->ruling->policy, hits);
    ki_hits_settle(hits);
    guard_from_floods(request, hashes, hits);
    fill_facts(request, hashes, result);
    fill_verdict(request, hashes, hits, lookups, result);
    result->hits = hits->items;
    result->nhits_total = hits->nhits;
    result->nhits = hits->nhits;
    if (request->max_hits > 0 && hits->nhits > request->max_hits) {
        result->nhits = request->max_hits;
    }
}

enum ki_status ki_match(const struct ki_match_request *request,
                        const struct ki_hashes *hashes, size_t ninputs,
                        struct ki_hits *hits, struct ki_result *results)
{
    enum ki_status status = ki_queries_look_up(request, hashes, ninputs, hits);
    size_t first = 0;
    for (size_t i = 0; i < ninputs; i++) {
        size_t end = first;
        for (; end < hits->nhits && hits->items[end].query == i; end++) {
            hits->items[end].query = 0;
        }
        struct ki_hits own = {.nhits = end - first};
        own.items = own.nhits > 0 ? hits->items + first : NULL;
        judge(request, &hashes[i], status, &own, &results[i]);
        first = end;
    }
    return status;
}
