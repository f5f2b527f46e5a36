/* SPDX-License-Identifier: Apache-2.0 */
/* What is to be done about what was not examined: names, and the profiles. */
#include <string.h>

#include "match/policy_keys.h"

/* What differs from the profile's rule for all. A flat picture, an empty file or one
 * that is no picture cannot be a known one to this engine; a machine short of memory
 * may do better a moment later. */
struct exception {
    enum ki_reason reason;
    enum ki_handling handling;
};

struct profile {
    const char *name;
    enum ki_handling rule;
    struct exception exceptions[8]; /* ended by KI_REASON_NONE */
};

static const struct profile profiles[] = {
    /* Uploads from strangers: a file made so that it is not examined gains nothing. */
    {"upload",
     KI_HANDLING_HOLD,
     {{KI_REASON_UNREADABLE, KI_HANDLING_RETRY},
      {KI_REASON_OUT_OF_MEMORY, KI_HANDLING_RETRY},
      {KI_REASON_NOT_A_FILE, KI_HANDLING_REJECT},
      {KI_REASON_EMPTY, KI_HANDLING_ALLOW},
      {KI_REASON_UNSUPPORTED_FORMAT, KI_HANDLING_ALLOW},
      {KI_REASON_TOO_SMALL, KI_HANDLING_ALLOW},
      {KI_REASON_LOW_INFORMATION, KI_HANDLING_ALLOW}}},
    /* Seized media: whatever was not examined is for a human. */
    {"triage", KI_HANDLING_HOLD, {{KI_REASON_NONE, KI_HANDLING_NONE}}},
    /* Scans of what is in service already, which must not stop it. */
    {"mirror",
     KI_HANDLING_ALLOW,
     {{KI_REASON_UNREADABLE, KI_HANDLING_RETRY},
      {KI_REASON_OUT_OF_MEMORY, KI_HANDLING_RETRY}}},
};

void ki_reason_key(enum ki_reason reason, char key[KI_REASON_KEY_NBYTES])
{
    (void)snprintf(key, KI_REASON_KEY_NBYTES, "%s", ki_reason_text(reason));
    char *colon = strchr(key, ':');
    if (colon) {
        *colon = '-';
    }
}

bool ki_reason_from_key(const char *key, enum ki_reason *out)
{
    for (unsigned i = KI_REASON_NONE + 1; i < KI_NREASONS; i++) {
        char name[KI_REASON_KEY_NBYTES];
        ki_reason_key((enum ki_reason)i, name);
        if (strcmp(key, name) == 0) {
            *out = (enum ki_reason)i;
            return true;
        }
    }
    return false;
}

bool ki_handling_from_text(const char *text, enum ki_handling *out)
{
    for (unsigned i = KI_HANDLING_NONE + 1; i < KI_NHANDLINGS; i++) {
        if (strcmp(text, ki_handling_text((enum ki_handling)i)) == 0) {
            *out = (enum ki_handling)i;
            return true;
        }
    }
    return false;
}

bool ki_profile_apply(const char *text, enum ki_handling handlings[KI_NREASONS])
{
    for (size_t i = 0; i < sizeof profiles / sizeof *profiles; i++) {
        const struct profile *profile = &profiles[i];
        if (strcmp(text, profile->name) != 0) {
            continue;
        }
        for (unsigned reason = KI_REASON_NONE + 1; reason < KI_NREASONS; reason++) {
            handlings[reason] = profile->rule;
        }
        for (const struct exception *exception = profile->exceptions;
             exception->reason != KI_REASON_NONE; exception++) {
            handlings[exception->reason] = exception->handling;
        }
        return true;
    }
    return false;
}
