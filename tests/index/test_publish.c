/* SPDX-License-Identifier: Apache-2.0 */
/* From catalog to generation to hits. */
#include <criterion/criterion.h>
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support/folder.h"
#include "support/hashes.h"
#include "support/lists.h"

enum { NHASHES = 400 };

static struct ki_hash *make_hashes(struct random_state *random)
{
    struct ki_hash *hashes = calloc(NHASHES, sizeof *hashes);
    cr_assert_not_null(hashes);
    for (int i = 0; i < NHASHES; i++) {
        hashes[i] = hash_of_kind(random, (enum ki_kind)(i % KI_NKINDS));
    }
    return hashes;
}

static struct ki_index *index_open(const char *folder)
{
    struct ki_index *index = NULL;
    struct ki_diag diag = {0};
    cr_assert_eq(ki_index_open(folder, &index, &diag), KI_OK, "%s", diag.message);
    return index;
}

static void expect_hit(const struct ki_index *index, const struct ki_hash *hash,
                       const char *list, const char *entry, unsigned distance)
{
    struct ki_hits hits = {0};
    cr_assert_eq(ki_index_lookup(index, hash, KI_RADIUS_OF_LIST, &hits), KI_OK);
    cr_assert_eq(hits.nhits, 1, "%zu hits for %s", hits.nhits, entry);
    cr_expect_str_eq(hits.items[0].list->name, list);
    cr_expect_str_eq(hits.items[0].entry, entry);
    cr_expect_eq(hits.items[0].distance, distance);
    cr_expect_eq(hits.items[0].kind, hash->kind);
    ki_hits_free(&hits);
}

Test(publish, every_entry_is_found_under_its_list_and_id)
{
    struct random_state random = random_begin(31);
    struct folder folder = folder_make();
    struct ki_hash *hashes = make_hashes(&random);
    list_fill(folder.path, "first", "f", hashes, NHASHES / 2);
    list_fill(folder.path, "second", "s", hashes + NHASHES / 2, NHASHES / 2);
    struct ki_index *index = index_open(folder.path);
    cr_expect_eq(ki_index_generation(index), 2);
    cr_expect_eq(ki_index_nlists(index), 2);
    for (int i = 0; i < NHASHES; i++) {
        char id[16];
        bool is_first = i < NHASHES / 2;
        (void)snprintf(id, sizeof id, "%c%d", is_first ? 'f' : 's', i % (NHASHES / 2));
        expect_hit(index, &hashes[i], is_first ? "first" : "second", id, 0);
    }
    ki_index_close(index);
    free(hashes);
    folder_remove(&folder);
}

Test(publish, each_list_keeps_to_its_radius)
{
    struct random_state random = random_begin(32);
    struct folder folder = folder_make();
    struct ki_pdq pdq = hash_uniform(&random);
    struct ki_hash hash = {.kind = KI_KIND_PDQ};
    memcpy(hash.bytes, pdq.bytes, sizeof pdq.bytes);
    struct ki_list_info narrow = list_named("narrow");
    narrow.radius = 10;
    struct ki_catalog *catalog = catalog_open(folder.path, KI_CATALOG_WRITE);
    struct ki_txn *txn = txn_begin(catalog);
    cr_assert_eq(ki_txn_list_add(txn, &narrow, false, NULL), KI_OK);
    cr_assert_eq(ki_txn_list_find(txn, "narrow", &narrow, NULL), KI_OK);
    (void)entry_add(txn, narrow.id, "n", &hash);
    cr_assert_eq(ki_txn_commit(txn, NULL), KI_OK);
    ki_catalog_close(catalog);
    list_fill(folder.path, "wide", "w", &hash, 1);
    struct ki_index *index = index_open(folder.path);
    struct ki_pdq near = hash_at_distance(&random, &pdq, 20);
    memcpy(hash.bytes, near.bytes, sizeof near.bytes);
    expect_hit(index, &hash, "wide", "w0", 20);
    struct ki_hits hits = {0};
    cr_expect_eq(ki_index_lookup(index, &hash, 20, &hits), KI_OK);
    cr_expect_eq(hits.nhits, 2, "a stated radius stands for all lists");
    cr_expect_eq(ki_index_lookup(index, &hash, 48, &hits), KI_ERR_ARGUMENT);
    ki_hits_free(&hits);
    ki_index_close(index);
    folder_remove(&folder);
}

static int count_files(const char *folder, const char *name)
{
    char path[128];
    int count = 0;
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    DIR *listing = opendir(path);
    cr_assert_not_null(listing);
    for (struct dirent *item = readdir(listing); item; item = readdir(listing)) {
        count += item->d_name[0] != '.';
    }
    (void)closedir(listing);
    return count;
}

Test(publish, old_generations_stay_readable_and_leave_the_disk)
{
    struct random_state random = random_begin(33);
    struct folder folder = folder_make();
    struct ki_hash *hashes = make_hashes(&random);
    list_fill(folder.path, "list", "a", hashes, 1);
    struct ki_index *old = index_open(folder.path);
    for (int i = 1; i < 6; i++) {
        list_fill(folder.path, "list", i % 2 ? "b" : "c", hashes + i, 1);
    }
    expect_hit(old, &hashes[0], "list", "a0", 0);
    ki_index_close(old);
    cr_expect_leq(count_files(folder.path, "segments"),
                  3); /* base, old and new delta */
    struct ki_index *index = index_open(folder.path);
    cr_expect_eq(ki_index_generation(index), 6);
    for (int i = 0; i < 6; i++) {
        expect_hit(index, &hashes[i], "list", i == 0 ? "a0" : i % 2 ? "b0" : "c0", 0);
    }
    ki_index_close(index);
    free(hashes);
    folder_remove(&folder);
}

