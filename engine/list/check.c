/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Checking a list: its entries are copied from the catalog, their hashes compared among
 * themselves and with harmless ones, and what is found noted of the entries, in one
 * transaction.
 */
#include <knownimage/list.h>

#include <stdlib.h>
#include <string.h>

#include "base/checked.h"
#include "base/diag.h"
#include "index/catalog.h"
#include "index/publish.h"
#include "list/neighbours.h"

/* One with PDQ hashes. */
struct checked {
    size_t id_at; /* in the ids, terminated */
    uint32_t nneighbours;
    uint8_t noted; /* doubts in the catalog */
    uint8_t found; /* doubts */
    uint8_t benign;
};

struct check {
    const struct ki_check_options *options;
    struct ki_diag *diag;
    struct ki_txn *txn;
    struct ki_list_info list;
    struct checked *entries;
    size_t nentries;
    size_t entries_capacity;
    char *ids;
    size_t ids_nbytes;
    size_t ids_capacity;
    struct ki_neighbour *items;
    size_t nitems;
    size_t items_capacity;
    struct ki_pdq *benign;
    size_t nbenign;
    size_t benign_capacity;
    struct ki_check_result result;
};

struct ki_check_options ki_check_options_default(void)
{
    return (struct ki_check_options){.most_neighbours = 100};
}

static enum ki_status no_memory(struct check *check)
{
    return ki_diag_set(check->diag, KI_ERR_NO_MEMORY, "no memory to check the list");
}

/* Room for `needed` elements; *items may move. */
static bool reserve(void *items, size_t *capacity, size_t needed, size_t item_nbytes)
{
    void *memory = NULL;
    memcpy(&memory, items, sizeof memory);
    bool is_good = ki_array_reserve(&memory, capacity, needed, item_nbytes);
    memcpy(items, &memory, sizeof memory);
    return is_good;
}

static struct ki_pdq pdq_of(const struct ki_hash *hash)
{
    struct ki_pdq pdq;
    memcpy(pdq.bytes, hash->bytes, sizeof pdq.bytes);
    return pdq;
}

/* Counts the figures of a hash; returns the doubts they raise. */
static unsigned count_figures(struct ki_check_result *result, const struct ki_pdq *pdq)
{
    struct ki_pdq_figures figures;
    ki_pdq_measure(pdq, &figures);
    result->npdq++;
    result->coherences[figures.coherence / KI_CHECK_COHERENCE_STEP]++;
    result->asymmetries[figures.asymmetry]++;
    result->weights[figures.weight]++;
    result->broken_squares[figures.broken_squares]++;
    return ki_pdq_figures_doubts(&figures);
}

static bool add_hash(struct check *check, const struct ki_pdq *pdq)
{
    if (!reserve(&check->items, &check->items_capacity, check->nitems + 1,
                 sizeof *check->items)) {
        return false;
    }
    check->items[check->nitems++] = (struct ki_neighbour){
        .hash = ki_ring_permute(pdq), .owner = (uint32_t)check->nentries};
    return true;
}

static bool add_entry(struct check *check, const struct ki_entry *entry, unsigned found)
{
    if (!reserve(&check->entries, &check->entries_capacity, check->nentries + 1,
                 sizeof *check->entries) ||
        !reserve(&check->ids, &check->ids_capacity,
                 check->ids_nbytes + entry->id_nbytes + 1, 1)) {
        return false;
    }
    check->entries[check->nentries++] = (struct checked){
        .id_at = check->ids_nbytes,
        .noted = (uint8_t)entry->doubts,
        .found = (uint8_t)found,
        .benign = KI_DISTANCE_NONE,
    };
    memcpy(check->ids + check->ids_nbytes, entry->id, entry->id_nbytes);
    check->ids[check->ids_nbytes + entry->id_nbytes] = '\0';
    check->ids_nbytes += entry->id_nbytes + 1;
    return true;
}

static enum ki_status goes_on(const struct check *check)
{
    const struct ki_check_options *options = check->options;
    return options->is_stopped && options->is_stopped(options->context)
               ? ki_diag_set(check->diag, KI_ERR_INTERRUPTED, "check stopped")
               : KI_OK;
}

enum { ENTRIES_PER_QUESTION = 1000 };

