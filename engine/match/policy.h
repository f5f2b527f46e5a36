/* SPDX-License-Identifier: Apache-2.0 */
/* A policy as it was read: sections of values, before it meets any list. */
#ifndef KI_MATCH_POLICY_H
#define KI_MATCH_POLICY_H

#include <stdbool.h>
#include <stdio.h>

#include <knownimage/policy.h>

#include "match/category.h"
#include "match/flood.h"

/* What sections may hold, besides [reasons]. */
enum ki_policy_key {
    KI_KEY_RADIUS,
    KI_KEY_MIN_QUALITY,
    KI_KEY_DIHEDRAL,
    KI_KEY_MODES,       /* mask of enum ki_mode */
    KI_KEY_ACTION,      /* enum ki_action */
    KI_KEY_BLOCK_NEEDS, /* enum ki_tier */
    KI_KEY_CORROBORATES,
    KI_KEY_KINDS,
    KI_KEY_DEMOTES_TO,    /* enum ki_action */
    KI_KEY_EXACT_DEMOTES, /* enum ki_tier; KI_TIER_NONE for "never" */
    KI_KEY_NEAR_DEMOTES,
    KI_KEY_VOTES_DEMOTE, /* so many against, and more than for; 0: never */
    KI_KEY_WINDOW,
    KI_KEY_SHARE, /* parts of a million */
    KI_KEY_MINIMUM,
    KI_NKEYS
};

enum ki_policy_place {
    KI_PLACE_DEFAULT,
    KI_PLACE_CORROBORATE,
    KI_PLACE_ALLOW,
    KI_PLACE_FLOOD,
    KI_NPLACES_SINGLE,
    KI_PLACE_LIST = KI_NPLACES_SINGLE, /* there may be many of it */
    KI_PLACE_SCHEME,                   /* and of it */
    KI_PLACE_REASONS,
    KI_NPLACES
};

struct ki_policy_section {
    char list[KI_LIST_NAME_NBYTES]; /* of [list NAME] */
    unsigned line;                  /* 1-based; 0: the file has no such section */
    unsigned set;                   /* mask of the keys given, or with a default */
    unsigned values[KI_NKEYS];
    unsigned lines[KI_NKEYS]; /* 0: not given */
};

struct ki_policy {
    char *name; /* of the file, for messages */
    char version[KI_POLICY_VERSION_NBYTES];
    struct ki_policy_section single[KI_NPLACES_SINGLE];
    struct ki_policy_section *lists; /* in order of name */
    size_t nlists;
    size_t capacity;
    struct ki_policy_mapping *mappings; /* in order of scheme and code */
    size_t nmappings;
    size_t mapping_capacity;
    unsigned reasons_line; /* 0: no section [reasons] */
    enum ki_handling handlings[KI_NREASONS];
    struct ki_flood_guard *guard; /* NULL: none */
};

/* Fills a policy that is all zero but for its name. Errors as ki_policy_parse. */
enum ki_status ki_policy_read(struct ki_policy *policy, const char *text, size_t nbytes,
                              struct ki_diag *diag);

/* All that is in force, spelled out, as a policy file that says the same. */
void ki_policy_write(const struct ki_policy *policy, FILE *out);

static inline bool ki_policy_has(const struct ki_policy_section *section,
                                 enum ki_policy_key key)
{
    return section->set >> key & 1;
}

#endif
