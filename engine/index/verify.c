/* SPDX-License-Identifier: Apache-2.0 */
/* Whether every file of the index is good, and catalog and generation say the same. */
#include <knownimage/index.h>

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "index/catalog_private.h"
#include "index/generation.h"

enum { TRIES = 4 };

struct verify {
    const struct ki_index *index; /* NULL if it cannot be opened */
    struct ki_txn *txn;
    struct ki_list_info *lists; /* of the catalog */
    size_t nlists;
    bool is_current;   /* the catalog has nothing that is not published */
    bool is_overtaken; /* by publications that came between */
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

static const char *list_name(const struct verify *verify, uint32_t list_id)
{
    for (size_t i = 0; i < verify->nlists; i++) {
        if (verify->lists[i].id == list_id) {
            return verify->lists[i].name;
        }
    }
    return NULL;
}

static enum ki_status is_unpublished(struct verify *verify, uint32_t list_id,
                                     const char *id, size_t id_nbytes, bool *is)
{
    *is = !verify->is_current && !list_name(verify, list_id);
    if (verify->is_current || *is) {
        return KI_OK;
    }
    return ki_txn_is_unpublished(verify->txn, verify->index->manifest.generation,
                                 list_id, id, id_nbytes, is, NULL);
}

/* An entry of the catalog: it must be found, unless it has not been published yet. */
static enum ki_status check_entry(void *context, uint32_t list_id,
                                  const struct ki_entry *entry)
{
    struct verify *verify = context;
    bool is_new = true;
    enum ki_status status = KI_OK;
    if (verify->index) {
        status = is_unpublished(verify, list_id, entry->id, entry->id_nbytes, &is_new);
    }
    verify->list_id = list_id;
    for (size_t i = 0; i < entry->nhashes && !is_new && status == KI_OK; i++) {
        bool is_found = false;
        if (ki_entry_withholds(entry, entry->hashes[i].kind)) {
            continue;
        }
        const char *list = list_name(verify, list_id);
        const char *kind = ki_kind_text(entry->hashes[i].kind);
        int length = entry->id_nbytes < 200 ? (int)entry->id_nbytes : 200;
        status = check_hash(verify, entry, &entry->hashes[i], &is_found);
        verify->nhashes[entry->hashes[i].kind]++;
        if (status == KI_OK && !is_found) {
            problem(verify,
                    "list %s, entry %.*s: its %s hash is not found in the generation",
                    list ? list : "(unknown)", length, entry->id, kind);
        }
    }
    return status;
}

/* Counts the hashes of a segment whose entry counts. */
static enum ki_status count_live(struct verify *verify, size_t isegment,
                                 const uint32_t *entries, uint32_t n, uint64_t *count)
{
    const struct ki_segment *segment = verify->index->segments[isegment];
    enum ki_status status = KI_OK;
    for (uint32_t i = 0; i < n && status == KI_OK; i++) {
        bool is_other = false;
        struct ki_segment_entry entry = ki_segment_entry(segment, entries[i]);
        if (ki_generation_live(verify->index, isegment, &entry)) {
            status = is_unpublished(verify, entry.list_id, entry.id, entry.id_nbytes,
                                    &is_other);
            *count += !is_other;
        }
    }
    return status;
}

static enum ki_status check_counts(struct verify *verify)
{
    uint64_t held[KI_NKINDS] = {0};
    enum ki_status status = KI_OK;
    for (size_t i = 0; i < verify->index->manifest.nsegments && status == KI_OK; i++) {
        const struct ki_segment *segment = verify->index->segments[i];
        status = count_live(verify, i, segment->pdq_entries, segment->npdq,
                            &held[KI_KIND_PDQ]);
        for (unsigned kind = KI_KIND_MD5; kind < KI_NKINDS && status == KI_OK; kind++) {
            status = count_live(verify, i, segment->digest_entries[kind],
                                segment->digests[kind].nkeys, &held[kind]);
        }
    }
    for (unsigned kind = 0; kind < KI_NKINDS && status == KI_OK; kind++) {
        if (held[kind] != verify->nhashes[kind]) {
            problem(verify,
                    "the generation holds %" PRIu64 " %s hashes, the catalog %" PRIu64,
                    held[kind], ki_kind_text((enum ki_kind)kind),
                    verify->nhashes[kind]);
        }
    }
    return status;
}

/* Whether the catalog knows what has changed since the generation. If not, others have
 * published since it was opened, or an older MANIFEST is in its place. */
static bool is_comparable(const struct verify *verify)
{
    uint64_t generation = verify->index->manifest.generation;
    const struct ki_catalog_state *state = &verify->txn->state;
    return generation == state->generation || generation == state->base;
}

/* Within the transaction: all rows are read, whether they can be compared or not. */
static enum ki_status check_rows(struct verify *verify, struct ki_diag *diag)
{
    verify->is_overtaken = verify->index && !is_comparable(verify);
    if (verify->is_overtaken) {
        return KI_OK;
    }
    enum ki_status status =
        ki_txn_list_all(verify->txn, &verify->lists, &verify->nlists, diag);
    verify->is_current = verify->index && verify->index->manifest.catalog_serial ==
                                              ki_txn_serial(verify->txn);
    if (status == KI_OK) {
        status = ki_txn_entries(verify->txn, 0, check_entry, verify, diag);
    }
    return status == KI_OK && verify->index ? check_counts(verify) : status;
}

static enum ki_status check_catalog(struct verify *verify, const char *folder,
                                    struct ki_diag *diag)
{
    struct ki_catalog *catalog = NULL;
    enum ki_status status = ki_catalog_open(folder, KI_CATALOG_READ, &catalog, diag);
    if (status == KI_OK) {
        ki_catalog_distrust(catalog);
        status = ki_txn_begin(catalog, &verify->txn, diag);
    }
    if (status == KI_OK) {
        status = check_rows(verify, diag);
    }
    free(verify->lists);
    verify->lists = NULL;
    ki_txn_abort(verify->txn);
    verify->txn = NULL;
    ki_catalog_close(catalog);
    return status;
}

/* Damage is a problem among others; the rest keeps it from being checked. */
static enum ki_status told(struct verify *verify, enum ki_status status,
                           const struct ki_diag *found, struct ki_diag *diag)
{
    if (status == KI_ERR_DAMAGED) {
        problem(verify, "%s", found->message);
        return KI_OK;
    }
    return status == KI_OK ? KI_OK : ki_diag_set(diag, status, "%s", found->message);
}

static enum ki_status check_previous(struct verify *verify, const char *folder,
                                     struct ki_diag *diag)
{
    struct ki_index *previous = NULL;
    struct ki_diag found = {0};
    enum ki_status status = ki_index_open_previous(folder, &previous, &found);
    ki_index_close(previous);
    return status == KI_ERR_NOT_FOUND ? KI_OK : told(verify, status, &found, diag);
}

static enum ki_status check_once(struct verify *verify, const char *folder,
                                 bool has_catalog, struct ki_diag *diag)
{
    struct ki_index *index = NULL;
    struct ki_diag found = {0};
    enum ki_status status = ki_generation_open(folder, NULL, &index, &found);
    if (status != KI_ERR_NOT_FOUND || !has_catalog) {
        status = told(verify, status, &found, diag);
    } else {
        status = KI_OK; /* nothing published yet */
    }
    verify->index = index;
    if (status == KI_OK && has_catalog) {
        found = (struct ki_diag){0};
        status = told(verify, check_catalog(verify, folder, &found), &found, diag);
    }
    verify->index = NULL;
    ki_index_close(index);
    return status;
}

static enum ki_status check_all(struct verify *verify, const char *folder,
                                struct ki_diag *diag)
{
    struct ki_index_status state;
    enum ki_status status = ki_index_status(folder, &state, diag);
    if (status == KI_OK) {
        status = check_previous(verify, folder, diag);
    }
    if (status == KI_OK) {
        status = check_once(verify, folder, state.has_catalog, diag);
    }
    for (int tries = 1; tries < TRIES && status == KI_OK && verify->is_overtaken;
         tries++) {
        status = check_once(verify, folder, state.has_catalog, diag);
    }
    if (status == KI_OK && verify->is_overtaken) {
        problem(verify,
                "%s/MANIFEST is not of the generation that catalog.mdb tells of",
                folder);
    }
    return status;
}

enum ki_status ki_index_verify(const char *folder,
                               void (*on_problem)(void *context, const char *text),
                               void *context, struct ki_diag *diag)
{
    struct verify verify = {.on_problem = on_problem, .context = context};
    enum ki_status status = check_all(&verify, folder, diag);
    ki_hits_free(&verify.hits);
    if (status == KI_OK && verify.nproblems > 0) {
        return ki_diag_set(diag, KI_ERR_DAMAGED, "%" PRIu64 " problems in the index",
                           verify.nproblems);
    }
    return status;
}
