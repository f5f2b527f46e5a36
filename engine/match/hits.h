/* SPDX-License-Identifier: Apache-2.0 */
/* Putting hits in order and taking out repetitions. */
#ifndef KI_MATCH_HITS_H
#define KI_MATCH_HITS_H

#include <knownimage/index.h>

/* One hit per (list, entry, kind), the nearest; then in order of what they decide:
 * lists of purpose match, test, allow, then inert hits; in each digests first, then by
 * distance, then by list and entry, so that the order is stable and a limit keeps what
 * decided. */
void ki_hits_settle(struct ki_hits *hits);

#endif
