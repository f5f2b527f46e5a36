/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "index/catalog.h"
#include "support/folder.h"
#include "support/hashes.h"
#include "support/lists.h"

static struct ki_hash random_hash(struct random_state *random, enum ki_kind kind)
{
    return hash_of_kind(random, kind);
}

struct walked {
    uint64_t nentries;
    uint64_t nhashes;
    uint32_t last_list;
    char last_id[KI_ENTRY_ID_NBYTES + 1];
};

static enum ki_status count_entry(void *context, uint32_t list_id,
                                  const struct ki_entry *entry)
{
    struct walked *walked = context;
    cr_assert_geq(list_id, walked->last_list);
    cr_assert_leq(entry->id_nbytes, (size_t)KI_ENTRY_ID_NBYTES);
    walked->last_list = list_id;
    memcpy(walked->last_id, entry->id, entry->id_nbytes);
    walked->last_id[entry->id_nbytes] = '\0';
    walked->nentries++;
    walked->nhashes += entry->nhashes;
    return KI_OK;
}

static struct walked walk(struct ki_txn *txn, uint32_t list_id)
{
    struct walked walked = {0};
    struct ki_diag diag = {0};
    cr_assert_eq(ki_txn_entries(txn, list_id, count_entry, &walked, &diag), KI_OK, "%s",
                 diag.message);
    return walked;
}

static uint32_t list_make(struct ki_txn *txn, const char *name)
{
    struct ki_list_info info = list_named(name);
    cr_assert_eq(ki_txn_list_add(txn, &info, false, NULL), KI_OK);
    cr_assert_eq(ki_txn_list_find(txn, name, &info, NULL), KI_OK);
    return info.id;
}

Test(catalog, an_entry_gathers_hashes_and_loses_none)
{
    struct random_state random = random_begin(21);
    struct folder folder = folder_make();
    struct ki_catalog *catalog = catalog_open(folder.path, KI_CATALOG_WRITE);
    struct ki_txn *txn = txn_begin(catalog);
    uint32_t id = list_make(txn, "hotline");
    struct ki_hash hashes[100];
    for (int i = 0; i < 100; i++) { /* more than fit the entry's own row */
        hashes[i] = random_hash(&random, (enum ki_kind)(i % KI_NKINDS));
        enum ki_entry_change change = entry_add(txn, id, "same-name.jpg", &hashes[i]);
        cr_expect_eq(change, i == 0 ? KI_ENTRY_ADDED : KI_ENTRY_UPDATED);
    }
    for (int i = 0; i < 100; i++) {
        cr_expect_eq(entry_add(txn, id, "same-name.jpg", &hashes[i]),
                     KI_ENTRY_UNCHANGED);
    }
    cr_expect_eq(entry_add(txn, id, "same-name", &hashes[0]), KI_ENTRY_ADDED);
    struct walked walked = walk(txn, 0);
    cr_expect_eq(walked.nentries, 2);
    cr_expect_eq(walked.nhashes, 101);
    cr_assert_eq(ki_txn_commit(txn, NULL), KI_OK);
    txn = txn_begin(catalog);
    struct ki_list_info info;
    cr_assert_eq(ki_txn_list_find(txn, "hotline", &info, NULL), KI_OK);
    cr_expect_eq(info.nentries, 2);
    cr_expect_eq(info.nhashes[KI_KIND_PDQ], 21);
    cr_expect_eq(info.nhashes[KI_KIND_SHA256], 20);
    ki_txn_abort(txn);
    ki_catalog_close(catalog);
    folder_remove(&folder);
}

Test(catalog, long_ids_stay_apart_and_whole)
{
    struct random_state random = random_begin(22);
    struct folder folder = folder_make();
    struct ki_catalog *catalog = catalog_open(folder.path, KI_CATALOG_WRITE);
    struct ki_txn *txn = txn_begin(catalog);
    uint32_t list = list_make(txn, "hotline");
    struct ki_hash hash = random_hash(&random, KI_KIND_PDQ);
    char id[KI_ENTRY_ID_NBYTES + 1];
    for (int i = 0; i < 10; i++) {
        memset(id, 'x', sizeof id);
        id[KI_ENTRY_ID_NBYTES - 1] = (char)('0' + i);
        id[KI_ENTRY_ID_NBYTES] = '\0';
        cr_expect_eq(entry_add(txn, list, id, &hash), KI_ENTRY_ADDED);
    }
    struct walked walked = walk(txn, list);
    cr_expect_eq(walked.nentries, 10);
    cr_expect_eq(strlen(walked.last_id), (size_t)KI_ENTRY_ID_NBYTES);
    ki_txn_abort(txn);
    ki_catalog_close(catalog);
    folder_remove(&folder);
}

