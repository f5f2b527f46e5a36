/* SPDX-License-Identifier: Apache-2.0 */
/* The stable names of purposes, actions, doubts, verdicts, tiers, demotions and
 * handlings. */
#include <knownimage/match.h>

#include <string.h>

static const char *const purpose_texts[KI_NPURPOSES] = {
    [KI_PURPOSE_MATCH] = "match",
    [KI_PURPOSE_ALLOW] = "allow",
    [KI_PURPOSE_TEST] = "test",
};

static const char *const action_texts[KI_NACTIONS] = {
    [KI_ACTION_OBSERVE] = "observe",
    [KI_ACTION_REVIEW] = "review",
    [KI_ACTION_BLOCK] = "block",
};

static const char *const verdict_texts[KI_NVERDICTS] = {
    [KI_VERDICT_NOT_EXAMINED] = "not_examined",
    [KI_VERDICT_NO_MATCH] = "no_match",
    [KI_VERDICT_MATCH] = "match",
};

static const char *const tier_texts[KI_NTIERS] = {
    [KI_TIER_NONE] = "",
    [KI_TIER_NEAR] = "near",
    [KI_TIER_CORROBORATED] = "corroborated",
    [KI_TIER_EXACT] = "exact",
};

static const char *const demotion_texts[KI_NDEMOTIONS] = {
    [KI_DEMOTION_COUNTER_EVIDENCE] = "counter-evidence",
    [KI_DEMOTION_NOT_EXACT] = "not-exact",
    [KI_DEMOTION_SINGLE_SOURCE] = "single-source",
    [KI_DEMOTION_VOTES] = "votes",
    [KI_DEMOTION_FLOOD] = "flood",
};

static const char *const handling_texts[KI_NHANDLINGS] = {
    [KI_HANDLING_NONE] = "",       [KI_HANDLING_ALLOW] = "allow",
    [KI_HANDLING_HOLD] = "hold",   [KI_HANDLING_REJECT] = "reject",
    [KI_HANDLING_RETRY] = "retry",
};

const char *ki_doubt_text(enum ki_doubt doubt)
{
    switch (doubt) {
    case KI_DOUBT_COHERENT:
        return "coherent";
    case KI_DOUBT_SYMMETRIC:
        return "symmetric";
    case KI_DOUBT_WEIGHT:
        return "weight";
    case KI_DOUBT_NEIGHBOURS:
        return "neighbours";
    case KI_DOUBT_BENIGN:
        return "benign";
    case KI_DOUBT_STRIPED:
        return "striped";
    case KI_DOUBT_RELEASED:
        return "released";
    case KI_DOUBTS:
    default:
        return "unknown";
    }
}

bool ki_doubt_from_text(const char *text, enum ki_doubt *out)
{
    for (unsigned bit = 1; bit <= KI_DOUBT_RELEASED; bit <<= 1) {
        bool is_one = (bit & (KI_DOUBTS | KI_DOUBT_RELEASED)) != 0;
        if (is_one && strcmp(ki_doubt_text((enum ki_doubt)bit), text) == 0) {
            *out = (enum ki_doubt)bit;
            return true;
        }
    }
    return false;
}

const char *ki_demotion_text(enum ki_demotion demotion)
{
    return (unsigned)demotion < KI_NDEMOTIONS ? demotion_texts[demotion] : "unknown";
}

const char *ki_handling_text(enum ki_handling handling)
{
    return (unsigned)handling < KI_NHANDLINGS ? handling_texts[handling] : "";
}

const char *ki_purpose_text(enum ki_purpose purpose)
{
    return (unsigned)purpose < KI_NPURPOSES ? purpose_texts[purpose] : "unknown";
}

const char *ki_action_text(enum ki_action action)
{
    return (unsigned)action < KI_NACTIONS ? action_texts[action] : "unknown";
}

const char *ki_verdict_text(enum ki_verdict verdict)
{
    return (unsigned)verdict < KI_NVERDICTS ? verdict_texts[verdict] : "not_examined";
}

const char *ki_tier_text(enum ki_tier tier)
{
    return (unsigned)tier < KI_NTIERS ? tier_texts[tier] : "";
}

bool ki_purpose_from_text(const char *text, enum ki_purpose *out)
{
    for (unsigned i = 0; i < KI_NPURPOSES; i++) {
        if (strcmp(purpose_texts[i], text) == 0) {
            *out = (enum ki_purpose)i;
            return true;
        }
    }
    return false;
}

bool ki_action_from_text(const char *text, enum ki_action *out)
{
    for (unsigned i = 0; i < KI_NACTIONS; i++) {
        if (strcmp(action_texts[i], text) == 0) {
            *out = (enum ki_action)i;
            return true;
        }
    }
    return false;
}