static enum ki_status take_entry(void *context, uint32_t list_id,
                                 const struct ki_entry *entry)
{
    (void)list_id;
    struct check *check = context;
    unsigned found = 0;
    size_t nbefore = check->nitems;
    for (size_t i = 0; i < entry->nhashes; i++) {
        if (entry->hashes[i].kind == KI_KIND_PDQ) {
            struct ki_pdq pdq = pdq_of(&entry->hashes[i]);
            found |= count_figures(&check->result, &pdq);
            if (!add_hash(check, &pdq)) {
                return no_memory(check);
            }
        }
    }
    check->result.nentries++;
    if (check->nitems > nbefore && !add_entry(check, entry, found)) {
        return no_memory(check);
    }
    return check->result.nentries % ENTRIES_PER_QUESTION == 0 ? goes_on(check) : KI_OK;
}

static bool add_benign(struct check *check, const struct ki_pdq *pdq)
{
    if (!reserve(&check->benign, &check->benign_capacity, check->nbenign + 1,
                 sizeof *check->benign)) {
        return false;
    }
    check->benign[check->nbenign++] = *pdq;
    return true;
}

static enum ki_status take_benign(void *context, uint32_t list_id,
                                  const struct ki_entry *entry)
{
    (void)list_id;
    struct check *check = context;
    for (size_t i = 0; i < entry->nhashes; i++) {
        struct ki_pdq pdq = pdq_of(&entry->hashes[i]);
        if (entry->hashes[i].kind == KI_KIND_PDQ && !add_benign(check, &pdq)) {
            return no_memory(check);
        }
    }
    return KI_OK;
}

static enum ki_status read_benign(struct check *check)
{
    const struct ki_check_options *options = check->options;
    struct ki_list_info info;
    for (size_t i = 0; i < options->nbenign; i++) {
        if (!add_benign(check, &options->benign[i])) {
            return no_memory(check);
        }
    }
    if (!options->benign_list) {
        return KI_OK;
    }
    enum ki_status status =
        ki_txn_list_find(check->txn, options->benign_list, &info, check->diag);
    return status == KI_OK
               ? ki_txn_entries(check->txn, info.id, take_benign, check, check->diag)
               : status;
}

static bool on_work(void *context, double done)
{
    const struct check *check = context;
    if (check->options->on_progress) {
        check->options->on_progress(check->options->context, done);
    }
    return goes_on(check) == KI_OK;
}

static uint32_t most_counted(const struct ki_check_options *options)
{
    return options->most_neighbours < KI_CHECK_MOST_COUNTED
               ? KI_CHECK_MOST_COUNTED
               : options->most_neighbours + (options->most_neighbours < UINT32_MAX);
}

static enum ki_status compare(struct check *check)
{
    const struct ki_neighbours_request request = {
        .items = check->items,
        .nitems = check->nitems,
        .most_counted = most_counted(check->options),
        .benign = check->benign,
        .nbenign = check->nbenign,
        .benign_radius = check->list.radius,
        .block = KI_NEIGHBOURS_BLOCK,
        .goes_on = on_work,
        .context = check,
    };
    enum ki_status status = ki_neighbours_find(&request);
    return status == KI_ERR_NO_MEMORY ? no_memory(check) : status;
}

/* 0, 1, 2–3, 4–7, … */
static size_t place_of_count(uint32_t nneighbours)
{
    size_t place = 0;
    while (nneighbours > 0 && place + 1 < KI_CHECK_NCOUNTS) {
        nneighbours >>= 1;
        place++;
    }
    return place;
}

static void add_up_hashes(struct check *check)
{
    for (size_t i = 0; i < check->nitems; i++) {
        const struct ki_neighbour *item = &check->items[i];
        struct checked *entry = &check->entries[item->owner];
        check->result.nearest[item->nearest]++;
        check->result.neighbours[place_of_count(item->nneighbours)]++;
        if (item->nneighbours > entry->nneighbours) {
            entry->nneighbours = item->nneighbours;
        }
        if (item->benign < entry->benign) {
            entry->benign = item->benign;
        }
    }
}

