/* SPDX-License-Identifier: Apache-2.0 */
/* Random hits under random policies, against a plain statement of the rules; and the
 * cases that a reader would ask about, one by one. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "match/category.h"
#include "match/hits.h"
#include "match/judge.h"
#include "support/random.h"

enum { NLISTS = 5, MOST_HITS = 6 };

/* A policy as its author thinks of it. */
struct plan {
    struct ki_list_info lists[NLISTS];
    int needs[NLISTS]; /* enum ki_tier; 0: not said */
    bool corroborates[NLISTS];
    int needs_all; /* enum ki_tier */
    bool kinds;
    int exact_demotes; /* enum ki_tier; 0: never */
    int near_demotes;
    enum ki_action demotes_to;
    unsigned votes; /* that demote; 0: never */
    /* What the codes 0, 1 and all others of scheme "s" lead to. */
    unsigned effects[3];
    struct ki_policy *policy;
    struct ki_ruling *ruling;
};

static const char *tier_text(int tier)
{
    return tier == 0 ? "never" : ki_tier_text((enum ki_tier)tier);
}

/* The policy goes the way of all policies: through its text. */
static void plan_begin(struct plan *plan)
{
    char *text = NULL;
    size_t nbytes = 0;
    FILE *out = open_memstream(&text, &nbytes);
    struct ki_diag diag = {0};
    struct ki_hash_options options = ki_hash_options_default();
    cr_assert_not_null(out);
    (void)fprintf(out, "[corroborate]\nblock-needs = %s\nkinds = %s\n",
                  tier_text(plan->needs_all), plan->kinds ? "yes" : "no");
    (void)fprintf(out,
                  "[allow]\nexact-demotes = %s\nnear-demotes = %s\ndemotes-to = %s\n"
                  "votes-demote = %u\n",
                  tier_text(plan->exact_demotes), tier_text(plan->near_demotes),
                  ki_action_text(plan->demotes_to), plan->votes);
    (void)fprintf(out, "[scheme s]\n1 = %s\nother = %s\n0 = %s\n",
                  ki_effect_text(plan->effects[1]), ki_effect_text(plan->effects[2]),
                  ki_effect_text(plan->effects[0]));
    for (size_t i = 0; i < NLISTS; i++) {
        if (plan->lists[i].purpose != KI_PURPOSE_MATCH) {
            continue;
        }
        (void)fprintf(out, "[list %s]\ncorroborates = %s\n", plan->lists[i].name,
                      plan->corroborates[i] ? "yes" : "no");
        if (plan->needs[i] != 0) {
            (void)fprintf(out, "block-needs = %s\n", tier_text(plan->needs[i]));
        }
    }
    cr_assert_eq(fclose(out), 0);
    cr_assert_eq(ki_policy_parse("p", text, nbytes, &plan->policy, &diag), KI_OK, "%s",
                 diag.message);
    free(text);
    cr_assert_eq(ki_ruling_make(plan->policy, plan->lists, NLISTS, &options,
                                &plan->ruling, &diag),
                 KI_OK, "%s", diag.message);
}

static void plan_end(struct plan *plan)
{
    ki_ruling_free(plan->ruling);
    ki_policy_free(plan->policy);
}

/* Five lists of purpose match that block, each its own source; all rules at their
 * mildest. */
static struct plan plan_plain(void)
{
    struct plan plan = {.kinds = true,
                        .needs_all = KI_TIER_NEAR,
                        .exact_demotes = KI_TIER_EXACT,
                        .near_demotes = KI_TIER_CORROBORATED,
                        .demotes_to = KI_ACTION_REVIEW,
                        .votes = 1};
    for (unsigned i = 0; i < NLISTS; i++) {
        plan.lists[i] = ki_list_info_default();
        (void)snprintf(plan.lists[i].name, sizeof plan.lists[i].name, "l%u", i);
        (void)snprintf(plan.lists[i].source, sizeof plan.lists[i].source, "s%u", i);
        plan.lists[i].action = KI_ACTION_BLOCK;
        plan.lists[i].id = i + 1;
        plan.corroborates[i] = true;
    }
    return plan;
}

