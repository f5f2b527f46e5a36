/* SPDX-License-Identifier: Apache-2.0 */
/* Settled hits and a ruling → tier, action, and what demoted it. */
#ifndef KI_MATCH_JUDGE_H
#define KI_MATCH_JUDGE_H

#include "match/ruling.h"

struct ki_judgement {
    enum ki_tier tier; /* NONE: no match */
    enum ki_action action;
    unsigned demoted; /* mask of enum ki_demotion */
};

/* Hits are in order of what they decide (match/hits.h), flooding ones marked. Time is
 * linear in their number.
 *
 * Hits of lists of purpose match decide, each with the action of its category or
 * list, weakened by what stands against that hit; the strongest counts. A hit is exact
 * (a digest), corroborated (a hit of another source, or of another kind, on a list that
 * corroborates, which does not flood) or near. Causes are told that kept any hit from a
 * stronger action than the one decided. Without hits of that purpose those of purpose
 * test make a match that never acts. */
struct ki_judgement ki_judge(const struct ki_ruling *ruling,
                             const struct ki_hits *hits);

#endif
