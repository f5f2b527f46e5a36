/* SPDX-License-Identifier: Apache-2.0 */
/* State of the index folder, and whether catalog and generation say the same. */
#include <knownimage/index.h>

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "index/catalog_private.h"
#include "index/generation.h"

static void add_lists(struct ki_index_status *status, const struct ki_list_info *lists,
                      size_t nlists)
{
    status->nlists = nlists;
    for (size_t i = 0; i < nlists; i++) {
        status->nentries += lists[i].nentries;
        for (unsigned kind = 0; kind < KI_NKINDS; kind++) {
            status->nhashes[kind] += lists[i].nhashes[kind];
        }
    }
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

enum ki_status ki_index_status(const char *folder, struct ki_index_status *out,
                               struct ki_diag *diag)
{
    struct ki_index_status found = {0};
    enum ki_status status = read_catalog(folder, &found, diag);
    if (status != KI_OK) {
        return status;
    }
    struct ki_diag manifest_diag = {0};
    struct ki_manifest manifest = {0};
    status = ki_manifest_read(folder, KI_MANIFEST_NAME, &manifest, &manifest_diag);
    if (status != KI_OK && status != KI_ERR_NOT_FOUND) {
        return ki_diag_set(diag, status, "%s", manifest_diag.message);
    }
    found.generation = manifest.generation;
    found.published_serial = manifest.catalog_serial;
    found.nsegments = manifest.nsegments;
    for (size_t i = 0; i < manifest.nsegments; i++) {
        found.segment_nbytes += manifest.segments[i].nbytes;
    }
    ki_manifest_free(&manifest);
    *out = found;
    return KI_OK;
}

struct verify {
    const struct ki_index *index;
    uint32_t list_id;
    uint64_t nhashes[KI_NKINDS];
    uint64_t nproblems;
    struct ki_hits hits;
    void (*on_problem)(void *context, const char *text);
    void *context;
};

static void problem(struct verify *verify, const char *format, ...) KI_PRINTF(2, 3);

static void problem(struct verify *verify, const char *format, ...)
{
    char text[KI_DIAG_NBYTES];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    verify->nproblems++;
    if (verify->on_problem) {
        verify->on_problem(verify->context, text);
    }
}

/* Whether the generation finds this hash of this entry, at distance 0. */
static enum ki_status check_hash(struct verify *verify, const struct ki_entry *entry,
                                 const struct ki_hash *hash, bool *is_found)
{
    verify->hits.nhits = 0;
    enum ki_status status = ki_index_lookup(verify->index, hash, 0, &verify->hits);
    for (size_t i = 0; i < verify->hits.nhits && !*is_found; i++) {
        const struct ki_hit *hit = &verify->hits.items[i];
        *is_found = hit->list->id == verify->list_id &&
                    strlen(hit->entry) == entry->id_nbytes &&
                    memcmp(hit->entry, entry->id, entry->id_nbytes) == 0;
    }
    return status;
}

static enum ki_status check_entry(void *context, uint32_t list_id,
                                  const struct ki_entry *entry)
{
    struct verify *verify = context;
    verify->list_id = list_id;
    const struct ki_list_info *list =
        ki_manifest_list(&verify->index->manifest, list_id);
    for (size_t i = 0; i < entry->nhashes; i++) {
        bool is_found = false;
        enum ki_status status = check_hash(verify, entry, &entry->hashes[i], &is_found);
        if (status != KI_OK) {
            return status;
        }
        verify->nhashes[entry->hashes[i].kind]++;
        if (!is_found) {
            problem(verify,
                    "list %s: a %s hash of the catalog is not found in the "
                    "generation",
                    list ? list->name : "(unknown)",
                    ki_kind_text(entry->hashes[i].kind));
        }
    }
    return KI_OK;
}

/* Counts the hashes of a segment whose entry counts. */
static void count_live(const struct verify *verify, size_t isegment,
                       const uint32_t *entries, uint32_t n, uint64_t *count)
{
    const struct ki_segment *segment = verify->index->segments[isegment];
    for (uint32_t i = 0; i < n; i++) {
        struct ki_segment_entry entry = ki_segment_entry(segment, entries[i]);
        *count += ki_generation_live(verify->index, isegment, &entry) != NULL;
    }
}

static void check_counts(struct verify *verify)
{
    uint64_t held[KI_NKINDS] = {0};
    for (size_t i = 0; i < verify->index->manifest.nsegments; i++) {
        const struct ki_segment *segment = verify->index->segments[i];
        count_live(verify, i, segment->pdq_entries, segment->npdq, &held[KI_KIND_PDQ]);
        for (unsigned kind = KI_KIND_MD5; kind < KI_NKINDS; kind++) {
            count_live(verify, i, segment->digest_entries[kind],
                       segment->digests[kind].nkeys, &held[kind]);
        }
    }
    for (unsigned kind = 0; kind < KI_NKINDS; kind++) {
        if (held[kind] != verify->nhashes[kind]) {
            problem(verify,
                    "the generation holds %" PRIu64 " %s hashes, the catalog %" PRIu64,
                    held[kind], ki_kind_text((enum ki_kind)kind),
                    verify->nhashes[kind]);
        }
    }
}

static enum ki_status compare_with_catalog(struct verify *verify, const char *folder,
                                           struct ki_diag *diag)
{
    struct ki_catalog *catalog = NULL;
    struct ki_txn *txn = NULL;
    enum ki_status status = ki_catalog_open(folder, KI_CATALOG_READ, &catalog, diag);
    if (status == KI_OK) {
        status = ki_txn_begin(catalog, &txn, diag);
    }
    if (status == KI_OK &&
        ki_txn_serial(txn) == verify->index->manifest.catalog_serial) {
        status = ki_txn_entries(txn, 0, check_entry, verify, diag);
        if (status == KI_OK) {
            check_counts(verify);
        }
    }
    ki_txn_abort(txn);
    ki_catalog_close(catalog);
    return status;
}

enum ki_status ki_index_verify(const char *folder,
                               void (*on_problem)(void *context, const char *text),
                               void *context, struct ki_diag *diag)
{
    struct verify verify = {.on_problem = on_problem, .context = context};
    struct ki_index *index = NULL;
    struct ki_diag found = {0};
    enum ki_status status = ki_generation_open(folder, NULL, &index, &found);
    if (status == KI_OK) {
        verify.index = index;
        status = compare_with_catalog(&verify, folder, &found);
    }
    if (status == KI_ERR_DAMAGED) {
        problem(&verify, "%s", found.message);
    }
    ki_hits_free(&verify.hits);
    ki_index_close(index);
    if (verify.nproblems > 0) {
        return ki_diag_set(diag, KI_ERR_DAMAGED, "%" PRIu64 " problems in the index",
                           verify.nproblems);
    }
    return status == KI_OK ? KI_OK : ki_diag_set(diag, status, "%s", found.message);
}
