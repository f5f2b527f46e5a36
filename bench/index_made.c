/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/bench.h"
#include "index/publish.h"
#include "tests/stress/check.h"

void bench_index_make(const char *folder, uint32_t n)
{
    struct ki_catalog *catalog = NULL;
    struct ki_txn *txn = NULL;
    uint64_t generation = 0;
    CHECK(ki_catalog_open(folder, KI_CATALOG_WRITE, &catalog, NULL) == KI_OK);
    CHECK(ki_txn_begin(catalog, &txn, NULL) == KI_OK);
    uint32_t list = make_list(txn, "list");
    for (uint64_t i = 0; i < n; i++) {
        add_numbered(txn, list, i);
    }
    CHECK(ki_txn_commit(txn, NULL) == KI_OK);
    CHECK(ki_publish(catalog, &generation, NULL) == KI_OK);
    ki_catalog_close(catalog);
}
