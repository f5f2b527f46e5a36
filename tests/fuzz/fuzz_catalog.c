/* SPDX-License-Identifier: Apache-2.0 */
/* Rows and keys of the catalog: any bytes are refused or unpacked within bounds, and
 * what was unpacked packs into a row that says the same. */
#include <stdlib.h>
#include <string.h>

#include "fuzz/fuzz.h"
#include "index/record.h"

enum { NAME_SIZES = 96 };

static void require(bool is_true)
{
    if (!is_true) {
        abort();
    }
}

/* u8 length of the name | name | row */
static void try_list(const char *data, size_t nbytes)
{
    size_t nname = nbytes > 0 ? (uint8_t)data[0] % NAME_SIZES : 0;
    struct ki_list_info info;
    struct ki_list_info again;
    uint8_t row[KI_LIST_ROW_NBYTES];
    uint8_t repeated[KI_LIST_ROW_NBYTES];
    if (nbytes < 1 + nname || !ki_list_row_unpack(data + 1, nname, data + 1 + nname,
                                                  nbytes - 1 - nname, &info)) {
        return;
    }
    require((unsigned)info.purpose < KI_NPURPOSES);
    require((unsigned)info.action < KI_NACTIONS);
    require(info.radius <= KI_RADIUS_MAX && info.min_quality <= KI_QUALITY_MAX);
    require(strlen(info.name) < KI_LIST_NAME_NBYTES);
    require(memchr(info.source, '\0', sizeof info.source) != NULL);
    size_t nrow = ki_list_row_pack(&info, row);
    require(nrow > 0 && ki_list_row_unpack(info.name, nname, row, nrow, &again));
    require(ki_list_row_pack(&again, repeated) == nrow);
    require(memcmp(row, repeated, nrow) == 0);
}

static void check_entry(const struct ki_entry_row *entry)
{
    require(entry->id_nbytes <= KI_ENTRY_ID_NBYTES);
    require(entry->id[entry->id_nbytes] == '\0');
    require(strlen(entry->category_scheme) < KI_CATEGORY_NBYTES);
    require(strlen(entry->category_code) < KI_CATEGORY_NBYTES);
    require(entry->nhashes <= KI_INLINE_HASHES);
    for (size_t i = 0; i < entry->nhashes; i++) {
        require((unsigned)entry->hashes[i].kind < KI_NKINDS);
    }
}

static void try_keys(const struct ki_entry_row *entry)
{
    uint8_t entry_key[KI_ENTRY_KEY_NBYTES];
    uint8_t hash_key[KI_HASH_KEY_NBYTES];
    size_t nentry_key = ki_entry_key(7, entry->id, entry->id_nbytes, entry_key);
    require(nentry_key >= 5 && nentry_key <= sizeof entry_key);
    require(ki_list_of_key(entry_key) == 7);
    for (size_t i = 0; i < entry->nhashes; i++) {
        struct ki_hash hash;
        size_t nhash_key =
            ki_hash_key(entry_key, nentry_key, &entry->hashes[i], hash_key);
        size_t nrow = ki_hash_row_nbytes(entry->hashes[i].kind);
        require(ki_hash_row_parse(entry_key, nentry_key, hash_key, nhash_key,
                                  entry->hashes[i].bytes, nrow, &hash));
        require(hash.kind == entry->hashes[i].kind &&
                memcmp(hash.bytes, entry->hashes[i].bytes, sizeof hash.bytes) == 0);
    }
}

/* u8 length of the entry's key | its key | row */
static void try_entry(const uint8_t *data, size_t nbytes)
{
    struct ki_entry_row entry;
    struct ki_entry_row again;
    uint8_t key[KI_ENTRY_KEY_NBYTES];
    uint8_t row[KI_ENTRY_ROW_NBYTES];
    uint8_t repeated[KI_ENTRY_ROW_NBYTES];
    size_t nkey = nbytes > 0 ? data[0] : 0;
    if (nbytes < 1 + nkey || !ki_entry_row_unpack(data + 1, nkey, data + 1 + nkey,
                                                  nbytes - 1 - nkey, &entry)) {
        return;
    }
    check_entry(&entry);
    nkey = ki_entry_key(7, entry.id, entry.id_nbytes, key);
    size_t nrow = ki_entry_row_pack(&entry, row);
    require(nrow > 0 && ki_entry_row_unpack(key, nkey, row, nrow, &again));
    require(again.id_nbytes == entry.id_nbytes &&
            memcmp(again.id, entry.id, entry.id_nbytes) == 0);
    require(ki_entry_row_pack(&again, repeated) == nrow);
    require(memcmp(row, repeated, nrow) == 0);
    try_keys(&entry);
}

/* u8 length of the entry's key | its key | u8 length of a key | the key | its row */
static void try_hash_row(const uint8_t *data, size_t nbytes)
{
    struct ki_hash hash;
    size_t nentry_key = nbytes > 0 ? data[0] : 0;
    if (nbytes < 2 + nentry_key) {
        return;
    }
    const uint8_t *key = data + 2 + nentry_key;
    size_t nrest = nbytes - 2 - nentry_key;
    size_t nkey = key[-1] < nrest ? key[-1] : nrest;
    if (ki_hash_row_parse(data + 1, nentry_key, key, nkey, key + nkey, nrest - nkey,
                          &hash)) {
        require((unsigned)hash.kind < KI_NKINDS);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes)
{
    if (nbytes == 0) {
        return 0;
    }
    switch (data[0] % 3) {
    case 0:
        try_list((const char *)data + 1, nbytes - 1);
        break;
    case 1:
        try_entry(data + 1, nbytes - 1);
        break;
    default:
        try_hash_row(data + 1, nbytes - 1);
    }
    return 0;
}