static struct plan plan_random(struct random_state *random)
{
    struct plan plan = plan_plain();
    plan.needs_all = 1 + (int)random_below(random, 3);
    plan.kinds = random_below(random, 2);
    plan.exact_demotes = (int)random_below(random, 4);
    plan.near_demotes = (int)random_below(random, (uint32_t)plan.exact_demotes + 1);
    plan.demotes_to = (enum ki_action)random_below(random, 2);
    plan.votes = random_below(random, 4);
    for (unsigned i = 0; i < 3; i++) {
        plan.effects[i] = random_below(random, KI_NEFFECTS);
    }
    for (unsigned i = 0; i < NLISTS; i++) {
        struct ki_list_info *list = &plan.lists[i];
        (void)snprintf(list->source, sizeof list->source, "s%u",
                       random_below(random, 3));
        unsigned purpose = random_below(random, 5);
        list->purpose =
            purpose < KI_NPURPOSES ? (enum ki_purpose)purpose : KI_PURPOSE_MATCH;
        list->action = (enum ki_action)random_below(random, KI_NACTIONS);
        plan.corroborates[i] = random_below(random, 4) > 0;
        plan.needs[i] = (int)random_below(random, 4);
    }
    return plan;
}

/* Of a category: an action, as the list says, or inert. */
static unsigned effect_of(const struct plan *plan, const struct ki_hit *hit)
{
    if (strcmp(hit->category_scheme, "s") == 0) {
        return strcmp(hit->category_code, "0") == 0   ? plan->effects[0]
               : strcmp(hit->category_code, "1") == 0 ? plan->effects[1]
                                                      : plan->effects[2];
    }
    bool is_elsewhere = strcmp(hit->category_scheme, "vics-uk") == 0;
    return is_elsewhere ? KI_EFFECT_INERT : KI_EFFECT_OF_LIST;
}

static bool is_inert(const struct plan *plan, const struct ki_hit *hit)
{
    return hit->list->purpose != KI_PURPOSE_ALLOW &&
           effect_of(plan, hit) == KI_EFFECT_INERT;
}

static enum ki_action wanted_of(const struct plan *plan, const struct ki_hit *hit)
{
    unsigned effect = effect_of(plan, hit);
    return effect < KI_NACTIONS ? (enum ki_action)effect : hit->list->action;
}

static bool is_match(const struct plan *plan, const struct ki_hit *hit)
{
    return hit->list->purpose == KI_PURPOSE_MATCH && !is_inert(plan, hit);
}

static int strength(const struct plan *plan, const struct ki_hits *hits,
                    const struct ki_hit *hit)
{
    if (hit->kind != KI_KIND_PDQ) {
        return KI_TIER_EXACT;
    }
    for (size_t i = 0; i < hits->nhits; i++) {
        const struct ki_hit *other = &hits->items[i];
        bool may = is_match(plan, other) && !other->is_flooding &&
                   plan->corroborates[other->list - plan->lists];
        bool differs = strcmp(other->list->source, hit->list->source) != 0 ||
                       (plan->kinds && other->kind != hit->kind);
        if (may && differs) {
            return KI_TIER_CORROBORATED;
        }
    }
    return KI_TIER_NEAR;
}

static bool is_contradicted(const struct plan *plan, const struct ki_hits *hits,
                            int tier)
{
    for (size_t i = 0; i < hits->nhits; i++) {
        const struct ki_hit *hit = &hits->items[i];
        int most = hit->kind == KI_KIND_PDQ ? plan->near_demotes : plan->exact_demotes;
        if (hit->list->purpose == KI_PURPOSE_ALLOW && tier <= most) {
            return true;
        }
    }
    return false;
}

/* The strongest action that nothing forbids for this hit, and what forbids more. */
static enum ki_action permitted(const struct plan *plan, const struct ki_hits *hits,
                                const struct ki_hit *hit, unsigned *forbidden_by)
{
    size_t list = (size_t)(hit->list - plan->lists);
    int needs = plan->needs[list] ? plan->needs[list] : plan->needs_all;
    int tier = strength(plan, hits, hit);
    *forbidden_by = 0;
    bool is_outvoted = plan->votes > 0 && hit->nvotes_against >= plan->votes &&
                       hit->nvotes_against > hit->nvotes_for;
    for (int action = (int)wanted_of(plan, hit); action > KI_ACTION_OBSERVE; action--) {
        unsigned against = 0;
        if (action == KI_ACTION_BLOCK && tier < needs) {
            against |= KI_BIT(needs == KI_TIER_EXACT ? KI_DEMOTION_NOT_EXACT
                                                     : KI_DEMOTION_SINGLE_SOURCE);
        }
        if (action == KI_ACTION_BLOCK && hit->is_flooding) {
            against |= KI_BIT(KI_DEMOTION_FLOOD);
        }
        if (action > (int)plan->demotes_to && is_outvoted) {
            against |= KI_BIT(KI_DEMOTION_VOTES);
        }
        if (action > (int)plan->demotes_to && is_contradicted(plan, hits, tier)) {
            against |= KI_BIT(KI_DEMOTION_COUNTER_EVIDENCE);
        }
        if (!against) {
            return (enum ki_action)action;
        }
        *forbidden_by |= against;
    }
    return KI_ACTION_OBSERVE;
}