Test(publish, nothing_new_publishes_nothing)
{
    struct random_state random = random_begin(34);
    struct folder folder = folder_make();
    struct ki_hash *hashes = make_hashes(&random);
    list_fill(folder.path, "list", "a", hashes, 10);
    list_fill(folder.path, "list", "a", hashes, 10);
    uint64_t generation = 0;
    cr_expect_eq(ki_index_publish(folder.path, true, &generation, NULL), KI_OK);
    cr_expect_eq(generation, 1);
    struct ki_index_status status;
    cr_expect_eq(ki_index_status(folder.path, &status, NULL), KI_OK);
    cr_expect_eq(status.generation, 1);
    cr_expect_eq(status.catalog_serial, status.published_serial);
    cr_expect_eq(status.nentries, 10);
    cr_expect_eq(ki_index_verify(folder.path, NULL, NULL, NULL), KI_OK);
    free(hashes);
    folder_remove(&folder);
}

Test(publish, an_index_without_entries_answers_nothing)
{
    struct folder folder = folder_make();
    struct ki_index *index = NULL;
    struct ki_diag diag = {0};
    cr_expect_eq(ki_index_open(folder.path, &index, &diag), KI_ERR_NOT_FOUND);
    cr_expect(strstr(diag.message, "published"), "%s", diag.message);
    list_fill(folder.path, "empty", "a", NULL, 0);
    index = index_open(folder.path);
    struct ki_hits hits = {0};
    struct ki_hash hash = {.kind = KI_KIND_PDQ};
    cr_expect_eq(ki_index_lookup(index, &hash, 31, &hits), KI_OK);
    cr_expect_eq(hits.nhits, 0);
    ki_index_close(index);
    folder_remove(&folder);
}

Test(publish, a_removed_list_is_gone_in_the_next_generation)
{
    struct random_state random = random_begin(35);
    struct folder folder = folder_make();
    struct ki_hash *hashes = make_hashes(&random);
    list_fill(folder.path, "stays", "s", hashes, 20);
    list_fill(folder.path, "goes", "g", hashes + 20, 20);
    struct ki_catalog *catalog = catalog_open(folder.path, KI_CATALOG_WRITE);
    struct ki_txn *txn = txn_begin(catalog);
    uint64_t nentries = 0;
    cr_assert_eq(ki_txn_list_remove(txn, "goes", &nentries, NULL), KI_OK);
    cr_expect_eq(nentries, 20);
    cr_assert_eq(ki_txn_commit(txn, NULL), KI_OK);
    uint64_t generation = 0;
    cr_assert_eq(ki_publish(catalog, &generation, NULL), KI_OK);
    ki_catalog_close(catalog);
    struct ki_index *index = index_open(folder.path);
    cr_expect_eq(ki_index_nlists(index), 1);
    struct ki_hits hits = {0};
    for (int i = 20; i < 40; i++) {
        cr_expect_eq(ki_index_lookup(index, &hashes[i], 31, &hits), KI_OK);
    }
    cr_expect_eq(hits.nhits, 0);
    ki_hits_free(&hits);
    ki_index_close(index);
    free(hashes);
    folder_remove(&folder);
}

Test(publish, many_queries_at_once_find_what_each_finds_alone)
{
    struct random_state random = random_begin(36);
    struct folder folder = folder_make();
    struct ki_hash *hashes = make_hashes(&random);
    struct ki_hash queries[50];
    list_fill(folder.path, "list", "a", hashes, NHASHES / 2);
    list_fill(folder.path, "list", "b", hashes + NHASHES / 2, NHASHES / 4);
    struct ki_index *index = index_open(folder.path);
    for (size_t n = 0; n <= 50; n++) {
        struct ki_hits together = {0};
        struct ki_hits alone = {0};
        size_t nfound = 0;
        for (size_t i = 0; i < n; i++) {
            queries[i] = hashes[random_below(&random, NHASHES)];
        }
        cr_assert_eq(ki_index_lookup_many(index, queries, n, 31, &together), KI_OK);
        for (size_t i = 0; i < n; i++) {
            alone.nhits = 0;
            cr_assert_eq(ki_index_lookup(index, &queries[i], 31, &alone), KI_OK);
            nfound += alone.nhits;
            for (size_t h = 0; h < together.nhits; h++) {
                if (together.items[h].query == i) {
                    cr_assert_eq(alone.nhits, 1);
                    cr_assert_str_eq(together.items[h].entry, alone.items[0].entry);
                }
            }
        }
        cr_assert_eq(together.nhits, nfound);
        ki_hits_free(&together);
        ki_hits_free(&alone);
    }
    queries[0].kind = KI_NKINDS;
    struct ki_hits none = {0};
    cr_expect_eq(ki_index_lookup_many(index, queries, 1, 31, &none), KI_ERR_ARGUMENT);
    ki_index_close(index);
    free(hashes);
    folder_remove(&folder);
}
