/* SPDX-License-Identifier: Apache-2.0 */
/* Many small changes, publications and merges in random order, against a model that
 * remembers what must be found and what must not be any more. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "index/entries.h"
#include "index/generation.h"
#include "support/folder.h"
#include "support/hashes.h"
#include "support/lists.h"

enum { NLISTS = 3, NIDS = 60, NSTATES = 40 };

/* Each entry has had a number of states, the last of which may be in force: a new one
 * after each removal. */
struct model_entry {
    struct ki_hash hashes[NSTATES];
    unsigned nhashes; /* those before first are of states that were removed */
    unsigned first;
};

struct model {
    struct folder folder;
    struct random_state random;
    struct ki_publish_policy policy;
    struct ki_catalog *catalog;
    struct model_entry entries[NLISTS][NIDS];
    size_t most_segments;
};

static void id_of(unsigned i, char id[32])
{
    (void)snprintf(id, 32, "entry %u", i);
}

static void list_of(unsigned i, char name[32])
{
    (void)snprintf(name, 32, "list%u", i);
}

static struct ki_list_info find_list(struct ki_txn *txn, unsigned i)
{
    char name[32];
    struct ki_diag diag = {0};
    list_of(i, name);
    struct ki_list_info info = list_named(name);
    cr_assert_eq(ki_txn_list_add(txn, &info, true, &diag), KI_OK, "%s", diag.message);
    cr_assert_eq(ki_txn_list_find(txn, name, &info, &diag), KI_OK, "%s", diag.message);
    return info;
}

static void model_add(struct model *model, struct ki_txn *txn, unsigned list,
                      unsigned i)
{
    struct model_entry *entry = &model->entries[list][i];
    if (entry->nhashes == NSTATES) {
        return;
    }
    char id[32];
    id_of(i, id);
    enum ki_kind kind = (enum ki_kind)random_below(&model->random, KI_NKINDS);
    struct ki_hash hash = hash_of_kind(&model->random, kind);
    (void)entry_add(txn, find_list(txn, list).id, id, &hash);
    entry->hashes[entry->nhashes++] = hash;
}

static void model_remove(struct model *model, struct ki_txn *txn, unsigned list,
                         unsigned i)
{
    struct model_entry *entry = &model->entries[list][i];
    bool existed = false;
    char id[32];
    id_of(i, id);
    cr_assert_eq(ki_txn_entry_remove(txn, find_list(txn, list).id, id, strlen(id),
                                     &existed, NULL),
                 KI_OK);
    cr_assert_eq(existed, entry->nhashes > entry->first);
    entry->first = entry->nhashes;
}

static void model_remove_list(struct model *model, struct ki_txn *txn, unsigned list)
{
    char name[32];
    uint64_t nentries = 0;
    list_of(list, name);
    (void)find_list(txn, list);
    cr_assert_eq(ki_txn_list_remove(txn, name, &nentries, NULL), KI_OK);
    for (unsigned i = 0; i < NIDS; i++) {
        model->entries[list][i].first = model->entries[list][i].nhashes;
    }
}

static void change(struct model *model)
{
    struct ki_diag diag = {0};
    struct ki_txn *txn = txn_begin(model->catalog);
    unsigned count = 1 + random_below(&model->random, 12);
    for (unsigned n = 0; n < count; n++) {
        unsigned list = random_below(&model->random, NLISTS);
        unsigned i = random_below(&model->random, NIDS);
        unsigned what = random_below(&model->random, 100);
        if (what < 60) {
            model_add(model, txn, list, i);
        } else if (what < 98) {
            model_remove(model, txn, list, i);
        } else {
            model_remove_list(model, txn, list);
        }
    }
    cr_assert_eq(ki_txn_commit(txn, &diag), KI_OK, "%s", diag.message);
}

static bool is_found(const struct ki_index *index, const struct ki_hash *hash,
                     unsigned list, unsigned i)
{
    struct ki_hits hits = {0};
    char name[32];
    char id[32];
    unsigned count = 0;
    list_of(list, name);
    id_of(i, id);
    cr_assert_eq(ki_index_lookup(index, hash, 0, &hits), KI_OK);
    for (size_t h = 0; h < hits.nhits; h++) {
        count += strcmp(hits.items[h].list->name, name) == 0 &&
                 strcmp(hits.items[h].entry, id) == 0;
    }
    ki_hits_free(&hits);
    cr_assert_leq(count, 1u, "an entry is reported once");
    return count == 1;
}

static uint32_t list_id_of(const struct ki_index *index, unsigned list)
{
    char name[32];
    list_of(list, name);
    for (size_t i = 0; i < ki_index_nlists(index); i++) {
        if (strcmp(ki_index_list(index, i)->name, name) == 0) {
            return ki_index_list(index, i)->id;
        }
    }
    return UINT32_MAX;
}

/* By name: each entry of the model, asked for twice. */
static void expect_entries(const struct model *model, const struct ki_index *index)
{
    enum { NASKED = 2 * NLISTS * NIDS };
    static struct ki_entry_query queries[NASKED];
    static char ids[NIDS][32];
    for (unsigned n = 0; n < NASKED; n++) {
        unsigned i = n % NIDS;
        id_of(i, ids[i]);
        queries[n] = (struct ki_entry_query){
            .list_id = list_id_of(index, n / NIDS % NLISTS), .id = ids[i]};
    }
    cr_assert_eq(ki_index_find_entries(index, queries, NASKED), KI_OK);
    for (unsigned n = 0; n < NASKED; n++) {
        const struct model_entry *entry = &model->entries[n / NIDS % NLISTS][n % NIDS];
        unsigned kinds = 0;
        for (unsigned h = entry->first; h < entry->nhashes; h++) {
            kinds |= KI_BIT(entry->hashes[h].kind);
        }
        cr_assert_eq(queries[n].is_found, entry->nhashes > entry->first, "query %u", n);
        cr_assert_eq(queries[n].kinds, kinds, "query %u", n);
    }
}

