/* SPDX-License-Identifier: Apache-2.0 */
/* Transactions of the catalog: nothing is read from a file that is damaged, or that
 * does not belong to what was published. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>

#include "base/diag.h"
#include "index/catalog_private.h"
#include "index/manifest.h"
#include "index/writer_lock.h"

enum { SNAPSHOT_TRIES = 16 };

enum ki_status ki_catalog_write_failed(const struct ki_txn *txn, int result,
                                       const char *what, struct ki_diag *diag)
{
    struct statvfs disk;
    if (result == EIO && statvfs(txn->catalog->folder, &disk) == 0 &&
        disk.f_bavail < 16) {
        result = ENOSPC; /* LMDB takes a short write for an error of the disk */
    }
    char text[KI_PATH_NBYTES + 64];
    (void)snprintf(text, sizeof text, "%s %s", what, txn->catalog->path);
    return ki_lmdb_failed(diag, result, text);
}

/* What was last published, as far as it can be read. */
struct published {
    uint64_t generation;
    uint64_t serial;
    uint64_t noted; /* the serial that its last writer left */
    uint64_t content;
    bool is_current; /* from MANIFEST, not from MANIFEST.previous */
};

static struct published read_published(const char *folder)
{
    struct ki_manifest manifest = {0};
    struct published published = {.noted = ki_writer_lock_serial(folder)};
    published.is_current =
        ki_manifest_read(folder, KI_MANIFEST_NAME, &manifest, NULL) == KI_OK;
    if (!published.is_current) {
        (void)ki_manifest_read(folder, KI_MANIFEST_PREVIOUS_NAME, &manifest, NULL);
    }
    published.generation = manifest.generation;
    published.serial = manifest.catalog_serial;
    published.content = manifest.catalog_content;
    ki_manifest_free(&manifest);
    return published;
}

/* The catalog is committed before MANIFEST is replaced, so that it is never behind. */
static enum ki_status check_published(const struct ki_txn *txn,
                                      const struct published *published,
                                      struct ki_diag *diag)
{
    const struct ki_catalog_state *state = &txn->state;
    if (txn->catalog->accepts_older) {
        return KI_OK;
    }
    if (published->generation > state->generation ||
        published->serial > state->serial || published->noted > state->serial) {
        bool is_noted = published->noted > published->serial;
        return ki_diag_set(diag, KI_ERR_DAMAGED,
                           "%s is older than %s: put the newest one back, or accept "
                           "this one by 'knownimage index publish --accept-catalog'",
                           txn->catalog->path,
                           is_noted ? "the one last written here"
                                    : "the published generation");
    }
    if (published->is_current && published->generation == state->generation &&
        published->content != state->published) {
        return ki_diag_set(
            diag, KI_ERR_DAMAGED, "%s does not belong to the published generation %llu",
            txn->catalog->path, (unsigned long long)published->generation);
    }
    return KI_OK;
}

static enum ki_status load_state(struct ki_txn *txn, struct ki_diag *diag)
{
    bool is_reading = txn->catalog->access == KI_CATALOG_READ;
    uint64_t snapshot = mdb_txn_id(txn->txn) - !is_reading;
    MDB_val key = ki_val(KI_STATE_NAME, strlen(KI_STATE_NAME));
    MDB_val row;
    if (snapshot == 0) {
        return KI_OK; /* nothing was ever committed */
    }
    int result = mdb_get(txn->txn, txn->meta, &key, &row);
    /* A compacted copy counts its commits anew. */
    if (result != MDB_SUCCESS ||
        !ki_state_unpack(row.mv_data, row.mv_size, &txn->state) ||
        (txn->state.commit != snapshot && snapshot != 1)) {
        return ki_diag_set(diag, KI_ERR_DAMAGED,
                           "%s is damaged: its account of itself is missing or wrong",
                           txn->catalog->path);
    }
    return KI_OK;
}

static enum ki_status open_tables(struct ki_txn *txn, struct ki_diag *diag)
{
    unsigned flags = txn->catalog->access == KI_CATALOG_READ ? 0 : MDB_CREATE;
    int result = mdb_dbi_open(txn->txn, KI_META_NAME, flags, &txn->meta);
    for (unsigned i = 0; i < KI_NTABLES && result == MDB_SUCCESS; i++) {
        result = mdb_dbi_open(txn->txn, ki_table_name((enum ki_table)i), flags,
                              &txn->tables[i]);
    }
    if (result == MDB_NOTFOUND) {
        return ki_diag_set(diag, KI_ERR_NOT_FOUND, "the index in %s is empty",
                           txn->catalog->folder);
    }
    return result == MDB_SUCCESS
               ? load_state(txn, diag)
               : ki_lmdb_failed(diag, result, "open the catalog's tables");
}

