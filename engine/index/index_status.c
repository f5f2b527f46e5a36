/* SPDX-License-Identifier: Apache-2.0 */
/* What there is in an index folder. */
#include <knownimage/index.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/diag.h"
#include "index/catalog.h"
#include "index/manifest.h"

static void add_lists(struct ki_index_status *status, const struct ki_list_info *lists,
                      size_t nlists)
{
    status->nlists = nlists;
    for (size_t i = 0; i < nlists; i++) {
        status->nentries += lists[i].nentries;
        status->nquarantined += lists[i].nquarantined;
        for (unsigned kind = 0; kind < KI_NKINDS; kind++) {
            status->nhashes[kind] += lists[i].nhashes[kind];
        }
    }
}

static bool has_catalog(const char *folder)
{
    char path[KI_PATH_NBYTES];
    return ki_path_join(folder, "catalog.mdb", path, NULL) == KI_OK &&
           access(path, F_OK) == 0;
}

bool ki_index_exists(const char *folder)
{
    return has_catalog(folder) || ki_manifest_is_any(folder);
}

static enum ki_status read_catalog(const char *folder, struct ki_index_status *out,
                                   struct ki_diag *diag)
{
    struct ki_catalog *catalog = NULL;
    struct ki_txn *txn = NULL;
    struct ki_list_info *lists = NULL;
    size_t nlists = 0;
    enum ki_status status = ki_catalog_open(folder, KI_CATALOG_READ, &catalog, diag);
    if (status == KI_OK) {
        status = ki_txn_begin(catalog, &txn, diag);
    }
    if (status == KI_OK) {
        status = ki_txn_list_all(txn, &lists, &nlists, diag);
    }
    if (status == KI_OK) {
        out->catalog_serial = ki_txn_serial(txn);
        add_lists(out, lists, nlists);
    }
    free(lists);
    ki_txn_abort(txn);
    ki_catalog_close(catalog);
    return status;
}

static void note_damage(struct ki_index_status *status, const struct ki_diag *diag)
{
    if (!status->damage[0]) {
        memcpy(status->damage, diag->message, sizeof status->damage);
    }
}

/* Where the catalog tells nothing, its counts are those of the generation. */
static void add_manifest(struct ki_index_status *status,
                         const struct ki_manifest *manifest, bool counts_lists)
{
    status->generation = manifest->generation;
    status->published_serial = manifest->catalog_serial;
    status->nsegments = manifest->nsegments;
    for (size_t i = 0; i < manifest->nsegments; i++) {
        status->segment_nbytes += manifest->segments[i].nbytes;
    }
    if (counts_lists) {
        add_lists(status, manifest->lists, manifest->nlists);
    }
}

enum ki_status ki_index_status(const char *folder, struct ki_index_status *out,
                               struct ki_diag *diag)
{
    struct ki_index_status found = {.has_catalog = has_catalog(folder)};
    struct ki_diag catalog_diag = {0};
    struct ki_diag manifest_diag = {0};
    struct ki_manifest manifest = {0};
    enum ki_status catalog = KI_ERR_NOT_FOUND;
    if (found.has_catalog || !ki_manifest_is_any(folder)) {
        catalog = read_catalog(folder, &found, &catalog_diag);
        if (catalog != KI_OK && catalog != KI_ERR_DAMAGED) {
            return ki_diag_set(diag, catalog, "%s", catalog_diag.message);
        }
    }
    if (catalog == KI_ERR_DAMAGED) {
        note_damage(&found, &catalog_diag);
    }
    enum ki_status status =
        ki_manifest_read(folder, KI_MANIFEST_NAME, &manifest, &manifest_diag);
    if (status == KI_OK) {
        add_manifest(&found, &manifest, catalog != KI_OK);
    } else if (status == KI_ERR_DAMAGED ||
               (status == KI_ERR_NOT_FOUND && ki_manifest_is_any(folder))) {
        note_damage(&found, &manifest_diag);
    } else if (status != KI_ERR_NOT_FOUND) {
        return ki_diag_set(diag, status, "%s", manifest_diag.message);
    }
    ki_manifest_free(&manifest);
    *out = found;
    return KI_OK;
}
