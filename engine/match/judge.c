/* SPDX-License-Identifier: Apache-2.0 */
#include "match/judge.h"

#include <string.h>

#include "match/category.h"

/* What all hits say together, so that each can be judged by itself. */
struct evidence {
    const char *source;   /* of the first hit that may corroborate; NULL: none */
    bool has_two_sources; /* a second one does, from elsewhere */
    unsigned kinds;       /* mask of the kinds of those hits */
    bool is_allowed_exact;
    bool is_allowed_near;
};

static bool is_digest(const struct ki_hit *hit)
{
    return hit->kind != KI_KIND_PDQ;
}

static struct evidence gather(const struct ki_ruling *ruling,
                              const struct ki_hits *hits)
{
    struct evidence evidence = {0};
    for (size_t i = 0; i < hits->nhits; i++) {
        const struct ki_hit *hit = &hits->items[i];
        const struct ki_list_info *list = hit->list;
        if (list->purpose == KI_PURPOSE_ALLOW) {
            evidence.is_allowed_exact = evidence.is_allowed_exact || is_digest(hit);
            evidence.is_allowed_near = evidence.is_allowed_near || !is_digest(hit);
        }
        if (list->purpose != KI_PURPOSE_MATCH || hit->is_flooding || hit->is_inert ||
            !ki_ruling_of(ruling, list)->corroborates) {
            continue;
        }
        evidence.kinds |= KI_BIT(hit->kind);
        if (!evidence.source) {
            evidence.source = list->source;
        } else if (strcmp(evidence.source, list->source) != 0) {
            evidence.has_two_sources = true;
        }
    }
    return evidence;
}

static bool is_corroborated(const struct ki_ruling *ruling,
                            const struct evidence *evidence, const struct ki_hit *hit)
{
    bool has_other_source =
        evidence->has_two_sources ||
        (evidence->source && strcmp(evidence->source, hit->list->source) != 0);
    bool has_other_kind =
        ruling->kinds_corroborate && (evidence->kinds & ~KI_BIT(hit->kind)) != 0;
    return has_other_source || has_other_kind;
}

static enum ki_tier tier_of(const struct ki_ruling *ruling,
                            const struct evidence *evidence, const struct ki_hit *hit)
{
    if (is_digest(hit)) {
        return KI_TIER_EXACT;
    }
    return is_corroborated(ruling, evidence, hit) ? KI_TIER_CORROBORATED : KI_TIER_NEAR;
}

static bool is_contradicted(const struct ki_ruling *ruling,
                            const struct evidence *evidence, enum ki_tier tier)
{
    return (evidence->is_allowed_exact && tier <= ruling->exact_demotes) ||
           (evidence->is_allowed_near && tier <= ruling->near_demotes);
}

static enum ki_action weaker(enum ki_action a, enum ki_action b)
{
    return a < b ? a : b;
}

/* What is wanted for the hit: by its category, else by its list. */
static enum ki_action wanted_of(const struct ki_ruling *ruling,
                                const struct ki_hit *hit)
{
    unsigned effect =
        ki_category_effect(ruling->policy, hit->category_scheme, hit->category_code);
    return effect < KI_NACTIONS ? (enum ki_action)effect
                                : ki_ruling_of(ruling, hit->list)->action;
}

static bool is_outvoted(const struct ki_ruling *ruling, const struct ki_hit *hit)
{
    return ruling->votes_demote > 0 && hit->nvotes_against >= ruling->votes_demote &&
           hit->nvotes_against > hit->nvotes_for;
}

/* The action that one hit of purpose match may cause, and what stands against it. */
static enum ki_action action_of(const struct ki_ruling *ruling,
                                const struct evidence *evidence,
                                const struct ki_hit *hit, unsigned *causes)
{
    const struct ki_list_rule *rule = ki_ruling_of(ruling, hit->list);
    enum ki_tier tier = tier_of(ruling, evidence, hit);
    enum ki_action wanted = wanted_of(ruling, hit);
    enum ki_action action = wanted;
    *causes = 0;
    if (action == KI_ACTION_BLOCK && tier < rule->block_needs) {
        *causes |=
            KI_BIT(rule->block_needs == KI_TIER_EXACT ? KI_DEMOTION_NOT_EXACT
                                                      : KI_DEMOTION_SINGLE_SOURCE);
        action = KI_ACTION_REVIEW;
    }
    if (wanted == KI_ACTION_BLOCK && hit->is_flooding) {
        *causes |= KI_BIT(KI_DEMOTION_FLOOD);
        action = KI_ACTION_REVIEW;
    }
    if (wanted > ruling->demotes_to && is_outvoted(ruling, hit)) {
        *causes |= KI_BIT(KI_DEMOTION_VOTES);
        action = weaker(action, ruling->demotes_to);
    }
    if (wanted > ruling->demotes_to && is_contradicted(ruling, evidence, tier)) {
        *causes |= KI_BIT(KI_DEMOTION_COUNTER_EVIDENCE);
        action = weaker(action, ruling->demotes_to);
    }
    return action;
}

static void decide(const struct ki_ruling *ruling, const struct ki_hits *hits,
                   struct ki_judgement *judgement)
{
    struct evidence evidence = gather(ruling, hits);
    /* What kept hits from a list's action, by that action. */
    unsigned causes_of[KI_NACTIONS] = {0};
    for (size_t i = 0; i < hits->nhits; i++) {
        const struct ki_hit *hit = &hits->items[i];
        if (hit->list->purpose != KI_PURPOSE_MATCH || hit->is_inert) {
            break;
        }
        unsigned causes;
        enum ki_action action = action_of(ruling, &evidence, hit, &causes);
        enum ki_tier tier = tier_of(ruling, &evidence, hit);
        causes_of[wanted_of(ruling, hit)] |= causes;
        judgement->tier = tier > judgement->tier ? tier : judgement->tier;
        if (action > judgement->action) {
            judgement->action = action;
        }
    }
    for (unsigned action = judgement->action + 1; action < KI_NACTIONS; action++) {
        judgement->demoted |= causes_of[action];
    }
}

struct ki_judgement ki_judge(const struct ki_ruling *ruling, const struct ki_hits *hits)
{
    struct ki_judgement judgement = {KI_TIER_NONE, KI_ACTION_OBSERVE, 0};
    if (hits->nhits == 0) {
        return judgement;
    }
    const struct ki_hit *first = &hits->items[0];
    if (first->is_inert) {
        return judgement;
    }
    if (first->list->purpose == KI_PURPOSE_MATCH) {
        decide(ruling, hits, &judgement);
    } else if (first->list->purpose == KI_PURPOSE_TEST) {
        judgement.tier = is_digest(first) ? KI_TIER_EXACT : KI_TIER_NEAR;
    }
    return judgement;
}