static void expect_model(struct model *model)
{
    struct ki_index *index = NULL;
    struct ki_diag diag = {0};
    cr_assert_eq(ki_index_open(model->folder.path, &index, &diag), KI_OK, "%s",
                 diag.message);
    for (unsigned list = 0; list < NLISTS; list++) {
        for (unsigned i = 0; i < NIDS; i++) {
            const struct model_entry *entry = &model->entries[list][i];
            for (unsigned h = 0; h < entry->nhashes; h++) {
                cr_assert_eq(is_found(index, &entry->hashes[h], list, i),
                             h >= entry->first, "list %u entry %u hash %u", list, i, h);
            }
        }
    }
    expect_entries(model, index);
    size_t nsegments = index->manifest.nsegments;
    cr_assert_leq(nsegments, model->policy.most_segments);
    model->most_segments =
        nsegments > model->most_segments ? nsegments : model->most_segments;
    ki_index_close(index);
    cr_assert_eq(ki_index_verify(model->folder.path, NULL, NULL, &diag), KI_OK, "%s",
                 diag.message);
}

static void publish(struct model *model)
{
    uint64_t generation = 0;
    struct ki_diag diag = {0};
    cr_assert_eq(ki_publish_by(model->catalog, &model->policy, &generation, &diag),
                 KI_OK, "%s", diag.message);
    expect_model(model);
}

/* The writer's turn is not held while merging. */
static void merge(struct model *model, bool is_all)
{
    uint64_t generation = 0;
    struct ki_diag diag = {0};
    ki_catalog_close(model->catalog);
    cr_assert_eq(
        ki_merge_by(model->folder.path, &model->policy, is_all, &generation, &diag),
        KI_OK, "%s", diag.message);
    model->catalog = catalog_open(model->folder.path, KI_CATALOG_WRITE);
    publish(model); /* what was changed and not published before the merge */
}

static void run_model(uint64_t seed, struct ki_publish_policy policy, int nsteps)
{
    struct model *model = calloc(1, sizeof *model);
    cr_assert_not_null(model);
    model->folder = folder_make();
    model->random = random_begin(seed);
    model->policy = policy;
    model->catalog = catalog_open(model->folder.path, KI_CATALOG_WRITE);
    struct ki_txn *txn = txn_begin(model->catalog);
    for (unsigned i = 0; i < NLISTS * NIDS; i++) {
        model_add(model, txn, i / NIDS, i % NIDS);
    }
    cr_assert_eq(ki_txn_commit(txn, NULL), KI_OK);
    publish(model);
    for (int step = 0; step < nsteps; step++) {
        unsigned what = random_below(&model->random, 10);
        if (what < 5) {
            change(model);
        } else if (what < 8) {
            publish(model);
        } else {
            merge(model, what == 9 && random_below(&model->random, 4) == 0);
        }
    }
    printf("up to %zu segments\n", model->most_segments);
    cr_expect_geq(model->most_segments, 2);
    ki_catalog_close(model->catalog);
    folder_remove(&model->folder);
    free(model);
}

Test(deltas, every_change_is_in_the_next_generation_and_stays)
{
    run_model(51, (struct ki_publish_policy){.most_segments = 4}, 300);
}

Test(deltas, small_newest_segments_are_written_again)
{
    run_model(52, ki_publish_policy_default, 150);
}

/* What an older MANIFEST in the place of the current one would miss must not be. */
Test(deltas, a_manifest_from_the_past_is_not_built_upon)
{
    struct random_state random = random_begin(53);
    struct folder folder = folder_make();
    struct ki_hash hashes[40];
    char path[128];
    char kept[128];
    for (int i = 0; i < 40; i++) {
        struct ki_pdq pdq = hash_uniform(&random);
        hashes[i] = (struct ki_hash){.kind = KI_KIND_PDQ};
        memcpy(hashes[i].bytes, pdq.bytes, sizeof pdq.bytes);
    }
    list_fill(folder.path, "list0", "a", hashes, 30);
    (void)snprintf(path, sizeof path, "%s/MANIFEST", folder.path);
    (void)snprintf(kept, sizeof kept, "%s/kept", folder.path);
    cr_assert_eq(rename(path, kept), 0);
    uint64_t generation = 0;
    cr_assert_eq(ki_index_publish(folder.path, true, &generation, NULL), KI_OK);
    list_fill(folder.path, "list0", "b", hashes + 30, 5);
    cr_assert_eq(rename(kept, path), 0);
    list_fill(folder.path, "list0", "c", hashes + 35, 5);
    struct ki_index *index = NULL;
    cr_assert_eq(ki_index_open(folder.path, &index, NULL), KI_OK);
    for (int i = 0; i < 40; i++) {
        struct ki_hits hits = {0};
        cr_expect_eq(ki_index_lookup(index, &hashes[i], 0, &hits), KI_OK);
        cr_expect_eq(hits.nhits, 1, "hash %d", i);
        ki_hits_free(&hits);
    }
    ki_index_close(index);
    folder_remove(&folder);
}
