/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The catalog's own account of itself, one row of 124 bytes. LMDB has no checksums: a
 * damaged catalog.mdb gives fewer or other rows without a word. So the catalog keeps,
 * of each table, the sum of the digests of its rows; whoever reads a table whole
 * compares.
 */
#ifndef KI_INDEX_CATALOG_STATE_H
#define KI_INDEX_CATALOG_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum ki_table {
    KI_TABLE_LISTS,
    KI_TABLE_ENTRIES,
    KI_TABLE_DIRTY, /* entry key → entry id: changed, in turns with the next one */
    KI_TABLE_DIRTY_TOO,
    KI_TABLE_IMPORTS,  /* number → what is known of that import */
    KI_TABLE_REFUSALS, /* list id → why its last import was refused */
    KI_NTABLES
};

enum { KI_STATE_NBYTES = 4 + 8 * (8 + KI_NTABLES + 1) };

#define KI_META_NAME "meta"
#define KI_STATE_NAME "state"

struct ki_catalog_state {
    uint64_t commit;     /* LMDB's number of the transaction that wrote it */
    uint64_t serial;     /* commits that changed lists or entries */
    uint64_t nlist_ids;  /* ids given to lists */
    uint64_t generation; /* the last number given to a generation */
    uint64_t base; /* the generation that both dirty tables tell the changes from */
    uint64_t published; /* the content when `generation` was made */
    uint64_t dirty;     /* 0 or 1: which of the dirty tables is written to */
    uint64_t nimports;  /* numbers given to imports */
    uint64_t digests[KI_NTABLES];
};

/* The name of a table in catalog.mdb. */
const char *ki_table_name(enum ki_table table);

uint64_t ki_row_digest(const void *key, size_t key_nbytes, const void *data,
                       size_t nbytes);

/* What lists and entries come to, in 63 bits, as MANIFEST holds it too. */
uint64_t ki_state_content(const struct ki_catalog_state *state);

void ki_state_pack(const struct ki_catalog_state *state, uint8_t out[KI_STATE_NBYTES]);
bool ki_state_unpack(const void *row, size_t nbytes, struct ki_catalog_state *out);

#endif
