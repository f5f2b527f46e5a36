/* SPDX-License-Identifier: Apache-2.0 */
/* Opening the catalog. */
#include "index/catalog.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/diag.h"
#include "index/catalog_private.h"
#include "index/manifest.h"
#include "index/writer_lock.h"

static const char catalog_name[] = "catalog.mdb";

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

static int env_try_open(struct ki_catalog *catalog, size_t map_nbytes, unsigned flags)
{
    int result = mdb_env_create(&catalog->env);
    if (result != MDB_SUCCESS) {
        return result;
    }
    result = mdb_env_set_mapsize(catalog->env, map_nbytes);
    if (result == MDB_SUCCESS) {
        result = mdb_env_set_maxdbs(catalog->env, 8);
    }
    if (result == MDB_SUCCESS) {
        result = mdb_env_open(catalog->env, catalog->path, flags, 0600);
    }
    if (result != MDB_SUCCESS) {
        mdb_env_close(catalog->env);
        catalog->env = NULL;
    }
    return result;
}

static int env_open_flags(struct ki_catalog *catalog, unsigned flags)
{
    int result = ENOMEM;
    for (size_t size = map_nbytes_most; result == ENOMEM && size >= map_nbytes_least;
         size /= 2) {
        result = env_try_open(catalog, size, flags);
    }
    return result;
}

static enum ki_status env_open(struct ki_catalog *catalog, struct ki_diag *diag)
{
    bool is_reading = catalog->access == KI_CATALOG_READ;
    unsigned flags = MDB_NOSUBDIR | MDB_NOTLS | (is_reading ? MDB_RDONLY : 0);
    enum ki_status status = KI_OK;
    int result = env_open_flags(catalog, flags);
    if (is_reading && (result == EACCES || result == EROFS)) {
        /* LMDB notes its readers in a file. Where we may not write to it, our own lock
         * keeps writers away meanwhile. */
        status = ki_writer_lock_share(catalog->folder, &catalog->lock_fd, diag);
        result = env_open_flags(catalog, flags | MDB_NOLOCK);
    }
    if (status == KI_OK && result != MDB_SUCCESS) {
        char what[KI_PATH_NBYTES + 8];
        (void)snprintf(what, sizeof what, "open %s", catalog->path);
        status = ki_lmdb_failed(diag, result, what);
    }
    if (status != KI_OK) {
        return status;
    }
    /* A reader that was killed would pin old pages for ever. */
    int ndead = 0;
    (void)mdb_reader_check(catalog->env, &ndead);
    return KI_OK;
}

/* A file of no bytes is what a writer leaves that was killed before it wrote the first.
 * It may be filled, and a missing one made, only where nothing was ever published. */
static enum ki_status expect_catalog(const struct ki_catalog *catalog,
                                     struct ki_diag *diag)
{
    struct ki_diag found = {0};
    enum ki_status status = ki_catalog_check_head(catalog->path, &found);
    if (status != KI_ERR_NOT_FOUND) {
        return status == KI_OK ? KI_OK : ki_diag_set(diag, status, "%s", found.message);
    }
    if (ki_manifest_is_any(catalog->folder)) {
        return ki_diag_set(diag, KI_ERR_DAMAGED,
                           "%s, but there are published files beside it: put it back "
                           "from a backup",
                           found.message);
    }
    return catalog->access == KI_CATALOG_WRITE
               ? KI_OK
               : ki_diag_set(diag, KI_ERR_NOT_FOUND, "there is no index in %s",
                             catalog->folder);
}

/* Nothing is made, not even a lock, for who asks for what is there. */
static enum ki_status open_all(struct ki_catalog *catalog, struct ki_diag *diag)
{
    enum ki_status status =
        ki_path_join(catalog->folder, catalog_name, catalog->path, diag);
    if (status == KI_OK && catalog->access != KI_CATALOG_WRITE) {
        status = expect_catalog(catalog, diag);
    }
    if (status == KI_OK && catalog->access != KI_CATALOG_READ) {
        status = ki_writer_lock(catalog->folder, &catalog->lock_fd, diag);
    }
    if (status == KI_OK && catalog->access == KI_CATALOG_WRITE) {
        status = expect_catalog(catalog, diag);
    }
    if (status == KI_OK) {
        status = env_open(catalog, diag);
    }
    if (status == KI_OK) {
        catalog->is_checked = ki_writer_lock_knows(catalog->folder, catalog->path);
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
    catalog->access = access == KI_CATALOG_ACCEPT ? KI_CATALOG_CHANGE : access;
    catalog->accepts_older = access == KI_CATALOG_ACCEPT;
    memcpy(catalog->folder, folder, length + 1);
    enum ki_status status = open_all(catalog, diag);
    if (status != KI_OK) {
        ki_catalog_close(catalog);
        return status;
    }
    *out = catalog;
    return KI_OK;
}

void ki_catalog_distrust(struct ki_catalog *catalog)
{
    catalog->is_checked = false;
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
        if (catalog->is_checked && catalog->access != KI_CATALOG_READ) {
            ki_writer_lock_note(catalog->lock_fd, catalog->path, catalog->serial);
        }
        (void)close(catalog->lock_fd);
    }
    free(catalog);
}
