/* SPDX-License-Identifier: Apache-2.0 */
/* A catalog that is damaged, older or another one is refused, and nothing is lost. */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "index/catalog_private.h"
#include "support/folder.h"
#include "support/hashes.h"
#include "support/lists.h"

enum { NENTRIES = 300 };

static void fill(struct random_state *random, const char *folder, const char *prefix,
                 int nentries)
{
    struct ki_hash hashes[NENTRIES];
    memset(hashes, 0, sizeof hashes);
    for (int i = 0; i < nentries; i++) {
        struct ki_pdq bytes = hash_uniform(random);
        memcpy(hashes[i].bytes, bytes.bytes, sizeof bytes.bytes);
    }
    list_fill(folder, "list", prefix, hashes, (size_t)nentries);
}

static enum ki_status begin(const char *folder, enum ki_catalog_access access,
                            struct ki_diag *diag)
{
    struct ki_catalog *catalog = NULL;
    struct ki_txn *txn = NULL;
    enum ki_status status = ki_catalog_open(folder, access, &catalog, diag);
    if (status == KI_OK) {
        status = ki_txn_begin(catalog, &txn, diag);
    }
    ki_txn_abort(txn);
    ki_catalog_close(catalog);
    return status;
}

static void expect_refused(const char *folder, const char *what)
{
    for (int access = KI_CATALOG_READ; access <= KI_CATALOG_WRITE; access++) {
        struct ki_diag diag = {0};
        cr_expect_eq(begin(folder, (enum ki_catalog_access)access, &diag),
                     KI_ERR_DAMAGED, "%s: %s", what, diag.message);
        cr_expect(strstr(diag.message, "catalog.mdb"), "%s: %s", what, diag.message);
    }
}

static void catalog_path(const char *folder, char out[128])
{
    (void)snprintf(out, 128, "%s/catalog.mdb", folder);
}

static void copy(const char *from, const char *to)
{
    char command[300];
    (void)snprintf(command, sizeof command, "cp '%s' '%s'", from, to);
    cr_assert_eq(system(command), 0);
}

Test(catalog_check, every_page_of_a_good_catalog_passes)
{
    struct random_state random = random_begin(71);
    struct folder folder = folder_make();
    char path[128];
    bool is_gone = false;
    catalog_path(folder.path, path);
    for (int round = 0; round < 12; round++) {
        struct ki_diag diag = {0};
        char prefix[16];
        (void)snprintf(prefix, sizeof prefix, "%d-", round);
        fill(&random, folder.path, prefix, 1 + round * 20);
        uint64_t snapshot = 0;
        struct ki_catalog *catalog = catalog_open(folder.path, KI_CATALOG_READ);
        struct ki_txn *txn = txn_begin(catalog);
        snapshot = mdb_txn_id(txn->txn);
        cr_expect_eq(ki_catalog_check(path, snapshot, &is_gone, &diag), KI_OK, "%s",
                     diag.message);
        cr_expect(!is_gone);
        cr_expect_eq(ki_catalog_check(path, snapshot + 2, &is_gone, NULL), KI_OK);
        cr_expect(is_gone, "a snapshot that is not there");
        ki_txn_abort(txn);
        ki_catalog_close(catalog);
    }
    folder_remove(&folder);
}

Test(catalog_check, a_flipped_bit_in_use_is_noticed)
{
    struct random_state random = random_begin(72);
    struct folder folder = folder_make();
    char path[128];
    struct stat info;
    int nnoticed = 0;
    fill(&random, folder.path, "e", NENTRIES);
    catalog_path(folder.path, path);
    cr_assert_eq(stat(path, &info), 0);
    for (int i = 0; i < 200; i++) {
        uint8_t byte = 0;
        off_t at = (off_t)random_below(&random, (uint32_t)info.st_size);
        int fd = open(path, O_RDWR);
        cr_assert_eq(pread(fd, &byte, 1, at), 1);
        byte ^= 0x04;
        cr_assert_eq(pwrite(fd, &byte, 1, at), 1);
        struct ki_diag diag = {0};
        enum ki_status status = begin(folder.path, KI_CATALOG_READ, &diag);
        cr_expect(status == KI_OK || status == KI_ERR_DAMAGED, "%s", diag.message);
        nnoticed += status == KI_ERR_DAMAGED;
        byte ^= 0x04;
        cr_assert_eq(pwrite(fd, &byte, 1, at), 1);
        (void)close(fd);
    }
    cr_expect_gt(nnoticed, 40, "%d: what is not in use is not noticed", nnoticed);
    cr_expect_eq(begin(folder.path, KI_CATALOG_READ, NULL), KI_OK);
    folder_remove(&folder);
}

