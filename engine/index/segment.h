/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Segments: immutable LMDB files with the search tables over many entries. A table is
 * one value; LMDB puts a large value 16 bytes into a page, so each begins with 48 bytes
 * of padding to stand on a multiple of 64.
 *
 *   "header"      u32 version | u32 nentries | u32 nhashes[4]
 *   "entry/at"    u64 × (nentries + 1): where each entry's record begins, and the end
 *   "entry/data"  records: u32 list id | text scheme | text code | u16 n | id | 00
 *   "pdq/hash"    32 bytes × n: permuted hashes, bands as native u16
 *   "pdq/entry"   u32 × n: which entry each hash belongs to
 *   "pdq/off/BB", "pdq/sketch/BB", "pdq/id/BB"   the tables of band BB = 00 … 15
 *   "md5/key", "md5/prefix", "md5/entry"         likewise sha1, sha256
 *
 * Numbers in tables are in the byte order of the machine; a segment of the other order
 * fails its version check.
 */
#ifndef KI_INDEX_SEGMENT_H
#define KI_INDEX_SEGMENT_H

#include <stddef.h>
#include <stdint.h>

#include "index/catalog.h"
#include "index/digest_table.h"
#include "index/ring16.h"

enum { KI_SEGMENT_VERSION = 1, KI_CHECKSUM_NHEX = 32 };

/* What names a segment in the MANIFEST. */
struct ki_segment_name {
    uint64_t number;
    uint64_t nbytes;
    char checksum[KI_CHECKSUM_NHEX + 1]; /* XXH3-128, hex */
};

/* Collects entries and writes them as a segment. */
struct ki_segment_builder;
enum ki_status ki_segment_builder_create(struct ki_segment_builder **out,
                                         struct ki_diag *diag);
enum ki_status ki_segment_builder_add(struct ki_segment_builder *builder,
                                      uint32_t list_id, const struct ki_entry *entry,
                                      struct ki_diag *diag);
/* Writes and syncs a new file at path, overwriting what a killed writer left there;
 * fills nbytes and checksum of *name. The builder's entries are used up. */
enum ki_status ki_segment_builder_write(struct ki_segment_builder *builder,
                                        const char *path, struct ki_segment_name *name,
                                        struct ki_diag *diag);
void ki_segment_builder_destroy(struct ki_segment_builder *builder);

/* An open segment; immutable, shared by any number of threads. */
struct ki_segment {
    void *env; /* LMDB's, known to segment.c only */
    void *txn;
    int fd;
    uint32_t nentries;
    const uint64_t *entry_at;
    const uint8_t *entry_data;
    struct ki_ring16 pdq;
    const uint32_t *pdq_entries;
    struct ki_digest_table digests[KI_NKINDS]; /* PDQ's place is unused */
    const uint32_t *digest_entries[KI_NKINDS];
};

/* Opens the segment at path after its size and checksum agreed with name, and checks
 * every number that lookups rely on. KI_ERR_DAMAGED (missing too; the message names the
 * file), KI_ERR_IO, KI_ERR_NO_MEMORY. */
enum ki_status ki_segment_open(const char *path, const struct ki_segment_name *name,
                               struct ki_segment **out, struct ki_diag *diag);
void ki_segment_close(struct ki_segment *segment); /* NULL is allowed */

/* An entry's record; strings live as long as the segment. */
struct ki_segment_entry {
    uint32_t list_id;
    const char *category_scheme;
    const char *category_code;
    const char *id;
};
/* i < nentries. Every record was checked at open. */
struct ki_segment_entry ki_segment_entry(const struct ki_segment *segment, uint32_t i);

/* The XXH3-128 of a file from its start, as hex. */
enum ki_status ki_file_checksum(int fd, const char *path,
                                char out[KI_CHECKSUM_NHEX + 1], struct ki_diag *diag);

#endif
