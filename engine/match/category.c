/* SPDX-License-Identifier: Apache-2.0 */
#include "match/category.h"

#include <stdlib.h>
#include <string.h>

#include "match/policy.h"

/* Schemes whose codes are known in public. VICS numbers differ by region; those of the
 * USA are illegal from 1 to 3. ICSE tells what is illegal wherever there is a law
 * (baseline), of the rest it does not say. */
static const struct {
    const char *scheme; /* "vics" stands for all regions that are not named */
    const char *codes;  /* that act, each followed by a blank */
} known[] = {
    {"vics-us", "1 2 3 "},
    {"icse", "baseline "},
    {"vics", ""},
};

static bool is_known_scheme(const char *scheme, const char *name)
{
    size_t length = strlen(name);
    if (strncmp(scheme, name, length) != 0) {
        return false;
    }
    return scheme[length] == '\0' ||
           (strcmp(name, "vics") == 0 && scheme[length] == '-');
}

static bool has_code(const char *codes, const char *code)
{
    size_t length = strlen(code);
    for (const char *at = codes; *at; at += strcspn(at, " ") + 1) {
        if (strncmp(at, code, length) == 0 && at[length] == ' ' && length > 0) {
            return true;
        }
    }
    return false;
}

static unsigned known_effect(const char *scheme, const char *code)
{
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (is_known_scheme(scheme, known[i].scheme)) {
            return has_code(known[i].codes, code) ? KI_EFFECT_OF_LIST : KI_EFFECT_INERT;
        }
    }
    return KI_EFFECT_OF_LIST;
}

const char *ki_effect_text(unsigned effect)
{
    return effect == KI_EFFECT_OF_LIST ? "list"
           : effect == KI_EFFECT_INERT ? "inert"
                                       : ki_action_text((enum ki_action)effect);
}

bool ki_effect_from_text(const char *text, unsigned *out)
{
    for (unsigned effect = 0; effect < KI_NEFFECTS; effect++) {
        if (strcmp(text, ki_effect_text(effect)) == 0) {
            *out = effect;
            return true;
        }
    }
    return false;
}

int ki_mapping_compare(const void *a, const void *b)
{
    const struct ki_policy_mapping *x = a;
    const struct ki_policy_mapping *y = b;
    int order = strcmp(x->scheme, y->scheme);
    return order ? order : strcmp(x->code, y->code);
}

static const struct ki_policy_mapping *find(const struct ki_policy *policy,
                                            const char *scheme, const char *code)
{
    struct ki_policy_mapping wanted = {.line = 0};
    if (policy->nmappings == 0 || strlen(scheme) >= sizeof wanted.scheme ||
        strlen(code) >= sizeof wanted.code) {
        return NULL;
    }
    memcpy(wanted.scheme, scheme, strlen(scheme) + 1);
    memcpy(wanted.code, code, strlen(code) + 1);
    return bsearch(&wanted, policy->mappings, policy->nmappings,
                   sizeof *policy->mappings, ki_mapping_compare);
}

unsigned ki_category_effect(const struct ki_policy *policy, const char *scheme,
                            const char *code)
{
    if (scheme[0] == '\0') {
        return KI_EFFECT_OF_LIST;
    }
    /* Every section has a line for all others, see policy_read.c. */
    const struct ki_policy_mapping *other =
        policy ? find(policy, scheme, "other") : NULL;
    if (!other) {
        return known_effect(scheme, code);
    }
    const struct ki_policy_mapping *mapping = find(policy, scheme, code);
    return mapping ? mapping->effect : other->effect;
}

void ki_hits_mark_inert(const struct ki_policy *policy, struct ki_hits *hits)
{
    for (size_t i = 0; i < hits->nhits; i++) {
        struct ki_hit *hit = &hits->items[i];
        hit->is_inert = hit->list->purpose != KI_PURPOSE_ALLOW &&
                        ki_category_effect(policy, hit->category_scheme,
                                           hit->category_code) == KI_EFFECT_INERT;
    }
}