Test(catalog, an_entry_that_breaks_the_rules_is_refused)
{
    struct folder folder = folder_make();
    struct ki_catalog *catalog = catalog_open(folder.path, KI_CATALOG_WRITE);
    struct ki_txn *txn = txn_begin(catalog);
    uint32_t list = list_make(txn, "hotline");
    struct ki_hash hash = {.kind = KI_KIND_MD5, .bytes = {1}};
    enum ki_entry_change change;
    struct ki_entry entry = {.id = "",
                             .id_nbytes = 0,
                             .category_scheme = "",
                             .category_code = "",
                             .hashes = &hash,
                             .nhashes = 1};
    cr_expect_eq(ki_txn_entry_add(txn, list, &entry, &change, NULL), KI_ERR_ARGUMENT);
    entry = (struct ki_entry){.id = "a\0b",
                              .id_nbytes = 3,
                              .category_scheme = "",
                              .category_code = "",
                              .hashes = &hash,
                              .nhashes = 1};
    cr_expect_eq(ki_txn_entry_add(txn, list, &entry, &change, NULL), KI_ERR_ARGUMENT);
    entry = (struct ki_entry){.id = "a",
                              .id_nbytes = 1,
                              .category_scheme = "",
                              .category_code = "",
                              .hashes = &hash,
                              .nhashes = 0};
    cr_expect_eq(ki_txn_entry_add(txn, list, &entry, &change, NULL), KI_ERR_ARGUMENT);
    entry = (struct ki_entry){.id = "a",
                              .id_nbytes = 1,
                              .category_scheme = "",
                              .category_code = "",
                              .hashes = &hash,
                              .nhashes = 1};
    cr_expect_eq(ki_txn_entry_add(txn, 77, &entry, &change, NULL), KI_ERR_NOT_FOUND);
    ki_txn_abort(txn);
    ki_catalog_close(catalog);
    folder_remove(&folder);
}

Test(catalog, lists_are_checked_named_once_and_numbered_for_ever)
{
    struct folder folder = folder_make();
    struct ki_catalog *catalog = catalog_open(folder.path, KI_CATALOG_WRITE);
    struct ki_txn *txn = txn_begin(catalog);
    static const char *const bad[] = {"", ".hidden", "-x", "a/b", "a b", "é"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct ki_list_info info = list_named(bad[i]);
        cr_expect_eq(ki_txn_list_add(txn, &info, false, NULL), KI_ERR_ARGUMENT);
    }
    struct ki_list_info wide = list_named("wide");
    wide.radius = KI_RADIUS_MAX + 1;
    cr_expect_eq(ki_txn_list_add(txn, &wide, false, NULL), KI_ERR_ARGUMENT);
    uint32_t first = list_make(txn, "a");
    struct ki_list_info again = list_named("a");
    cr_expect_eq(ki_txn_list_add(txn, &again, false, NULL), KI_ERR_EXISTS);
    again.radius = 20;
    cr_expect_eq(ki_txn_list_add(txn, &again, true, NULL), KI_OK);
    cr_expect_eq(ki_txn_list_find(txn, "a", &again, NULL), KI_OK);
    cr_expect_eq(again.radius, 20);
    cr_expect_eq(again.id, first);
    cr_expect_str_eq(again.source, "a");
    uint64_t nentries = 0;
    cr_expect_eq(ki_txn_list_remove(txn, "a", &nentries, NULL), KI_OK);
    cr_expect_eq(ki_txn_list_remove(txn, "a", &nentries, NULL), KI_ERR_NOT_FOUND);
    cr_expect_gt(list_make(txn, "a"), first);
    ki_txn_abort(txn);
    ki_catalog_close(catalog);
    folder_remove(&folder);
}

Test(catalog, removing_a_list_takes_its_entries_and_no_others)
{
    struct random_state random = random_begin(23);
    struct folder folder = folder_make();
    struct ki_catalog *catalog = catalog_open(folder.path, KI_CATALOG_WRITE);
    struct ki_txn *txn = txn_begin(catalog);
    uint32_t ids[3] = {list_make(txn, "a"), list_make(txn, "b"), list_make(txn, "c")};
    for (int i = 0; i < 3000; i++) {
        struct ki_hash hash = random_hash(&random, KI_KIND_SHA1);
        char id[16];
        (void)snprintf(id, sizeof id, "%d", i / 3 / 20); /* 20 hashes an entry */
        (void)entry_add(txn, ids[i % 3], id, &hash);
    }
    uint64_t nremoved = 0;
    cr_expect_eq(ki_txn_list_remove(txn, "b", &nremoved, NULL), KI_OK);
    cr_expect_eq(nremoved, 50);
    cr_expect_eq(walk(txn, ids[0]).nhashes, 1000);
    cr_expect_eq(walk(txn, ids[1]).nhashes, 0);
    cr_expect_eq(walk(txn, ids[2]).nhashes, 1000);
    cr_expect_eq(walk(txn, 0).nentries, 100);
    ki_txn_abort(txn);
    ki_catalog_close(catalog);
    folder_remove(&folder);
}

