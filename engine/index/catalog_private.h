/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the catalog share: the LMDB environment and the transaction. */
#ifndef KI_INDEX_CATALOG_PRIVATE_H
#define KI_INDEX_CATALOG_PRIVATE_H

#include <lmdb.h>

#include "base/file.h"
#include "index/catalog.h"
#include "index/catalog_state.h"

struct ki_catalog {
    MDB_env *env;
    int lock_fd; /* -1 when reading, unless LMDB's own lock could not be had */
    enum ki_catalog_access access;
    bool accepts_older; /* than MANIFEST */
    uint64_t serial;    /* of the last transaction */
    bool is_checked;    /* the file is as its last writer left it, or was read whole */
    char folder[KI_PATH_NBYTES];
    char path[KI_PATH_NBYTES]; /* of catalog.mdb */
};

struct ki_txn {
    struct ki_catalog *catalog;
    MDB_txn *txn;
    MDB_dbi meta; /* one row, the state */
    MDB_dbi tables[KI_NTABLES];
    struct ki_catalog_state state;
    bool is_changed; /* lists or entries are: the serial is raised */
    bool is_touched; /* anything is */
    /* The list that entries are being added to; its counts are written once, at the
     * commit or when another list comes. */
    struct ki_list_info list;
    bool has_list;
    bool is_list_changed;
    uint32_t import; /* that changes are made by; 0: none */
};

/* LMDB's errors as ours: "cannot <what>: <why>". */
enum ki_status ki_lmdb_failed(struct ki_diag *diag, int result, const char *what);

/* The same for a failed write, where LMDB says EIO for a full disk. */
enum ki_status ki_catalog_write_failed(const struct ki_txn *txn, int result,
                                       const char *what, struct ki_diag *diag);

/* Whether catalog.mdb can be opened at all: KI_ERR_NOT_FOUND if it is missing or has no
 * byte yet, KI_ERR_DAMAGED. */
enum ki_status ki_catalog_check_head(const char *path, struct ki_diag *diag);

/* Reads the snapshot of that number whole, by way of read and not of the map: pages and
 * their order, free pages, and the digests of all rows. *is_gone: the snapshot's meta
 * page has been replaced meanwhile. */
enum ki_status ki_catalog_check(const char *path, uint64_t snapshot, bool *is_gone,
                                struct ki_diag *diag);

/* All rows but the state are written and deleted by way of these, which keep the
 * digests. They return LMDB's results. */
int ki_row_put(struct ki_txn *txn, enum ki_table table, const MDB_val *key,
               const MDB_val *data);
/* MDB_KEYEXIST if there is such a row already. */
int ki_row_insert(struct ki_txn *txn, enum ki_table table, const MDB_val *key,
                  const MDB_val *data);
int ki_row_delete(struct ki_txn *txn, enum ki_table table, const MDB_val *key);
/* Every row whose key begins with the prefix. */
int ki_rows_delete(struct ki_txn *txn, enum ki_table table, const void *prefix,
                   size_t nbytes);
int ki_rows_clear(struct ki_txn *txn, enum ki_table table);

/* The table that changed entries are noted in now, and the one with those of the last
 * publication. */
enum ki_table ki_txn_dirty_table(const struct ki_txn *txn);
enum ki_table ki_txn_pending_table(const struct ki_txn *txn);

/* Writes back the counts of txn->list. */
enum ki_status ki_txn_flush_list(struct ki_txn *txn, struct ki_diag *diag);

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
