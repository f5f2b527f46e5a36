/* SPDX-License-Identifier: Apache-2.0 */
/* What a builder has collected, between segment_builder.c and segment_write.c. */
#ifndef KI_INDEX_SEGMENT_COLLECT_H
#define KI_INDEX_SEGMENT_COLLECT_H

#include <errno.h>
#include <stdbool.h>

#include "index/segment.h"
#include "index/spool.h"

/* KI_SEGMENT_WORKSHOP_NBYTES: memory of its own that the tables of a band are made
 * in: 14 bytes a hash of ring16, 8 of lined16 and ring12. Of what does not fit, every
 * part is a walk over all hashes. */
enum {
    KI_SEGMENT_WORKSHOP_NBYTES = 256 << 20,
    KI_SEGMENT_MOST_ROWS = KI_RING16_MOST,
    KI_SEGMENT_RECORD_NBYTES = 4 + 1 + 2 + KI_ENTRY_ID_NBYTES + 1 +
                               2 * (KI_CATEGORY_NBYTES + 2) + KI_MEMBER_NBYTES + 2 + 8
};

struct ki_segment_builder {
    const char *folder;
    bool is_delta;
    struct ki_spool entry_data;
    struct ki_spool entry_at;           /* u64 each */
    struct ki_spool hashes;             /* struct ki_ring_hash each */
    struct ki_spool pdq_entries;        /* u32 each */
    struct ki_spool digests[KI_NKINDS]; /* digest and u32 each */
    size_t workshop_nbytes;             /* KI_SEGMENT_WORKSHOP_NBYTES but for tests */
    enum ki_ring large_ring;            /* of tests: instead of what suits the number */
    uint32_t nentries;
    uint32_t nhashes[KI_NKINDS];
};

#endif
