/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A verdict once more, from the hits that were told then: whether each such entry is in
 * the generation that was named, with a hash of that kind, and what the hits amount to
 * under the present policy.
 *
 * What is not told cannot be checked: that the picture has such a hash, at such a
 * distance, and whether other entries would be hit now. Of the flood guard's counts
 * nothing is left either: hits flood as was told, if the policy has a guard at all.
 */
#ifndef KI_MATCH_REPLAY_H
#define KI_MATCH_REPLAY_H

#include <knownimage/match.h>

#include "index/entries.h"
#include "match/judge.h"

struct ki_told_hit {
    const char *list;
    const char *entry; /* terminated, bytes as imported */
    enum ki_kind kind;
    unsigned distance;
    bool has_mode;
    enum ki_mode mode;
    bool has_transform;
    enum ki_transform transform;
    bool is_flooding;
};

/* A match as a line told it. Strings belong to whoever made it. */
struct ki_told {
    uint64_t generation;
    const char *policy; /* its version; NULL: not told */
    enum ki_tier tier;
    bool has_action;
    enum ki_action action;
    bool has_demoted;
    unsigned demoted;
    bool has_quality;
    unsigned quality; /* as in struct ki_result */
    struct ki_told_hit *hits;
    size_t nhits;
    uint64_t nhits_total;
};

/* What may come of it, besides a judgement. */
enum ki_replay_reason {
    KI_REPLAY_OK = 0,        /* judged */
    KI_REPLAY_NO_SUCH_LIST,  /* "no-such-list": not in that generation */
    KI_REPLAY_NO_SUCH_ENTRY, /* "no-such-entry" */
    KI_REPLAY_NO_SUCH_HASH,  /* "no-such-hash": the entry has none of that kind */
    KI_REPLAY_HITS_CUT_OFF,  /* "hits-cut-off": cannot be judged, some are not told */
    KI_REPLAY_HITS_NOT_TOLD, /* "not-told": nor mode, transform or quality, which the
                                policy asks for */
    KI_NREPLAY_REASONS
};
const char *ki_replay_reason_text(enum ki_replay_reason reason); /* "" for OK */

/* The line contradicts the index, rather than saying too little. */
static inline bool ki_replay_is_false(enum ki_replay_reason reason)
{
    return reason >= KI_REPLAY_NO_SUCH_LIST && reason <= KI_REPLAY_NO_SUCH_HASH;
}

/* Fills one query a hit, to be answered by ki_index_find_entries; those of lists that
 * the generation lacks are never found. */
void ki_replay_queries(const struct ki_told *told, const struct ki_index *index,
                       struct ki_entry_query *queries);

/* Judges the hits, with their answers; hits is reused. ruling: made from the lists of
 * that index with options that leave nothing out. KI_ERR_NO_MEMORY. A judgement of tier
 * NONE: none of these hits counts, or makes a match. */
KI_MUST_CHECK enum ki_status
ki_replay(const struct ki_told *told, const struct ki_ruling *ruling,
          const struct ki_entry_query *answers, struct ki_hits *hits,
          enum ki_replay_reason *reason, struct ki_judgement *judgement);

#endif
