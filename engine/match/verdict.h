/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hashes of inputs → lookups → hits → verdicts.
 */
#ifndef KI_MATCH_VERDICT_H
#define KI_MATCH_VERDICT_H

#include <knownimage/match.h>

#include "match/ruling.h"

/* What was asked for, and from which generation. */
struct ki_match_request {
    const struct ki_index *index;
    const struct ki_ruling *ruling;        /* made from the lists of that index */
    const struct ki_hash_options *options; /* modes and dihedral as the ruling's */
    size_t max_hits;                       /* 0: all */
};

/* Looks up every hash that may be trusted, of 1 … KI_MATCH_MOST inputs together, and
 * judges each. hits is reused; the results borrow it. KI_ERR_NO_MEMORY if hits were
 * lost: the verdict is then no_match never.
 */
enum { KI_MATCH_MOST = 8 };
enum ki_status ki_match(const struct ki_match_request *request,
                        const struct ki_hashes *hashes, size_t ninputs,
                        struct ki_hits *hits, struct ki_result *results);

#endif
