/* SPDX-License-Identifier: Apache-2.0 */
#include "match/ruling.h"

#include <stdlib.h>
#include <string.h>

#include "base/checked.h"
#include "base/diag.h"
#include "match/policy.h"
#include "match/policy_keys.h"

static const struct ki_policy_section *find_section(const struct ki_policy *policy,
                                                    const char *name)
{
    size_t low = 0;
    size_t high = policy->nlists;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(name, policy->lists[middle].list);
        if (order == 0) {
            return &policy->lists[middle];
        }
        if (order < 0) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return NULL;
}

/* Puts what a section gives into the place of what was in force. */
static void apply(const struct ki_policy_section *section, struct ki_list_rule *rule)
{
    const unsigned *values = section->values;
    if (ki_policy_has(section, KI_KEY_RADIUS)) {
        rule->radius = values[KI_KEY_RADIUS];
    }
    if (ki_policy_has(section, KI_KEY_MIN_QUALITY)) {
        rule->min_quality = values[KI_KEY_MIN_QUALITY];
    }
    if (ki_policy_has(section, KI_KEY_DIHEDRAL)) {
        rule->dihedral = values[KI_KEY_DIHEDRAL];
    }
    if (ki_policy_has(section, KI_KEY_MODES)) {
        rule->modes = values[KI_KEY_MODES];
    }
    if (ki_policy_has(section, KI_KEY_ACTION)) {
        rule->action = (enum ki_action)values[KI_KEY_ACTION];
    }
    if (ki_policy_has(section, KI_KEY_BLOCK_NEEDS)) {
        rule->block_needs = (enum ki_tier)values[KI_KEY_BLOCK_NEEDS];
    }
    if (ki_policy_has(section, KI_KEY_CORROBORATES)) {
        rule->corroborates = values[KI_KEY_CORROBORATES];
    }
}

/* Lists of purpose allow and test never act. */
static enum ki_status check_purpose(const struct ki_policy *policy,
                                    const struct ki_policy_section *section,
                                    const struct ki_list_info *list,
                                    struct ki_diag *diag)
{
    static const enum ki_policy_key keys[] = {KI_KEY_ACTION, KI_KEY_BLOCK_NEEDS,
                                              KI_KEY_CORROBORATES};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        if (list->purpose != KI_PURPOSE_MATCH && ki_policy_has(section, keys[i])) {
            return ki_diag_set(diag, KI_ERR_FORMAT,
                               "%s:%u: '%s' has no meaning for list %s: its purpose "
                               "is %s",
                               policy->name, section->lines[keys[i]],
                               ki_policy_keys[keys[i]].name, list->name,
                               ki_purpose_text(list->purpose));
        }
    }
    return KI_OK;
}

static enum ki_status rule_list(const struct ki_policy *policy,
                                const struct ki_list_info *list,
                                struct ki_list_rule *rule, struct ki_diag *diag)
{
    if (!policy) {
        return KI_OK;
    }
    const struct ki_policy_section *single = policy->single;
    bool is_allow = list->purpose == KI_PURPOSE_ALLOW;
    apply(&single[KI_PLACE_CORROBORATE], rule);
    apply(&single[is_allow ? KI_PLACE_ALLOW : KI_PLACE_DEFAULT], rule);
    const struct ki_policy_section *own = find_section(policy, list->name);
    if (!own) {
        return KI_OK;
    }
    apply(own, rule);
    return check_purpose(policy, own, list, diag);
}

/* A list that the policy names and that is not there is an error: what it said may be
 * what kept others from acting. */
static enum ki_status check_names(const struct ki_policy *policy,
                                  const struct ki_list_info *lists, size_t nlists,
                                  struct ki_diag *diag)
{
    for (size_t i = 0; policy && i < policy->nlists; i++) {
        size_t j = 0;
        while (j < nlists && strcmp(lists[j].name, policy->lists[i].list) != 0) {
            j++;
        }
        if (j == nlists) {
            return ki_diag_set(diag, KI_ERR_NOT_FOUND, "%s:%u: there is no list '%s'",
                               policy->name, policy->lists[i].line,
                               policy->lists[i].list);
        }
    }
    return KI_OK;
}

