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

KI_API const char *ki_verdict_text(enum ki_verdict verdict);
KI_API const char *ki_tier_text(enum ki_tier tier); /* "" for none */

/* The verdict on one input. Hits are borrowed: see who returned the result. */
struct ki_result {
    enum ki_verdict verdict;
    enum ki_tier tier;
    enum ki_reason reason; /* NONE unless not examined */
    bool has_action;       /* on a match only */
    enum ki_action action;
    int os_error; /* errno behind KI_REASON_UNREADABLE, else 0 */
    bool is_degraded; /* decoded in a sandbox that lacks a layer: see sandbox.h */
    struct ki_image_info info;
    bool has_quality; /* a PDQ was computed */
    unsigned quality; /* of mode pdq, or of the only mode asked for */
    uint64_t generation;
    uint64_t elapsed_us;
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