Test(catalog_check, an_older_catalog_is_refused_until_it_is_accepted)
{
    struct random_state random = random_begin(73);
    struct folder folder = folder_make();
    char path[128];
    char kept[128];
    uint64_t generation = 0;
    catalog_path(folder.path, path);
    (void)snprintf(kept, sizeof kept, "%s/kept", folder.path);
    fill(&random, folder.path, "a", 10);
    copy(path, kept);
    fill(&random, folder.path, "b", 10);
    copy(kept, path);
    expect_refused(folder.path, "an older catalog");
    cr_expect_eq(ki_index_publish(folder.path, true, &generation, NULL),
                 KI_ERR_DAMAGED);
    cr_expect_eq(ki_index_verify(folder.path, NULL, NULL, NULL), KI_ERR_DAMAGED);
    cr_expect_eq(ki_index_accept_catalog(folder.path, &generation, NULL), KI_OK);
    cr_expect_gt(generation, 2);
    cr_expect_eq(ki_index_verify(folder.path, NULL, NULL, NULL), KI_OK);
    fill(&random, folder.path, "c", 10);
    cr_expect_eq(ki_index_verify(folder.path, NULL, NULL, NULL), KI_OK);
    folder_remove(&folder);
}

Test(catalog_check, the_catalog_of_another_index_is_refused)
{
    struct random_state random = random_begin(74);
    struct folder folder = folder_make();
    struct folder other = folder_make();
    char path[128];
    char foreign[128];
    fill(&random, folder.path, "a", 10);
    fill(&random, other.path, "a", 10);
    catalog_path(folder.path, path);
    catalog_path(other.path, foreign);
    copy(foreign, path);
    expect_refused(folder.path, "another index's catalog");
    folder_remove(&folder);
    folder_remove(&other);
}

Test(catalog_check, a_missing_or_empty_catalog_is_not_made_beside_a_generation)
{
    struct random_state random = random_begin(75);
    struct folder folder = folder_make();
    char path[128];
    fill(&random, folder.path, "a", 10);
    catalog_path(folder.path, path);
    cr_assert_eq(truncate(path, 0), 0);
    expect_refused(folder.path, "an empty catalog");
    cr_assert_eq(unlink(path), 0);
    expect_refused(folder.path, "no catalog");
    cr_expect_neq(access(path, F_OK), 0, "it was made");
    cr_expect_eq(ki_index_verify(folder.path, NULL, NULL, NULL), KI_OK,
                 "a copy for lookups has none");
    folder_remove(&folder);
}

Test(catalog_check, a_publication_that_did_not_come_into_force_is_made_up_for)
{
    struct random_state random = random_begin(76);
    struct folder folder = folder_make();
    char manifest[128];
    char kept[128];
    uint64_t generation = 0;
    struct ki_index *index = NULL;
    fill(&random, folder.path, "a", 100);
    (void)snprintf(manifest, sizeof manifest, "%s/MANIFEST", folder.path);
    (void)snprintf(kept, sizeof kept, "%s/kept", folder.path);
    copy(manifest, kept);
    fill(&random, folder.path, "b", 10);
    /* As after a kill between the commit and the renaming. */
    char previous[128];
    (void)snprintf(previous, sizeof previous, "%s/MANIFEST.previous", folder.path);
    cr_assert_eq(unlink(previous), 0);
    copy(kept, manifest);
    cr_expect_eq(ki_index_verify(folder.path, NULL, NULL, NULL), KI_OK,
                 "what is not in force is not missed");
    cr_expect_eq(ki_index_publish(folder.path, false, &generation, NULL), KI_OK);
    cr_expect_eq(generation, 3);
    cr_expect_eq(ki_index_verify(folder.path, NULL, NULL, NULL), KI_OK);
    cr_assert_eq(ki_index_open(folder.path, &index, NULL), KI_OK);
    cr_expect_eq(ki_index_list(index, 0)->nentries, 110);
    ki_index_close(index);
    folder_remove(&folder);
}
