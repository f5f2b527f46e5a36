/* SPDX-License-Identifier: Apache-2.0 */
/* Entries put straight into a segment. */
#ifndef KI_TESTS_SUPPORT_SEGMENTS_H
#define KI_TESTS_SUPPORT_SEGMENTS_H

#include <stdio.h>
#include <string.h>

#include "index/segment_builder.h"

/* Entry "<i>" of list 1, with one PDQ hash. */
static inline enum ki_status segment_add(struct ki_segment_builder *builder, uint32_t i,
                                         const struct ki_pdq *pdq, struct ki_diag *diag)
{
    char id[16];
    struct ki_hash hash = {.kind = KI_KIND_PDQ};
    int length = snprintf(id, sizeof id, "%u", i);
    memcpy(hash.bytes, pdq->bytes, sizeof pdq->bytes);
    const struct ki_entry entry = {.id = id,
                                   .id_nbytes = (size_t)length,
                                   .category_scheme = "",
                                   .category_code = "",
                                   .hashes = &hash,
                                   .nhashes = 1};
    return ki_segment_builder_add(builder, 1, &entry, diag);
}

static inline bool count_equal(void *nfound, uint32_t id, unsigned distance)
{
    (void)id;
    *(unsigned *)nfound += distance == 0;
    return true;
}

#endif