/* What is in force for all lists together. */
static void sum_up(struct ki_ruling *ruling)
{
    bool has_pdq = false;
    for (size_t i = 0; i < ruling->nlists; i++) {
        const struct ki_list_info *list = &ruling->lists[i];
        const struct ki_list_rule *rule = &ruling->rules[i];
        if (list->nhashes[KI_KIND_PDQ] == 0) {
            continue;
        }
        ruling->modes |= rule->modes;
        ruling->dihedral = ruling->dihedral || rule->dihedral;
        if (ruling->policy && (int)rule->radius > ruling->radius) {
            ruling->radius = (int)rule->radius;
        }
        if (list->purpose == KI_PURPOSE_MATCH) {
            unsigned needed = has_pdq ? ruling->quality_needed : 0;
            has_pdq = true;
            ruling->quality_needed =
                rule->min_quality > needed ? rule->min_quality : needed;
        }
    }
}

static void set_rules_for_all(struct ki_ruling *ruling)
{
    if (!ruling->policy) {
        return;
    }
    const struct ki_policy_section *single = ruling->policy->single;
    const unsigned *allow = single[KI_PLACE_ALLOW].values;
    ruling->kinds_corroborate = single[KI_PLACE_CORROBORATE].values[KI_KEY_KINDS];
    ruling->exact_demotes = (enum ki_tier)allow[KI_KEY_EXACT_DEMOTES];
    ruling->near_demotes = (enum ki_tier)allow[KI_KEY_NEAR_DEMOTES];
    ruling->votes_demote = allow[KI_KEY_VOTES_DEMOTE];
    ruling->demotes_to = (enum ki_action)allow[KI_KEY_DEMOTES_TO];
}

/* The lists' own values, under which no evidence demotes. */
static struct ki_list_rule own_rule(const struct ki_list_info *list,
                                    const struct ki_hash_options *options)
{
    return (struct ki_list_rule){
        .radius = list->radius,
        .min_quality = list->min_quality,
        .modes = options->modes,
        .dihedral = options->dihedral,
        .action = list->action,
        .block_needs = KI_TIER_NEAR,
        .corroborates = true,
    };
}

enum ki_status ki_ruling_make(const struct ki_policy *policy,
                              const struct ki_list_info *lists, size_t nlists,
                              const struct ki_hash_options *options,
                              struct ki_ruling **out, struct ki_diag *diag)
{
    size_t nbytes;
    enum ki_status status = check_names(policy, lists, nlists, diag);
    if (status != KI_OK) {
        return status;
    }
    struct ki_ruling *ruling = NULL;
    if (ki_mul_size(nlists, sizeof ruling->rules[0], &nbytes) &&
        ki_add_size(nbytes, sizeof *ruling, &nbytes)) {
        ruling = calloc(1, nbytes);
    }
    if (!ruling) {
        return ki_diag_set(diag, KI_ERR_NO_MEMORY, "no memory for rules");
    }
    ruling->policy = policy;
    ruling->lists = lists;
    ruling->nlists = nlists;
    ruling->modes = options->modes;
    ruling->dihedral = options->dihedral;
    ruling->radius = policy ? 0 : KI_RADIUS_OF_LIST;
    ruling->quality_needed = KI_QUALITY_DEFAULT;
    ruling->kinds_corroborate = true;
    set_rules_for_all(ruling);
    for (size_t i = 0; i < nlists && status == KI_OK; i++) {
        ruling->rules[i] = own_rule(&lists[i], options);
        status = rule_list(policy, &lists[i], &ruling->rules[i], diag);
    }
    if (status != KI_OK) {
        free(ruling);
        return status;
    }
    sum_up(ruling);
    *out = ruling;
    return KI_OK;
}

void ki_ruling_free(struct ki_ruling *ruling)
{
    free(ruling);
}
