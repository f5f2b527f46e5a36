/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rows of the catalog, packed. All numbers little-endian but those in keys.
 *
 *   list row    key: name            value: u8 version | u32 id | u8 purpose |
 *                                    u8 action | u8 radius | u8 min_quality |
 *                                    u64 serial | u64 nentries | u64 nhashes[5] |
 *                                    u64 nquarantined | text source | u8 flags |
 *                                    [8 key id | 32 key] | u64 update | u64 expires |
 *                                    [32 sha256 of the update]
 *   entry row   key: u32be list id | id key | 00
 *                                    value: u8 version | u8 flags |
 *                                    [u16 id_nbytes | id] |
 *                                    [text scheme | text code] |
 *                                    [text member | u64 updated | u32 for |
 *                                    u32 against] | u32 added by | u32 changed by |
 *                                    [u8 doubts] | u8 count | count × (u8 kind | hash)
 *   hash row    key: entry key | u8 1 + kind | hash        value: empty
 *               key: entry key | u8 1 + kind | SHA-256     value: hash; if it is longer
 *                                                        than 32 bytes
 *
 *   import row  key: u32be number    value: u8 version | u8 flags | u32 list id |
 *                                    u64 time | text format | text version |
 *                                    [32 sha256] | [8 key id] | u64 × 4 counts
 *
 *   refusal row key: u32be list id   value: u8 version | u64 time | u16 n | reason
 *
 * The id key is the id itself up to 400 bytes; of a longer one, its first 336 bytes and
 * the SHA-256 of all of it in hex; only then does the row hold it. An entry row holds
 * up to KI_INLINE_HASHES hashes; further ones are rows of their own, so that adding the
 * millionth hash to one id costs no more than adding the first.
 */
#ifndef KI_INDEX_RECORD_H
#define KI_INDEX_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "index/catalog.h"

enum {
    KI_INLINE_HASHES = 8,
    KI_ENTRY_KEY_NBYTES = 4 + 400 + 1,
    KI_HASH_KEY_NBYTES = KI_ENTRY_KEY_NBYTES + 1 + 32, /* LMDB allows 511 */
    KI_LIST_ROW_NBYTES = 384,
    KI_ENTRY_ROW_NBYTES = 4096,
    KI_IMPORT_ROW_NBYTES = 256
};

/* Row → value in out; the size, or 0 if it does not fit. */
size_t ki_list_row_pack(const struct ki_list_info *info,
                        uint8_t out[KI_LIST_ROW_NBYTES]);
bool ki_list_row_unpack(const char *name, size_t name_nbytes, const void *row,
                        size_t nbytes, struct ki_list_info *out);

/* The entry held in an entry row; strings and hashes by value. */
struct ki_entry_row {
    char id[KI_ENTRY_ID_NBYTES + 1];
    size_t id_nbytes;
    char category_scheme[KI_CATEGORY_NBYTES];
    char category_code[KI_CATEGORY_NBYTES];
    struct ki_provenance from;
    unsigned doubts;
    struct ki_hash hashes[KI_INLINE_HASHES];
    size_t nhashes;
};
size_t ki_entry_row_pack(const struct ki_entry_row *row,
                         uint8_t out[KI_ENTRY_ROW_NBYTES]);
bool ki_entry_row_unpack(const uint8_t *key, size_t key_nbytes, const void *data,
                         size_t nbytes, struct ki_entry_row *out);

size_t ki_import_row_pack(const struct ki_import_note *note,
                          uint8_t out[KI_IMPORT_ROW_NBYTES]);
bool ki_import_row_unpack(uint32_t number, const void *row, size_t nbytes,
                          struct ki_import_note *out);

/* What all keys of a list's entries begin with, and back. */
void ki_list_key(uint32_t list_id, uint8_t out[4]);
uint32_t ki_list_of_key(const uint8_t *key);

/* Keys; each returns its size. */
size_t ki_entry_key(uint32_t list_id, const char *id, size_t id_nbytes,
                    uint8_t out[KI_ENTRY_KEY_NBYTES]);
/* 0 if OpenSSL failed. */
size_t ki_hash_key(const uint8_t *entry_key, size_t entry_key_nbytes,
                   const struct ki_hash *hash, uint8_t out[KI_HASH_KEY_NBYTES]);
/* How many bytes of the hash are the value of its row. */
size_t ki_hash_row_nbytes(enum ki_kind kind);
/* The hash in a hash row; false if the key is that of an entry row or none. */
bool ki_hash_row_parse(const uint8_t *entry_key, size_t entry_key_nbytes,
                       const uint8_t *key, size_t key_nbytes, const void *data,
                       size_t nbytes, struct ki_hash *out);

#endif
