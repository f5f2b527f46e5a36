/* SPDX-License-Identifier: Apache-2.0 */
/* The keys of a policy file, and how the value of each is read and written. */
#ifndef KI_MATCH_POLICY_KEYS_H
#define KI_MATCH_POLICY_KEYS_H

#include "match/policy.h"

struct ki_policy_key_spec {
    const char *name;
    unsigned places;      /* mask of enum ki_policy_place it may stand in */
    unsigned defaulted;   /* mask of those where it is in force without being given */
    unsigned preset;      /* its value there */
    const char *expected; /* "a number from 0 to 47" */
    bool (*read)(const char *text, unsigned *value);
    void (*write)(FILE *out, unsigned value);
};

extern const struct ki_policy_key_spec ki_policy_keys[KI_NKEYS];

/* The name of a section without its brackets; "list" for KI_PLACE_LIST. */
const char *ki_policy_place_text(enum ki_policy_place place);

/* How a reason is called in [reasons]: "limit-side" for "limit:side", as a colon would
 * end a key. */
enum { KI_REASON_KEY_NBYTES = 32 };
void ki_reason_key(enum ki_reason reason, char key[KI_REASON_KEY_NBYTES]);

/* False if there is no such reason, handling or profile; *out untouched then. */
bool ki_reason_from_key(const char *key, enum ki_reason *out);
bool ki_handling_from_text(const char *text, enum ki_handling *out);
bool ki_profile_apply(const char *text, enum ki_handling handlings[KI_NREASONS]);

#endif
