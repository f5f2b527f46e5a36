/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the catalog share: the LMDB environment and the transaction. */
#ifndef KI_INDEX_CATALOG_PRIVATE_H
#define KI_INDEX_CATALOG_PRIVATE_H

#include <lmdb.h>

#include "base/file.h"
#include "index/catalog.h"

struct ki_catalog {
    MDB_env *env;
    int lock_fd; /* -1 when reading */
    enum ki_catalog_access access;
    char folder[KI_PATH_NBYTES];
};

struct ki_txn {
    struct ki_catalog *catalog;
    MDB_txn *txn;
    MDB_dbi meta; /* "serial", "next-list" → u64 */
    MDB_dbi lists;
    MDB_dbi entries;
    MDB_dbi dirty; /* entry key → entry id: changed since the last publication */
    uint64_t serial;
    bool is_published; /* before the first publication nothing is marked dirty */
    bool is_changed;
    /* The list that entries are being added to; its counts are written once, at the
     * commit or when another list comes. */
    struct ki_list_info list;
    bool has_list;
    bool is_list_changed;
};

/* LMDB's errors as ours: "cannot <what>: <why>". */
enum ki_status ki_lmdb_failed(struct ki_diag *diag, int result, const char *what);

/* Writes back the counts of txn->list. */
enum ki_status ki_txn_flush_list(struct ki_txn *txn, struct ki_diag *diag);

enum ki_status ki_txn_meta_get(struct ki_txn *txn, const char *name, uint64_t *value,
                               struct ki_diag *diag);
enum ki_status ki_txn_meta_put(struct ki_txn *txn, const char *name, uint64_t value,
                               struct ki_diag *diag);

/* Makes list_id the list whose counts txn->list holds. */
enum ki_status ki_txn_select_list(struct ki_txn *txn, uint32_t list_id,
                                  struct ki_diag *diag);

/* Visits the entry of that key, if there is one. */
enum ki_status ki_txn_entry_visit(struct ki_txn *txn, const void *key, size_t nbytes,
                                  ki_entry_visit visit, void *context,
                                  struct ki_diag *diag);

enum ki_status ki_txn_mark_dirty(struct ki_txn *txn, const void *key, size_t nbytes,
                                 const char *id, size_t id_nbytes,
                                 struct ki_diag *diag);

static inline MDB_val ki_val(const void *data, size_t nbytes)
{
    /* LMDB takes keys and values through a non-const pointer and does not write. */
    union {
        const void *in;
        void *out;
    } pointer = {.in = data};
    return (MDB_val){.mv_size = nbytes, .mv_data = pointer.out};
}

#endif
