/* SPDX-License-Identifier: Apache-2.0 */
/* An open generation, as index.c and verify.c see it. */
#ifndef KI_INDEX_GENERATION_H
#define KI_INDEX_GENERATION_H

#include "index/manifest.h"
#include "index/segment.h"

struct ki_index {
    _Atomic uint64_t nreleased; /* to a struct ki_live, live.c */
    struct ki_manifest manifest;
    struct ki_segment **segments; /* manifest.nsegments of them */
    unsigned radius_most;         /* the widest radius of any list */
};

/* Opens the current generation and no other; segments that it shares with another one
 * (or NULL) are not opened and verified again. */
enum ki_status ki_generation_open(const char *folder, const struct ki_index *other,
                                  struct ki_index **out, struct ki_diag *diag);

/* The number that MANIFEST names now; 0 if it cannot be read. */
uint64_t ki_generation_current(const char *folder);

/* Whether an entry of segments[i] counts: its list is still there and no newer segment
 * has another state of it. NULL if not, else its list. */
const struct ki_list_info *ki_generation_live(const struct ki_index *index, size_t i,
                                              const struct ki_segment_entry *entry);

#endif
