/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Segments: immutable LMDB files with the search tables over many entries. A table is
 * one value; LMDB puts a large value 16 bytes into a page, so each begins with 48 bytes
 * of padding to stand on a multiple of 64.
 *
 *   "header"       struct ki_segment_header
 *   "entry/at"     u64 × (nentries + 1): where each entry's record begins, and the end
 *   "entry/data"   records: u32 list id | u8 removed | u16 n | id | 00 | text scheme |
 *                  text code | text member | u32 votes for | u32 votes against
 *   "entry/order"  u32 × nentries, in a delta only: the entries sorted by list and id
 *   "pdq/hash"     32 bytes × n: permuted hashes, bands as native u16
 *   "pdq/entry"    u32 × n: which entry each hash belongs to
 *   "pdq/band/BB"  band BB: offsets | sketches | ids of ring8, or offsets | buckets of
 *                  ring16, each on a multiple of 64
 *   "pdq/cell/BB"  instead, band BB: lines | records of lined16
 *   "pdq/line/BB"  instead, band BB: lines | records of ring12
 *   "md5"          prefixes | keys | u32 × n: entries, likewise "sha1", "sha256"
 *
 * Up to KI_SEGMENT_RING8_MOST hashes are searched by ring8, up to
 * KI_SEGMENT_RING16_MOST by ring16 or lined16, more by ring12. Which of the three a
 * segment of more than the first has, it tells by "pdq/cell/00" and "pdq/line/00":
 * older versions began with ring12 at 20 million, or never, and had no lined16.
 *
 * A generation is one base segment and some deltas over it. An entry of a newer
 * segment, also a removed one, takes the place of the entry of that list and id in all
 * older ones; an entry whose list the MANIFEST does not name is gone.
 *
 * Numbers in tables are in the byte order of the machine; a segment of the other order
 * fails its version check.
 */
#ifndef KI_INDEX_SEGMENT_H
#define KI_INDEX_SEGMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "index/catalog.h"
#include "index/digest_table.h"
#include "index/lined.h"
#include "index/ring16.h"
#include "index/ring8.h"

enum {
    KI_SEGMENT_VERSION = 5,
    KI_SEGMENT_RING8_MOST = 131072,
    KI_SEGMENT_RING16_MOST = 67108864,
    KI_CHECKSUM_NHEX = 32
};

/* The structure that PDQ hashes are searched by. */
enum ki_ring { KI_RING8, KI_RING16, KI_LINED16, KI_RING12 };

static inline bool ki_ring_is_lined(enum ki_ring ring)
{
    return ring == KI_LINED16 || ring == KI_RING12;
}

/* What names a segment in the MANIFEST. */
struct ki_segment_name {
    uint64_t number;
    uint64_t nbytes;
    char checksum[KI_CHECKSUM_NHEX + 1]; /* XXH3-128, hex */
};

/* An open segment; immutable, shared by any number of threads and generations. */
struct ki_segment {
    struct ki_segment_name name;
    _Atomic unsigned nholders;
    void *env; /* LMDB's, known to segment.c only */
    void *txn;
    int fd;
    bool is_delta;
    uint32_t nentries;
    const uint64_t *entry_at;
    const uint8_t *entry_data;
    const uint32_t *entry_order; /* of a delta */
    uint32_t npdq;
    enum ki_ring ring;
    struct ki_ring8 ring8;
    struct ki_ring16 ring16;
    struct ki_lined lined; /* lined16 or ring12 */
    const struct ki_ring_hash *pdq_hashes;
    const uint32_t *pdq_entries;
    struct ki_digest_table digests[KI_NKINDS]; /* PDQ's place is unused */
    const uint32_t *digest_entries[KI_NKINDS];
};

/* Opens the segment at path after its size and checksum agreed with name, and checks
 * every number that lookups rely on. KI_ERR_DAMAGED (missing too; the message names the
 * file), KI_ERR_IO, KI_ERR_NO_MEMORY. */
enum ki_status ki_segment_open(const char *path, const struct ki_segment_name *name,
                               struct ki_segment **out, struct ki_diag *diag);
/* Each holder closes once; the last one frees. NULL is allowed. */
struct ki_segment *ki_segment_hold(struct ki_segment *segment);
void ki_segment_close(struct ki_segment *segment);

/* The values of a segment by name. */
struct ki_segment_values {
    void *context;
    /* NULL if there is none. It lives as long as the segment, and is followed by
     * nothing: a reader stays within *nbytes. */
    const void *(*find)(void *context, const char *name, size_t *nbytes);
};

/* The part of opening that deals with tables: finds them and checks every number that
 * lookups rely on. False if one is missing or damaged; the segment is unusable then. */
bool ki_segment_load(struct ki_segment *segment,
                     const struct ki_segment_values *values);

/* An entry's record; strings live as long as the segment. */
struct ki_segment_entry {
    uint32_t list_id;
    bool is_removed;
    size_t id_nbytes;
    const char *category_scheme;
    const char *category_code;
    const char *member;
    uint32_t nvotes_for;
    uint32_t nvotes_against;
    const char *id;
};
/* i < nentries. Every record was checked at open. */
struct ki_segment_entry ki_segment_entry(const struct ki_segment *segment, uint32_t i);

/* Whether a delta has an entry, live or removed, of that list and id. */
bool ki_segment_has(const struct ki_segment *delta,
                    const struct ki_segment_entry *entry);

/* As ki_ring16_search, over the segment's PDQ hashes. */
bool ki_segment_search(const struct ki_segment *segment,
                       const struct ki_ring_hash *query, unsigned radius,
                       ki_ring_report report, void *context);
bool ki_segment_search_many(const struct ki_segment *segment,
                            const struct ki_ring_job *jobs, size_t njobs,
                            unsigned radius, ki_ring_report report);

/* The XXH3-128 of a file from its start, as hex. */
enum ki_status ki_file_checksum(int fd, const char *path,
                                char out[KI_CHECKSUM_NHEX + 1], struct ki_diag *diag);

#endif
