/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the categories of entries lead to. A code means something in its scheme only,
 * and some schemes do not say what is illegal where the operator is: hits of entries in
 * such a one are inert (told, but no match) until the policy maps it.
 */
#ifndef KI_MATCH_CATEGORY_H
#define KI_MATCH_CATEGORY_H

#include <knownimage/index.h>

struct ki_policy;

/* An enum ki_action, or one of these. */
enum { KI_EFFECT_OF_LIST = KI_NACTIONS, KI_EFFECT_INERT, KI_NEFFECTS };

const char *ki_effect_text(unsigned effect); /* "block" … "list", "inert" */
bool ki_effect_from_text(const char *text, unsigned *out);

/* One line of a section [scheme NAME]; the code "other" stands for all not named. */
struct ki_policy_mapping {
    char scheme[KI_CATEGORY_NBYTES];
    char code[KI_CATEGORY_NBYTES];
    unsigned effect;
    unsigned line;
};

/* In order of scheme and code. */
int ki_mapping_compare(const void *a, const void *b);

/* What the policy (or NULL) says of a category; of a scheme it does not map, what is
 * known of it here; else that of the list. */
unsigned ki_category_effect(const struct ki_policy *policy, const char *scheme,
                            const char *code);

/* Marks the hits, of lists of purpose match and test, whose category is inert. */
void ki_hits_mark_inert(const struct ki_policy *policy, struct ki_hits *hits);

#endif