static struct ki_judgement state_rules(const struct plan *plan,
                                       const struct ki_hits *hits)
{
    struct ki_judgement expected = {KI_TIER_NONE, KI_ACTION_OBSERVE, 0};
    unsigned forbidden_by;
    bool has_match = false;
    for (size_t i = 0; i < hits->nhits; i++) {
        has_match = has_match || is_match(plan, &hits->items[i]);
    }
    for (size_t i = 0; i < hits->nhits; i++) {
        const struct ki_hit *hit = &hits->items[i];
        int tier = KI_TIER_NONE;
        if (is_match(plan, hit)) {
            tier = strength(plan, hits, hit);
            enum ki_action action = permitted(plan, hits, hit, &forbidden_by);
            expected.action = action > expected.action ? action : expected.action;
        } else if (hit->list->purpose == KI_PURPOSE_TEST && !has_match &&
                   !is_inert(plan, hit)) {
            tier = hit->kind == KI_KIND_PDQ ? KI_TIER_NEAR : KI_TIER_EXACT;
        }
        expected.tier = tier > (int)expected.tier ? (enum ki_tier)tier : expected.tier;
    }
    for (size_t i = 0; i < hits->nhits; i++) {
        const struct ki_hit *hit = &hits->items[i];
        if (is_match(plan, hit) && wanted_of(plan, hit) > expected.action) {
            (void)permitted(plan, hits, hit, &forbidden_by);
            expected.demoted |= forbidden_by;
        }
    }
    return expected;
}

static void hits_random(struct random_state *random, const struct plan *plan,
                        struct ki_hits *hits)
{
    static const char *const entries[] = {"a", "b", "c"};
    static const char *const categories[][2] = {
        {"", ""},   {"", ""},   {"s", "0"},       {"s", "1"},
        {"s", "2"}, {"t", "1"}, {"vics-us", "1"}, {"vics-uk", "1"},
    };
    hits->nhits = random_below(random, MOST_HITS + 1);
    for (size_t i = 0; i < hits->nhits; i++) {
        bool is_pdq = random_below(random, 4) > 0;
        unsigned category = random_below(random, 8);
        hits->items[i] = (struct ki_hit){
            .list = &plan->lists[random_below(random, NLISTS)],
            .entry = entries[random_below(random, 3)],
            .category_scheme = categories[category][0],
            .category_code = categories[category][1],
            .nvotes_for = random_below(random, 3),
            .nvotes_against = random_below(random, 4),
            .kind = is_pdq ? KI_KIND_PDQ : KI_KIND_MD5,
            .distance = is_pdq ? random_below(random, 32) : 0,
        };
    }
    ki_hits_mark_inert(plan->policy, hits);
    ki_hits_settle(hits);
    for (size_t i = 0; i < hits->nhits; i++) {
        hits->items[i].is_flooding =
            is_match(plan, &hits->items[i]) && random_below(random, 5) == 0;
    }
}

Test(judge, as_the_rules_say)
{
    enum { NPLANS = 3000, NTRIES = 40 };
    struct random_state random = random_begin(61);
    unsigned nseen[KI_NDEMOTIONS] = {0};
    unsigned nactions[KI_NACTIONS] = {0};
    for (unsigned i = 0; i < NPLANS; i++) {
        struct plan plan = plan_random(&random);
        plan_begin(&plan);
        for (unsigned j = 0; j < NTRIES; j++) {
            struct ki_hit items[MOST_HITS];
            struct ki_hits hits = {items, 0, MOST_HITS};
            hits_random(&random, &plan, &hits);
            struct ki_judgement is = ki_judge(plan.ruling, &hits);
            struct ki_judgement ought = state_rules(&plan, &hits);
            cr_assert_eq(is.tier, ought.tier, "plan %u try %u: %d, not %d", i, j,
                         (int)is.tier, (int)ought.tier);
            cr_assert_eq(is.action, ought.action, "plan %u try %u: %d, not %d", i, j,
                         (int)is.action, (int)ought.action);
            cr_assert_eq(is.demoted, ought.demoted, "plan %u try %u: %x, not %x", i, j,
                         is.demoted, ought.demoted);
            nactions[is.action]++;
            for (unsigned d = 0; d < KI_NDEMOTIONS; d++) {
                nseen[d] += is.demoted >> d & 1;
            }
        }
        plan_end(&plan);
    }
    for (unsigned d = 0; d < KI_NDEMOTIONS; d++) {
        cr_expect_gt(nseen[d], 1000, "%s", ki_demotion_text((enum ki_demotion)d));
    }
    for (unsigned a = 0; a < KI_NACTIONS; a++) {
        cr_expect_gt(nactions[a], 1000, "%s", ki_action_text((enum ki_action)a));
    }
}

