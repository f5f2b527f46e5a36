/* SPDX-License-Identifier: Apache-2.0 */
/* Opening the catalog, and transactions. */
#include "index/catalog.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/diag.h"
#include "base/pack.h"
#include "index/catalog_private.h"

static const char catalog_name[] = "catalog.mdb";
static const char lock_name[] = "writer.lock";

/* Address space, not memory or disk: the map only has to be larger than the file may
 * ever get. Halved until the system grants it. */
static const size_t map_nbytes_most = (size_t)1 << 40;
static const size_t map_nbytes_least = (size_t)1 << 30;

enum ki_status ki_lmdb_failed(struct ki_diag *diag, int result, const char *what)
{
    enum ki_status status = KI_ERR_IO;
    switch (result) {
    case ENOMEM:
        status = KI_ERR_NO_MEMORY;
        break;
    case ENOENT:
        status = KI_ERR_NOT_FOUND;
        break;
    case MDB_INVALID:
    case MDB_CORRUPTED:
    case MDB_PAGE_NOTFOUND:
    case MDB_VERSION_MISMATCH:
        status = KI_ERR_DAMAGED;
        break;
    default:
        break;
    }
    return ki_diag_set(diag, status, "cannot %s: %s", what, mdb_strerror(result));
}

static int env_try_open(struct ki_catalog *catalog, const char *path, size_t map_nbytes)
{
    unsigned flags = MDB_NOSUBDIR | MDB_NOTLS;
    if (catalog->access == KI_CATALOG_READ) {
        flags |= MDB_RDONLY;
    }
    int result = mdb_env_create(&catalog->env);
    if (result != MDB_SUCCESS) {
        return result;
    }
    result = mdb_env_set_mapsize(catalog->env, map_nbytes);
    if (result == MDB_SUCCESS) {
        result = mdb_env_set_maxdbs(catalog->env, 8);
    }
    if (result == MDB_SUCCESS) {
        result = mdb_env_open(catalog->env, path, flags, 0600);
    }
    if (result != MDB_SUCCESS) {
        mdb_env_close(catalog->env);
        catalog->env = NULL;
    }
    return result;
}

static enum ki_status env_open(struct ki_catalog *catalog, struct ki_diag *diag)
{
    char path[KI_PATH_NBYTES];
    enum ki_status status = ki_path_join(catalog->folder, catalog_name, path, diag);
    if (status != KI_OK) {
        return status;
    }
    int result = ENOMEM;
    for (size_t size = map_nbytes_most; result == ENOMEM && size >= map_nbytes_least;
         size /= 2) {
        result = env_try_open(catalog, path, size);
    }
    if (result != MDB_SUCCESS) {
        return ki_lmdb_failed(diag, result, "open catalog.mdb");
    }
    /* A reader that was killed would pin old pages for ever. */
    int ndead = 0;
    (void)mdb_reader_check(catalog->env, &ndead);
    return KI_OK;
}

/* A reader, or a change to what should be there, makes nothing. */
static enum ki_status expect_catalog(const struct ki_catalog *catalog,
                                     struct ki_diag *diag)
{
    char path[KI_PATH_NBYTES];
    enum ki_status status = ki_path_join(catalog->folder, catalog_name, path, diag);
    if (status == KI_OK && access(path, F_OK) != 0) {
        status = ki_diag_set(diag, KI_ERR_NOT_FOUND, "there is no index in %s",
                             catalog->folder);
    }
    return status;
}

static enum ki_status take_turn(struct ki_catalog *catalog, struct ki_diag *diag)
{
    char path[KI_PATH_NBYTES];
    enum ki_status status = ki_folder_make(catalog->folder, diag);
    if (status == KI_OK) {
        status = ki_path_join(catalog->folder, lock_name, path, diag);
    }
    if (status == KI_OK) {
        status = ki_file_lock(path, &catalog->lock_fd, diag);
    }
    return status;
}

enum ki_status ki_catalog_open(const char *folder, enum ki_catalog_access access,
                               struct ki_catalog **out, struct ki_diag *diag)
{
    size_t length = strlen(folder);
    if (length == 0 || length >= KI_PATH_NBYTES) {
        return ki_diag_set(diag, KI_ERR_ARGUMENT, "empty or too long index folder");
    }
    struct ki_catalog *catalog = calloc(1, sizeof *catalog);
    if (!catalog) {
        return ki_diag_set(diag, KI_ERR_NO_MEMORY, "no memory for a catalog");
    }
    catalog->lock_fd = -1;
    catalog->access = access;
    memcpy(catalog->folder, folder, length + 1);
    enum ki_status status = KI_OK;
    if (access != KI_CATALOG_WRITE) {
        status = expect_catalog(catalog, diag);
    }
    if (status == KI_OK && access != KI_CATALOG_READ) {
        status = take_turn(catalog, diag);
    }
    if (status == KI_OK) {
        status = env_open(catalog, diag);
    }
    if (status != KI_OK) {
        ki_catalog_close(catalog);
        return status;
    }
    *out = catalog;
    return KI_OK;
}

