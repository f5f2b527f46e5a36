/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Verdicts: what the hits on one picture amount to.
 */
#ifndef KNOWNIMAGE_MATCH_H
#define KNOWNIMAGE_MATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <knownimage/hash.h>
#include <knownimage/index.h>
#include <knownimage/status.h>

#ifdef __cplusplus
extern "C" {
#endif

/* KI_VERDICT_NO_MATCH is said only after a full decode, a hash of sufficient quality
 * (or a request for digests only) and lookups in a verified generation. Whatever else
 * is not a match is KI_VERDICT_NOT_EXAMINED, with a reason. */
enum ki_verdict {
    KI_VERDICT_NOT_EXAMINED = 0, /* "not_examined" */
    KI_VERDICT_NO_MATCH,         /* "no_match" */
    KI_VERDICT_MATCH,            /* "match" */
    KI_NVERDICTS
};

/* How strong a match is, judged from the hits of lists of purpose match; from those of
 * purpose test, which corroborate nothing, if there are no others. */
enum ki_tier {
    KI_TIER_NONE = 0,     /* no match */
    KI_TIER_NEAR,         /* "near": PDQ within the radius, one source */
    KI_TIER_CORROBORATED, /* "corroborated": PDQ, two independent sources */
    KI_TIER_EXACT,        /* "exact": a digest of the file itself */
    KI_NTIERS
};

/* Why the action of a match is weaker than its lists ask for. */
enum ki_demotion {
    KI_DEMOTION_COUNTER_EVIDENCE =
        0,                     /* "counter-evidence": on a list of purpose allow */
    KI_DEMOTION_NOT_EXACT,     /* "not-exact": only a digest may block */
    KI_DEMOTION_SINGLE_SOURCE, /* "single-source": near, not corroborated */
    KI_DEMOTION_VOTES,         /* "votes": more members of the source were against it */
    KI_DEMOTION_FLOOD, /* "flood": the entry hits more than its share of pictures */
    KI_NDEMOTIONS
};

/* What the operator wants done about an input that was not examined. */
enum ki_handling {
    KI_HANDLING_NONE = 0, /* the policy does not say */
    KI_HANDLING_ALLOW,    /* "allow" */
    KI_HANDLING_HOLD,     /* "hold": until somebody has looked */
    KI_HANDLING_REJECT,   /* "reject" */
    KI_HANDLING_RETRY,    /* "retry" */
    KI_NHANDLINGS
};

KI_API const char *ki_demotion_text(enum ki_demotion demotion);
KI_API const char *ki_handling_text(enum ki_handling handling); /* "" for none */
KI_API const char *ki_verdict_text(enum ki_verdict verdict);
KI_API const char *ki_tier_text(enum ki_tier tier); /* "" for none */

/* Bytes of a policy's version with its terminator. */
enum { KI_POLICY_VERSION_NBYTES = 33 };

/* The verdict on one input. Hits are borrowed: see who returned the result. */
struct ki_result {
    enum ki_verdict verdict;
    enum ki_tier tier;
    enum ki_reason reason; /* NONE unless not examined */
    bool has_action;       /* on a match only */
    bool is_degraded;      /* decoded in a sandbox that lacks a layer: see sandbox.h */
    bool has_quality;      /* a PDQ was computed */
    enum ki_action action;
    unsigned demoted;          /* mask of enum ki_demotion: what weakened the action */
    enum ki_handling handling; /* NONE unless not examined */
    char
        policy[KI_POLICY_VERSION_NBYTES]; /* version of the policy; "lists": there is
                                             none, the lists' own values are in force */
    int os_error;     /* errno behind KI_REASON_UNREADABLE, else 0 */
    unsigned quality; /* of mode pdq, or of the only mode asked for; if has_quality */
    struct ki_image_info info;
    uint64_t generation;
    uint64_t elapsed_us; /* reading, hashing, and its share of lookups done together */
    /* What decided first: purpose match, then test, then allow; in each the strongest
     * first: digests, then by distance. */
    const struct ki_hit *hits;
    size_t nhits;
    size_t nhits_total; /* hits found; more than nhits if a limit cut them off */
};

#ifdef __cplusplus
}
#endif
#endif
