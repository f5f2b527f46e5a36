/* SPDX-License-Identifier: Apache-2.0 */
/* The names of the tables inside a segment file, shared by its writer and reader. */
#ifndef KI_INDEX_SEGMENT_TABLES_H
#define KI_INDEX_SEGMENT_TABLES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <knownimage/hash.h>

#include "index/kernel.h"
#include "index/segment.h"

/* LMDB aligns only values that get pages of their own, so that a small table is filled
 * up to a size that always does. Kernels read a little over the end of a table. */
enum { KI_TABLE_PADDING = 48, KI_TABLE_MIN_NBYTES = 4096, KI_TABLE_NAME_NBYTES = 24 };

/* The size of the value that holds a table of nbytes, and the other way round of one
 * that is not filled up; 0: there is no such table. */
static inline size_t ki_table_value_nbytes(size_t nbytes)
{
    size_t filled = nbytes < KI_TABLE_MIN_NBYTES ? (size_t)KI_TABLE_MIN_NBYTES : nbytes;
    return KI_TABLE_PADDING + filled + KI_KERNEL_PADDING;
}

static inline size_t ki_table_nbytes(size_t value_nbytes)
{
    size_t least = KI_TABLE_PADDING + KI_TABLE_MIN_NBYTES + KI_KERNEL_PADDING;
    return value_nbytes < least ? 0
                                : value_nbytes - KI_TABLE_PADDING - KI_KERNEL_PADDING;
}

/* "pdq/band/NN"; "pdq/cell/NN" of lined16, "pdq/line/NN" of ring12; the name of a kind.
 */
void ki_table_name_band(unsigned band, char out[KI_TABLE_NAME_NBYTES]);
void ki_table_name_lined(enum ki_ring ring, unsigned band,
                         char out[KI_TABLE_NAME_NBYTES]);
void ki_table_name_kind(enum ki_kind kind, char out[KI_TABLE_NAME_NBYTES]);

struct ki_segment_header {
    uint32_t version;
    uint32_t is_delta;
    uint32_t nentries;
    uint32_t nhashes[KI_NKINDS];
};

/* Inside the table of a band over n hashes: offsets, then the sketches and ids of ring8
 * or the buckets of ring16. */
struct ki_band_layout {
    bool is_ring8;
    unsigned nbands;
    size_t first_at; /* sketches or buckets */
    size_t ids_at;   /* ring8 */
    size_t nbytes;
};
struct ki_band_layout ki_band_layout(uint32_t n);

/* Inside the table of a kind of digest: prefixes first. */
struct ki_digest_layout {
    size_t keys_at;
    size_t entries_at;
    size_t nbytes;
};
struct ki_digest_layout ki_digest_layout(uint32_t n, uint32_t width);

/* What an entry's record begins with; good records only. */
struct ki_segment_key {
    uint32_t list_id;
    const uint8_t *id;
    size_t id_nbytes;
};
struct ki_segment_key ki_segment_record_key(const uint8_t *record);
/* By list, then by the bytes of the id. */
int ki_segment_key_compare(const struct ki_segment_key *a,
                           const struct ki_segment_key *b);

#endif