void ki_catalog_close(struct ki_catalog *catalog)
{
    if (!catalog) {
        return;
    }
    if (catalog->env) {
        mdb_env_close(catalog->env);
    }
    if (catalog->lock_fd >= 0) {
        (void)close(catalog->lock_fd);
    }
    free(catalog);
}

enum ki_status ki_txn_meta_get(struct ki_txn *txn, const char *name, uint64_t *value,
                               struct ki_diag *diag)
{
    MDB_val key = ki_val(name, strlen(name));
    MDB_val data;
    int result = mdb_get(txn->txn, txn->meta, &key, &data);
    if (result == MDB_NOTFOUND) {
        *value = 0;
        return KI_OK;
    }
    if (result != MDB_SUCCESS) {
        return ki_lmdb_failed(diag, result, "read the catalog");
    }
    struct ki_unpacker unpacker = ki_unpacker_begin(data.mv_data, data.mv_size);
    *value = ki_unpack_uint(&unpacker, 8);
    return unpacker.is_good
               ? KI_OK
               : ki_diag_set(diag, KI_ERR_DAMAGED, "catalog.mdb holds a bad number");
}

enum ki_status ki_txn_meta_put(struct ki_txn *txn, const char *name, uint64_t value,
                               struct ki_diag *diag)
{
    uint8_t bytes[8];
    struct ki_packer packer = ki_packer_begin(bytes, sizeof bytes);
    ki_pack_uint(&packer, value, 8);
    MDB_val key = ki_val(name, strlen(name));
    MDB_val data = ki_val(bytes, sizeof bytes);
    int result = mdb_put(txn->txn, txn->meta, &key, &data, 0);
    return result == MDB_SUCCESS ? KI_OK
                                 : ki_lmdb_failed(diag, result, "write the catalog");
}

static enum ki_status open_tables(struct ki_txn *txn, struct ki_diag *diag)
{
    unsigned flags = txn->catalog->access == KI_CATALOG_READ ? 0 : MDB_CREATE;
    int result = mdb_dbi_open(txn->txn, "meta", flags, &txn->meta);
    if (result == MDB_SUCCESS) {
        result = mdb_dbi_open(txn->txn, "lists", flags, &txn->lists);
    }
    if (result == MDB_SUCCESS) {
        result = mdb_dbi_open(txn->txn, "entries", flags, &txn->entries);
    }
    if (result == MDB_SUCCESS) {
        result = mdb_dbi_open(txn->txn, "dirty", flags, &txn->dirty);
    }
    if (result == MDB_NOTFOUND) {
        return ki_diag_set(diag, KI_ERR_NOT_FOUND, "the index in %s is empty",
                           txn->catalog->folder);
    }
    if (result != MDB_SUCCESS) {
        return ki_lmdb_failed(diag, result, "open the catalog's tables");
    }
    uint64_t generation = 0;
    enum ki_status status = ki_txn_meta_get(txn, "generation", &generation, diag);
    txn->is_published = generation > 0;
    return status == KI_OK ? ki_txn_meta_get(txn, "serial", &txn->serial, diag)
                           : status;
}

enum ki_status ki_txn_begin(struct ki_catalog *catalog, struct ki_txn **out,
                            struct ki_diag *diag)
{
    struct ki_txn *txn = calloc(1, sizeof *txn);
    if (!txn) {
        return ki_diag_set(diag, KI_ERR_NO_MEMORY, "no memory for a transaction");
    }
    txn->catalog = catalog;
    unsigned flags = catalog->access == KI_CATALOG_READ ? MDB_RDONLY : 0;
    int result = mdb_txn_begin(catalog->env, NULL, flags, &txn->txn);
    if (result != MDB_SUCCESS) {
        free(txn);
        return ki_lmdb_failed(diag, result, "begin a transaction on catalog.mdb");
    }
    enum ki_status status = open_tables(txn, diag);
    if (status != KI_OK) {
        ki_txn_abort(txn);
        return status;
    }
    *out = txn;
    return KI_OK;
}

enum ki_status ki_txn_commit(struct ki_txn *txn, struct ki_diag *diag)
{
    enum ki_status status = ki_txn_flush_list(txn, diag);
    if (status == KI_OK && txn->is_changed) {
        status = ki_txn_meta_put(txn, "serial", txn->serial + 1, diag);
    }
    if (status != KI_OK) {
        ki_txn_abort(txn);
        return status;
    }
    int result = mdb_txn_commit(txn->txn); /* frees it, also when it fails */
    free(txn);
    return result == MDB_SUCCESS
               ? KI_OK
               : ki_lmdb_failed(diag, result, "commit to catalog.mdb");
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
    return txn->serial;
}
