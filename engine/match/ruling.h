/* SPDX-License-Identifier: Apache-2.0 */
/* A policy applied to the lists of one generation: what is in force for each. */
#ifndef KI_MATCH_RULING_H
#define KI_MATCH_RULING_H

#include <stdbool.h>

#include <knownimage/policy.h>

/* What is in force for one list. */
struct ki_list_rule {
    unsigned radius;
    unsigned min_quality;
    unsigned modes; /* mask of enum ki_mode whose hits count */
    bool dihedral;  /* hits of turned and mirrored versions count */
    enum ki_action action;
    enum ki_tier block_needs; /* a weaker hit may not block */
    bool corroborates;        /* its hits may corroborate those of others */
};

/* Immutable; borrows policy and lists. */
struct ki_ruling {
    const struct ki_policy *policy; /* or NULL */
    const struct ki_list_info *lists;
    size_t nlists;
    unsigned modes; /* to compute: of the options, and what any list asks for */
    bool dihedral;
    int radius;              /* to look up with: the largest of all, or of each list */
    unsigned quality_needed; /* for no match */
    bool kinds_corroborate;  /* two kinds of hash of one source do */
    enum ki_tier exact_demotes; /* strongest hit that counter-evidence demotes */
    enum ki_tier near_demotes;
    enum ki_action demotes_to;
    unsigned votes_demote; /* votes against an entry, if more than for it; 0: never */
    struct ki_list_rule rules[]; /* in order of lists */
};

/* Modes and dihedral of the options are in force for lists of which the policy does not
 * say any. Without a policy the lists' own values are. Errors: as ki_policy_check,
 * KI_ERR_NO_MEMORY. */
KI_MUST_CHECK enum ki_status
ki_ruling_make(const struct ki_policy *policy, const struct ki_list_info *lists,
               size_t nlists, const struct ki_hash_options *options,
               struct ki_ruling **out, struct ki_diag *diag);
void ki_ruling_free(struct ki_ruling *ruling); /* NULL is allowed */

/* The rule for a list of the ruling's array. */
static inline const struct ki_list_rule *ki_ruling_of(const struct ki_ruling *ruling,
                                                      const struct ki_list_info *list)
{
    return &ruling->rules[list - ruling->lists];
}

#endif