/* One hit of a case: list, kind, whether it floods. */
struct shot {
    unsigned list;
    enum ki_kind kind;
    bool is_flooding;
};

#define NEAR(list)                                                                     \
    {                                                                                  \
        (list), KI_KIND_PDQ, false                                                     \
    }
#define FLOOD(list)                                                                    \
    {                                                                                  \
        (list), KI_KIND_PDQ, true                                                      \
    }
#define SAME(list)                                                                     \
    {                                                                                  \
        (list), KI_KIND_SHA1, false                                                    \
    }

/* Lists 0 and 1 share a source; list 3 is of purpose allow, list 4 of purpose test. */
static const struct {
    const char *what;
    int needs_all;
    int near_demotes;
    enum ki_action demotes_to;
    struct shot shots[3];
    size_t nshots;
    enum ki_tier tier;
    enum ki_action action;
    unsigned demoted;
} cases[] = {
    {"near is enough", 1, 2, 1, {NEAR(0)}, 1, KI_TIER_NEAR, KI_ACTION_BLOCK, 0},
    {"two sources are needed",
     2,
     2,
     1,
     {NEAR(0)},
     1,
     KI_TIER_NEAR,
     KI_ACTION_REVIEW,
     KI_BIT(KI_DEMOTION_SINGLE_SOURCE)},
    {"two lists of one source are one source",
     2,
     2,
     1,
     {NEAR(0), NEAR(1)},
     2,
     KI_TIER_NEAR,
     KI_ACTION_REVIEW,
     KI_BIT(KI_DEMOTION_SINGLE_SOURCE)},
    {"two sources",
     2,
     2,
     1,
     {NEAR(0), NEAR(2)},
     2,
     KI_TIER_CORROBORATED,
     KI_ACTION_BLOCK,
     0},
    {"a test list is no source",
     2,
     2,
     1,
     {NEAR(0), NEAR(4)},
     2,
     KI_TIER_NEAR,
     KI_ACTION_REVIEW,
     KI_BIT(KI_DEMOTION_SINGLE_SOURCE)},
    {"an allow list is no source but speaks against it",
     2,
     2,
     1,
     {NEAR(0), NEAR(3)},
     2,
     KI_TIER_NEAR,
     KI_ACTION_REVIEW,
     KI_BIT(KI_DEMOTION_SINGLE_SOURCE) | KI_BIT(KI_DEMOTION_COUNTER_EVIDENCE)},
    {"what floods corroborates nothing",
     2,
     2,
     1,
     {NEAR(0), FLOOD(2)},
     2,
     KI_TIER_CORROBORATED,
     KI_ACTION_REVIEW,
     KI_BIT(KI_DEMOTION_SINGLE_SOURCE) | KI_BIT(KI_DEMOTION_FLOOD)},
    {"a digest is exact", 3, 2, 1, {SAME(0)}, 1, KI_TIER_EXACT, KI_ACTION_BLOCK, 0},
    {"two sources are not exact",
     3,
     2,
     1,
     {NEAR(0), NEAR(2)},
     2,
     KI_TIER_CORROBORATED,
     KI_ACTION_REVIEW,
     KI_BIT(KI_DEMOTION_NOT_EXACT)},
    {"something near and allowed does not excuse the file itself",
     1,
     2,
     1,
     {SAME(0), NEAR(3)},
     2,
     KI_TIER_EXACT,
     KI_ACTION_BLOCK,
     0},
    {"unless the policy says so",
     1,
     3,
     0,
     {SAME(0), NEAR(3)},
     2,
     KI_TIER_EXACT,
     KI_ACTION_OBSERVE,
     KI_BIT(KI_DEMOTION_COUNTER_EVIDENCE)},
    {"the very file is allowed",
     1,
     2,
     1,
     {NEAR(0), SAME(3)},
     2,
     KI_TIER_NEAR,
     KI_ACTION_REVIEW,
     KI_BIT(KI_DEMOTION_COUNTER_EVIDENCE)},
    {"never a match into none",
     1,
     3,
     0,
     {NEAR(3)},
     1,
     KI_TIER_NONE,
     KI_ACTION_OBSERVE,
     0},
    {"one floods, another does not",
     1,
     2,
     1,
     {FLOOD(0), NEAR(2)},
     2,
     KI_TIER_CORROBORATED,
     KI_ACTION_BLOCK,
     0},
    {"a test list never acts",
     1,
     2,
     1,
     {SAME(4)},
     1,
     KI_TIER_EXACT,
     KI_ACTION_OBSERVE,
     0},
};