static void tell_suspect(const struct check *check, const struct checked *entry)
{
    const struct ki_check_options *options = check->options;
    bool is_benign = entry->benign != KI_DISTANCE_NONE;
    const struct ki_suspect suspect = {
        .entry = check->ids + entry->id_at,
        .doubts = (unsigned)entry->found | (entry->noted & KI_DOUBT_RELEASED),
        .nneighbours = entry->nneighbours,
        .is_benign = is_benign,
        .distance = is_benign ? entry->benign : 0,
    };
    if (options->on_suspect &&
        (entry->found & (KI_DOUBT_NEIGHBOURS | KI_DOUBT_BENIGN))) {
        options->on_suspect(options->context, &suspect);
    }
}

static void add_up_entries(struct check *check)
{
    for (size_t i = 0; i < check->nentries; i++) {
        struct checked *entry = &check->entries[i];
        unsigned found = entry->found;
        if (entry->nneighbours > check->options->most_neighbours) {
            found |= KI_DOUBT_NEIGHBOURS;
        }
        if (entry->benign != KI_DISTANCE_NONE) {
            found |= KI_DOUBT_BENIGN;
        }
        entry->found = (uint8_t)found;
        for (unsigned bit = 0; bit < KI_CHECK_NDOUBTS; bit++) {
            check->result.ndoubted[bit] += found >> bit & 1;
        }
        check->result.nreleased += (entry->noted & KI_DOUBT_RELEASED) != 0;
        tell_suspect(check, entry);
    }
}

/* Notes what was found beyond what is noted already. */
static enum ki_status note_entries(struct check *check)
{
    enum ki_status status = KI_OK;
    for (size_t i = 0; i < check->nentries && status == KI_OK; i++) {
        const struct checked *entry = &check->entries[i];
        const char *id = check->ids + entry->id_at;
        unsigned fresh = entry->found & ~(unsigned)entry->noted;
        bool existed = false;
        if (fresh) {
            status = ki_txn_entry_doubt(check->txn, check->list.id, id, strlen(id),
                                        fresh, fresh, &existed, check->diag);
        }
    }
    return status;
}

/* Ends the transaction, in any case. */
static enum ki_status end_check(struct check *check, enum ki_status status)
{
    if (status == KI_OK && check->options->quarantine) {
        status = note_entries(check);
    }
    if (status == KI_OK) {
        struct ki_list_info now = check->list;
        status = ki_txn_list_find(check->txn, check->list.name, &now, check->diag);
        check->result.nquarantined = now.nquarantined;
        check->result.nadded = now.nquarantined - check->list.nquarantined;
    }
    if (status == KI_OK && check->options->quarantine) {
        return ki_publish_txn(check->txn, &ki_publish_policy_default,
                              &check->result.generation, check->diag);
    }
    ki_txn_abort(check->txn);
    return status;
}

static enum ki_status check_list(struct check *check, const char *name)
{
    enum ki_status status =
        ki_txn_list_find(check->txn, name, &check->list, check->diag);
    if (status == KI_OK) {
        status = read_benign(check);
    }
    if (status == KI_OK) {
        status =
            ki_txn_entries(check->txn, check->list.id, take_entry, check, check->diag);
    }
    if (status == KI_OK) {
        status = compare(check);
    }
    if (status == KI_OK) {
        check->result.nbenign = check->nbenign;
        add_up_hashes(check);
        add_up_entries(check);
    }
    return end_check(check, status);
}

static void free_check(struct check *check)
{
    free(check->entries);
    free(check->ids);
    free(check->items);
    free(check->benign);
}

enum ki_status ki_list_check(const char *folder, const char *name,
                             const struct ki_check_options *options,
                             struct ki_check_result *result, struct ki_diag *diag)
{
    const struct ki_check_options defaults = ki_check_options_default();
    struct check check = {.options = options ? options : &defaults, .diag = diag};
    struct ki_catalog *catalog = NULL;
    enum ki_status status = ki_catalog_open(
        folder, check.options->quarantine ? KI_CATALOG_CHANGE : KI_CATALOG_READ,
        &catalog, diag);
    if (status == KI_OK) {
        status = ki_txn_begin(catalog, &check.txn, diag);
    }
    if (status == KI_OK) {
        status = check_list(&check, name);
    }
    ki_catalog_close(catalog);
    if (status == KI_OK) {
        *result = check.result;
    }
    free_check(&check);
    return status;
}
