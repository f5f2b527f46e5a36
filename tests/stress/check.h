/* SPDX-License-Identifier: Apache-2.0 */
/* What the stress programs share: a check that ends the program, numbers, a folder. */
#ifndef KI_TESTS_STRESS_CHECK_H
#define KI_TESTS_STRESS_CHECK_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <knownimage/hash.h>
#include <knownimage/index.h>

#include "index/catalog.h"

#define CHECK(condition)                                                               \
    do {                                                                               \
        if (!(condition)) {                                                            \
            printf("not ok: %s (%s line %d)\n", #condition, __FILE__, __LINE__);       \
            (void)fflush(stdout);                                                      \
            exit(1);                                                                   \
        }                                                                              \
    } while (0)

static inline uint64_t mix_number(uint64_t z)
{
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

/* The hash of entry number n, the same every time; none that an import would put into
 * quarantine. */
static inline struct ki_hash numbered_hash(uint64_t n)
{
    struct ki_hash hash = {.kind = KI_KIND_PDQ};
    struct ki_pdq pdq;
    uint64_t salt = 0x9e3779b97f4a7c15u;
    do {
        for (size_t i = 0; i < KI_PDQ_NBYTES; i += 8) {
            uint64_t value = mix_number(n * 4 + i / 8 + salt);
            memcpy(pdq.bytes + i, &value, 8);
        }
        salt = mix_number(salt);
    } while (ki_pdq_is_degenerate(&pdq));
    memcpy(hash.bytes, pdq.bytes, sizeof pdq.bytes);
    return hash;
}

static inline void numbered_id(uint64_t n, char id[32])
{
    (void)snprintf(id, 32, "n%llu", (unsigned long long)n);
}

static inline double seconds_now(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static inline uint64_t argument(int argc, char **argv, int i, uint64_t otherwise)
{
    return i < argc ? strtoull(argv[i], NULL, 10) : otherwise;
}

static inline void remove_folder(const char *folder)
{
    char command[256];
    (void)snprintf(command, sizeof command, "rm -rf '%s'", folder);
    CHECK(system(command) == 0);
}

static inline uint32_t make_list(struct ki_txn *txn, const char *name)
{
    struct ki_list_info info = ki_list_info_default();
    (void)snprintf(info.name, sizeof info.name, "%s", name);
    CHECK(ki_txn_list_add(txn, &info, true, NULL) == KI_OK);
    CHECK(ki_txn_list_find(txn, name, &info, NULL) == KI_OK);
    return info.id;
}

static inline void add_numbered(struct ki_txn *txn, uint32_t list, uint64_t n)
{
    char id[32];
    struct ki_hash hash = numbered_hash(n);
    enum ki_entry_change change;
    numbered_id(n, id);
    struct ki_entry entry = {.id = id,
                             .id_nbytes = strlen(id),
                             .category_scheme = "",
                             .category_code = "",
                             .hashes = &hash,
                             .nhashes = 1};
    CHECK(ki_txn_entry_add(txn, list, &entry, &change, NULL) == KI_OK);
}

static inline void remove_numbered(struct ki_txn *txn, uint32_t list, uint64_t n)
{
    char id[32];
    bool existed = false;
    numbered_id(n, id);
    CHECK(ki_txn_entry_remove(txn, list, id, strlen(id), &existed, NULL) == KI_OK);
}

/* Whether the entry is found by its hash under its id. */
static inline bool finds_numbered(const struct ki_index *index,
                                  const struct ki_hash *query, uint64_t n,
                                  struct ki_hits *hits)
{
    char id[32];
    bool is_found = false;
    numbered_id(n, id);
    hits->nhits = 0;
    CHECK(ki_index_lookup(index, query, KI_RADIUS_DEFAULT, hits) == KI_OK);
    for (size_t i = 0; i < hits->nhits; i++) {
        is_found = is_found || strcmp(hits->items[i].entry, id) == 0;
    }
    return is_found;
}

#endif
