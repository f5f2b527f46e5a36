/* SPDX-License-Identifier: Apache-2.0 */
/* Lists and entries put straight into a catalog. */
#ifndef KI_TESTS_SUPPORT_LISTS_H
#define KI_TESTS_SUPPORT_LISTS_H

#include <criterion/criterion.h>
#include <string.h>

#include "index/catalog.h"
#include "index/publish.h"

static inline struct ki_list_info list_named(const char *name)
{
    struct ki_list_info info = ki_list_info_default();
    (void)snprintf(info.name, sizeof info.name, "%s", name);
    return info;
}

static inline struct ki_txn *txn_begin(struct ki_catalog *catalog)
{
    struct ki_txn *txn = NULL;
    struct ki_diag diag = {0};
    cr_assert_eq(ki_txn_begin(catalog, &txn, &diag), KI_OK, "%s", diag.message);
    return txn;
}

static inline struct ki_catalog *catalog_open(const char *folder,
                                              enum ki_catalog_access access)
{
    struct ki_catalog *catalog = NULL;
    struct ki_diag diag = {0};
    cr_assert_eq(ki_catalog_open(folder, access, &catalog, &diag), KI_OK, "%s",
                 diag.message);
    return catalog;
}

static inline enum ki_entry_change entry_add(struct ki_txn *txn, uint32_t list_id,
                                             const char *id, const struct ki_hash *hash)
{
    enum ki_entry_change change = KI_ENTRY_UNCHANGED;
    struct ki_diag diag = {0};
    struct ki_entry entry = {
        .id = id,
        .id_nbytes = strlen(id),
        .category_scheme = "",
        .category_code = "",
        .hashes = hash,
        .nhashes = 1,
    };
    cr_assert_eq(ki_txn_entry_add(txn, list_id, &entry, &change, &diag), KI_OK, "%s",
                 diag.message);
    return change;
}

/* A list `name` with one PDQ entry "<prefix><i>" per hash, published. */
static inline void list_fill(const char *folder, const char *name, const char *prefix,
                             const struct ki_hash *hashes, size_t nhashes)
{
    struct ki_diag diag = {0};
    struct ki_catalog *catalog = catalog_open(folder, KI_CATALOG_WRITE);
    struct ki_txn *txn = txn_begin(catalog);
    struct ki_list_info info = list_named(name);
    cr_assert_eq(ki_txn_list_add(txn, &info, true, &diag), KI_OK, "%s", diag.message);
    cr_assert_eq(ki_txn_list_find(txn, name, &info, &diag), KI_OK);
    for (size_t i = 0; i < nhashes; i++) {
        char id[64];
        (void)snprintf(id, sizeof id, "%s%zu", prefix, i);
        (void)entry_add(txn, info.id, id, &hashes[i]);
    }
    cr_assert_eq(ki_txn_commit(txn, &diag), KI_OK, "%s", diag.message);
    uint64_t generation = 0;
    cr_assert_eq(ki_publish(catalog, &generation, &diag), KI_OK, "%s", diag.message);
    ki_catalog_close(catalog);
}

#endif