Test(judge, cases)
{
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct plan plan = plan_plain();
        struct ki_hit items[3];
        struct ki_hits hits = {items, cases[i].nshots, 3};
        plan.needs_all = cases[i].needs_all;
        plan.near_demotes = cases[i].near_demotes;
        plan.demotes_to = cases[i].demotes_to;
        (void)snprintf(plan.lists[1].source, sizeof plan.lists[1].source, "s0");
        plan.lists[3].purpose = KI_PURPOSE_ALLOW;
        plan.lists[4].purpose = KI_PURPOSE_TEST;
        plan_begin(&plan);
        for (size_t j = 0; j < cases[i].nshots; j++) {
            const struct shot *shot = &cases[i].shots[j];
            items[j] = (struct ki_hit){.list = &plan.lists[shot->list],
                                       .entry = "e",
                                       .category_scheme = "",
                                       .category_code = "",
                                       .kind = shot->kind,
                                       .is_flooding = shot->is_flooding};
        }
        ki_hits_settle(&hits);
        struct ki_judgement is = ki_judge(plan.ruling, &hits);
        cr_expect_eq(is.tier, cases[i].tier, "%s: %s", cases[i].what,
                     ki_tier_text(is.tier));
        cr_expect_eq(is.action, cases[i].action, "%s: %s", cases[i].what,
                     ki_action_text(is.action));
        cr_expect_eq(is.demoted, cases[i].demoted, "%s: %x", cases[i].what, is.demoted);
        plan_end(&plan);
    }
}

/* Without a policy too, a number of a region that is not known leads to nothing. */
Test(judge, categories)
{
    static const struct {
        const char *scheme;
        const char *code;
        bool acts;
    } categories[] = {
        {"", "", true},          {"mine", "x", true},        {"ncmec", "A1", true},
        {"vics-us", "1", true},  {"vics-us", "3", true},     {"vics-us", "0", false},
        {"vics-us", "", false},  {"vics-us", "12", false},   {"vics", "1", false},
        {"vics-uk", "1", false}, {"vicsbook", "1", true},    {"icse", "baseline", true},
        {"icse", "base", false}, {"icse", "unknown", false}, {"icse-x", "1", true},
    };
    struct ki_list_info list = ki_list_info_default();
    struct ki_hash_options options = ki_hash_options_default();
    struct ki_ruling *ruling = NULL;
    list.action = KI_ACTION_BLOCK;
    cr_assert_eq(ki_ruling_make(NULL, &list, 1, &options, &ruling, NULL), KI_OK);
    for (size_t i = 0; i < sizeof categories / sizeof *categories; i++) {
        struct ki_hit hit = {.list = ruling->lists,
                             .entry = "e",
                             .category_scheme = categories[i].scheme,
                             .category_code = categories[i].code,
                             .kind = KI_KIND_MD5};
        struct ki_hits hits = {&hit, 1, 1};
        ki_hits_mark_inert(NULL, &hits);
        ki_hits_settle(&hits);
        struct ki_judgement is = ki_judge(ruling, &hits);
        cr_expect_eq(is.tier, categories[i].acts ? KI_TIER_EXACT : KI_TIER_NONE,
                     "%s/%s", categories[i].scheme, categories[i].code);
        cr_expect_eq(is.action,
                     categories[i].acts ? KI_ACTION_BLOCK : KI_ACTION_OBSERVE);
        cr_expect_eq(hit.is_inert, !categories[i].acts);
    }
    ki_ruling_free(ruling);
}

/* Many hits cost time in proportion. */
Test(judge, many_hits, .timeout = 20)
{
    enum { NHITS = 200000 };
    struct plan plan = plan_plain();
    struct ki_hits hits = {calloc(NHITS, sizeof *hits.items), NHITS, NHITS};
    cr_assert_not_null(hits.items);
    plan_begin(&plan);
    for (size_t i = 0; i < NHITS; i++) {
        hits.items[i] = (struct ki_hit){.list = &plan.lists[0],
                                        .entry = "e",
                                        .category_scheme = "",
                                        .category_code = ""};
    }
    cr_expect_eq(ki_judge(plan.ruling, &hits).tier, KI_TIER_NEAR);
    plan_end(&plan);
    free(hits.items);
}