Test(catalog, an_aborted_transaction_leaves_nothing)
{
    struct random_state random = random_begin(24);
    struct folder folder = folder_make();
    struct ki_catalog *catalog = catalog_open(folder.path, KI_CATALOG_WRITE);
    struct ki_txn *txn = txn_begin(catalog);
    uint32_t id = list_make(txn, "a");
    cr_assert_eq(ki_txn_commit(txn, NULL), KI_OK);
    txn = txn_begin(catalog);
    uint64_t serial = ki_txn_serial(txn);
    struct ki_hash hash = random_hash(&random, KI_KIND_PDQ);
    (void)entry_add(txn, id, "x", &hash);
    ki_txn_abort(txn);
    txn = txn_begin(catalog);
    cr_expect_eq(ki_txn_serial(txn), serial);
    cr_expect_eq(walk(txn, 0).nentries, 0);
    ki_txn_abort(txn);
    ki_catalog_close(catalog);
    folder_remove(&folder);
}

Test(catalog, reading_needs_a_catalog)
{
    struct folder folder = folder_make();
    struct ki_catalog *catalog = NULL;
    struct ki_diag diag = {0};
    cr_expect_eq(ki_catalog_open(folder.path, KI_CATALOG_READ, &catalog, &diag),
                 KI_ERR_NOT_FOUND);
    cr_expect(strstr(diag.message, folder.path), "%s", diag.message);
    cr_expect_eq(ki_catalog_open(folder.path, KI_CATALOG_CHANGE, &catalog, NULL),
                 KI_ERR_NOT_FOUND);
    cr_expect_eq(ki_catalog_open("", KI_CATALOG_WRITE, &catalog, NULL),
                 KI_ERR_ARGUMENT);
    folder_remove(&folder);
}

static struct ki_entry entry_of(const struct ki_hash *hashes, size_t nhashes)
{
    return (struct ki_entry){
        .id = "e",
        .id_nbytes = 1,
        .category_scheme = "",
        .category_code = "",
        .hashes = hashes,
        .nhashes = nhashes,
    };
}

static enum ki_entry_change set(struct ki_txn *txn, uint32_t list_id,
                                const struct ki_hash *hashes, size_t nhashes)
{
    enum ki_entry_change change = KI_ENTRY_UNCHANGED;
    struct ki_entry entry = entry_of(hashes, nhashes);
    cr_assert_eq(ki_txn_entry_set(txn, list_id, &entry, &change, NULL), KI_OK);
    return change;
}

/* More PhotoDNA values than a row holds, so that some have rows of their own. */
Test(catalog, setting_an_entry_takes_away_what_it_had_besides)
{
    enum { N = 12 };
    struct folder folder = folder_make();
    struct ki_hash hashes[N];
    for (unsigned i = 0; i < N; i++) {
        hashes[i] = (struct ki_hash){.kind = KI_KIND_PHOTODNA, .bytes = {[143] = 1}};
        hashes[i].bytes[0] = (uint8_t)i;
    }
    struct ki_list_info info = list_named("l");
    struct ki_catalog *catalog = catalog_open(folder.path, KI_CATALOG_WRITE);
    struct ki_txn *txn = txn_begin(catalog);
    cr_assert_eq(ki_txn_list_add(txn, &info, false, NULL), KI_OK);
    cr_assert_eq(ki_txn_list_find(txn, "l", &info, NULL), KI_OK);
    cr_expect_eq(set(txn, info.id, hashes, N), KI_ENTRY_ADDED);
    cr_expect_eq(set(txn, info.id, hashes, N), KI_ENTRY_UNCHANGED);
    cr_assert_eq(ki_txn_list_find(txn, "l", &info, NULL), KI_OK);
    cr_expect_eq(info.nhashes[KI_KIND_PHOTODNA], N);
    cr_expect_eq(set(txn, info.id, hashes, N - 1), KI_ENTRY_UPDATED);
    cr_expect_eq(set(txn, info.id, hashes + 1, N - 1), KI_ENTRY_UPDATED);
    cr_expect_eq(set(txn, info.id, hashes + 1, N - 1), KI_ENTRY_UNCHANGED);
    cr_assert_eq(ki_txn_list_find(txn, "l", &info, NULL), KI_OK);
    cr_expect_eq(info.nhashes[KI_KIND_PHOTODNA], N - 1);
    cr_expect_eq(info.nentries, 1);
    cr_assert_eq(ki_txn_commit(txn, NULL), KI_OK);
    ki_catalog_close(catalog);
    folder_remove(&folder);
}