/* Begins LMDB's transaction and has the file checked if need be, before any page of its
 * trees is followed. */
static enum ki_status begin_checked(struct ki_txn *txn, struct ki_diag *diag)
{
    struct ki_catalog *catalog = txn->catalog;
    bool is_reading = catalog->access == KI_CATALOG_READ;
    bool is_gone = true;
    for (int tries = 0; tries < SNAPSHOT_TRIES && is_gone; tries++) {
        mdb_txn_abort(txn->txn);
        int result =
            mdb_txn_begin(catalog->env, NULL, is_reading ? MDB_RDONLY : 0, &txn->txn);
        if (result != MDB_SUCCESS) {
            txn->txn = NULL;
            return ki_lmdb_failed(diag, result, "begin a transaction on catalog.mdb");
        }
        if (catalog->is_checked) {
            return KI_OK;
        }
        enum ki_status status = ki_catalog_check(
            catalog->path, mdb_txn_id(txn->txn) - !is_reading, &is_gone, diag);
        if (status != KI_OK) {
            return status;
        }
    }
    catalog->is_checked = !is_gone;
    return is_gone ? ki_diag_set(diag, KI_ERR_BUSY, "%s changes too fast to be read",
                                 catalog->path)
                   : KI_OK;
}

enum ki_status ki_txn_begin(struct ki_catalog *catalog, struct ki_txn **out,
                            struct ki_diag *diag)
{
    struct ki_txn *txn = calloc(1, sizeof *txn);
    if (!txn) {
        return ki_diag_set(diag, KI_ERR_NO_MEMORY, "no memory for a transaction");
    }
    txn->catalog = catalog;
    /* Read before the transaction sees the catalog, which only gets newer. */
    struct published published = read_published(catalog->folder);
    enum ki_status status = begin_checked(txn, diag);
    if (status == KI_OK) {
        status = open_tables(txn, diag);
    }
    if (status == KI_OK || (status == KI_ERR_NOT_FOUND && published.generation > 0)) {
        status = check_published(txn, &published, diag);
    }
    if (status != KI_OK) {
        catalog->is_checked = false; /* nothing is to be noted of it */
        ki_txn_abort(txn);
        return status;
    }
    catalog->serial = txn->state.serial;
    *out = txn;
    return KI_OK;
}

static enum ki_status put_state(struct ki_txn *txn, struct ki_diag *diag)
{
    uint8_t row[KI_STATE_NBYTES];
    txn->state.serial += txn->is_changed;
    txn->state.commit = mdb_txn_id(txn->txn);
    ki_state_pack(&txn->state, row);
    MDB_val key = ki_val(KI_STATE_NAME, strlen(KI_STATE_NAME));
    MDB_val data = ki_val(row, sizeof row);
    int result = mdb_put(txn->txn, txn->meta, &key, &data, 0);
    return result == MDB_SUCCESS ? KI_OK
                                 : ki_catalog_write_failed(txn, result, "write", diag);
}

enum ki_status ki_txn_commit(struct ki_txn *txn, struct ki_diag *diag)
{
    enum ki_status status = ki_txn_flush_list(txn, diag);
    if (status == KI_OK && txn->is_touched) {
        status = put_state(txn, diag);
    }
    if (status != KI_OK || !txn->is_touched) {
        ki_txn_abort(txn);
        return status;
    }
    int result = mdb_txn_commit(txn->txn); /* frees it, also when it fails */
    txn->txn = NULL;
    if (result == MDB_SUCCESS) {
        txn->catalog->serial = txn->state.serial;
    } else {
        txn->catalog->is_checked = false;
        status = ki_catalog_write_failed(txn, result, "commit to", diag);
    }
    ki_txn_abort(txn);
    return status;
}

void ki_txn_abort(struct ki_txn *txn)
{
    if (txn) {
        mdb_txn_abort(txn->txn);
        free(txn);
    }
}

uint64_t ki_txn_serial(const struct ki_txn *txn)
{
    return txn->state.serial;
}
