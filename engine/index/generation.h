/* SPDX-License-Identifier: Apache-2.0 */
/* An open generation, as index.c and verify.c see it. */
#ifndef KI_INDEX_GENERATION_H
#define KI_INDEX_GENERATION_H

#include "index/manifest.h"
#include "index/segment.h"

struct ki_index {
    struct ki_manifest manifest;
    struct ki_segment **segments; /* manifest.nsegments of them */
    unsigned radius_most;         /* the widest radius of any list */
};

/* The list of an id in the MANIFEST; NULL if there is none. */
const struct ki_list_info *ki_manifest_list(const struct ki_manifest *manifest,
                                            uint32_t id);

#endif
