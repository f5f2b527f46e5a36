/* SPDX-License-Identifier: Apache-2.0 */
#include "index/record.h"

#include <string.h>

#include "base/hex.h"
#include "base/pack.h"
#include "bytes/sha256.h"

enum {
    ENTRY_ROW_VERSION = 4,
    ID_KEY_NBYTES = 400,
    ID_PREFIX_NBYTES = 336,
    MOST_KEY_NBYTES = 32 /* of a hash, as part of a key */
};

/* What an entry row has besides its hashes. */
enum { ROW_HAS_ID = 1, ROW_HAS_CATEGORY = 2, ROW_HAS_SOURCE = 4, ROW_HAS_DOUBTS = 8 };

static unsigned flags_of(const struct ki_entry_row *row)
{
    const struct ki_provenance *from = &row->from;
    bool has_source = from->member[0] || from->updated != 0 || from->nvotes_for > 0 ||
                      from->nvotes_against > 0;
    return (row->id_nbytes > ID_KEY_NBYTES ? ROW_HAS_ID : 0u) |
           (row->category_scheme[0] || row->category_code[0] ? ROW_HAS_CATEGORY : 0u) |
           (has_source ? ROW_HAS_SOURCE : 0u) | (row->doubts ? ROW_HAS_DOUBTS : 0u);
}

static void pack_provenance(struct ki_packer *packer, const struct ki_entry_row *row,
                            unsigned flags)
{
    const struct ki_provenance *from = &row->from;
    if (flags & ROW_HAS_SOURCE) {
        ki_pack_text(packer, from->member);
        ki_pack_uint(packer, (uint64_t)from->updated, 8);
        ki_pack_uint(packer, from->nvotes_for, 4);
        ki_pack_uint(packer, from->nvotes_against, 4);
    }
    ki_pack_uint(packer, from->added_by, 4);
    ki_pack_uint(packer, from->changed_by, 4);
    if (flags & ROW_HAS_DOUBTS) {
        ki_pack_uint(packer, row->doubts, 1);
    }
}

size_t ki_entry_row_pack(const struct ki_entry_row *row,
                         uint8_t out[KI_ENTRY_ROW_NBYTES])
{
    unsigned flags = flags_of(row);
    struct ki_packer packer = ki_packer_begin(out, KI_ENTRY_ROW_NBYTES);
    ki_pack_uint(&packer, ENTRY_ROW_VERSION, 1);
    ki_pack_uint(&packer, flags, 1);
    if (flags & ROW_HAS_ID) {
        ki_pack_uint(&packer, row->id_nbytes, 2);
        ki_pack_bytes(&packer, row->id, row->id_nbytes);
    }
    if (flags & ROW_HAS_CATEGORY) {
        ki_pack_text(&packer, row->category_scheme);
        ki_pack_text(&packer, row->category_code);
    }
    pack_provenance(&packer, row, flags);
    ki_pack_uint(&packer, row->nhashes, 1);
    for (size_t i = 0; i < row->nhashes; i++) {
        const struct ki_hash *hash = &row->hashes[i];
        ki_pack_uint(&packer, (uint64_t)hash->kind, 1);
        ki_pack_bytes(&packer, hash->bytes, ki_kind_nbytes(hash->kind));
    }
    return packer.is_good ? packer.nbytes : 0;
}

static bool unpack_hash(struct ki_unpacker *unpacker, struct ki_hash *out)
{
    uint64_t kind = ki_unpack_uint(unpacker, 1);
    if (!unpacker->is_good || kind >= KI_NKINDS) {
        return false;
    }
    size_t nbytes = ki_kind_nbytes((enum ki_kind)kind);
    const uint8_t *bytes = ki_unpack_bytes(unpacker, nbytes);
    if (!bytes) {
        return false;
    }
    memset(out, 0, sizeof *out);
    out->kind = (enum ki_kind)kind;
    memcpy(out->bytes, bytes, nbytes);
    return true;
}

static bool unpack_label(struct ki_unpacker *unpacker, char out[KI_CATEGORY_NBYTES])
{
    const char *text = ki_unpack_text(unpacker);
    size_t nbytes = strlen(text);
    if (nbytes >= KI_CATEGORY_NBYTES) {
        return false;
    }
    memcpy(out, text, nbytes + 1);
    return unpacker->is_good;
}

/* The id in the row or, if it is not there, the one in the key. */
static bool unpack_id(struct ki_unpacker *unpacker, bool has_id, const uint8_t *key,
                      size_t key_nbytes, struct ki_entry_row *out)
{
    if (!has_id && (key_nbytes < 6 || key_nbytes > KI_ENTRY_KEY_NBYTES)) {
        return false;
    }
    out->id_nbytes = has_id ? (size_t)ki_unpack_uint(unpacker, 2) : key_nbytes - 5;
    if (out->id_nbytes == 0 || out->id_nbytes > KI_ENTRY_ID_NBYTES) {
        return false;
    }
    const uint8_t *id = has_id ? ki_unpack_bytes(unpacker, out->id_nbytes) : key + 4;
    if (!id) {
        return false;
    }
    memcpy(out->id, id, out->id_nbytes);
    out->id[out->id_nbytes] = '\0';
    return true;
}

static bool unpack_provenance(struct ki_unpacker *unpacker, uint64_t flags,
                              struct ki_entry_row *out)
{
    struct ki_provenance from = {.member = ""};
    if (flags & ROW_HAS_SOURCE) {
        const char *member = ki_unpack_text(unpacker);
        if (strlen(member) >= sizeof from.member) {
            return false;
        }
        memcpy(from.member, member, strlen(member) + 1);
        from.updated = (int64_t)ki_unpack_uint(unpacker, 8);
        from.nvotes_for = (uint32_t)ki_unpack_uint(unpacker, 4);
        from.nvotes_against = (uint32_t)ki_unpack_uint(unpacker, 4);
    }
    from.added_by = (uint32_t)ki_unpack_uint(unpacker, 4);
    from.changed_by = (uint32_t)ki_unpack_uint(unpacker, 4);
    out->from = from;
    out->doubts = flags & ROW_HAS_DOUBTS ? (unsigned)ki_unpack_uint(unpacker, 1) : 0u;
    return unpacker->is_good;
}

bool ki_entry_row_unpack(const uint8_t *key, size_t key_nbytes, const void *data,
                         size_t nbytes, struct ki_entry_row *out)
{
    struct ki_unpacker unpacker = ki_unpacker_begin(data, nbytes);
    uint64_t version = ki_unpack_uint(&unpacker, 1);
    uint64_t flags = ki_unpack_uint(&unpacker, 1);
    out->category_scheme[0] = '\0';
    out->category_code[0] = '\0';
    if (version != ENTRY_ROW_VERSION ||
        !unpack_id(&unpacker, (flags & ROW_HAS_ID) != 0, key, key_nbytes, out)) {
        return false;
    }
    if ((flags & ROW_HAS_CATEGORY) && (!unpack_label(&unpacker, out->category_scheme) ||
                                       !unpack_label(&unpacker, out->category_code))) {
        return false;
    }
    if (!unpack_provenance(&unpacker, flags, out)) {
        return false;
    }
    out->nhashes = (size_t)ki_unpack_uint(&unpacker, 1);
    if (out->nhashes > KI_INLINE_HASHES) {
        return false;
    }
    for (size_t i = 0; i < out->nhashes; i++) {
        if (!unpack_hash(&unpacker, &out->hashes[i])) {
            return false;
        }
    }
    return unpacker.is_good;
}

static void put_id_key(struct ki_packer *packer, const char *id, size_t id_nbytes)
{
    if (id_nbytes <= ID_KEY_NBYTES) {
        ki_pack_bytes(packer, id, id_nbytes);
        return;
    }
    uint8_t digest[KI_SHA256_NBYTES] = {0};
    char hex[2 * KI_SHA256_NBYTES + 1];
    /* A digest that cannot be made gives one shared key for one prefix: entries then
     * merge, and no hash is lost. */
    (void)ki_sha256(id, id_nbytes, digest);
    ki_pack_bytes(packer, id, ID_PREFIX_NBYTES);
    ki_hex_encode(digest, KI_SHA256_NBYTES, hex); /* no zero bytes within a key */
    ki_pack_bytes(packer, hex, sizeof hex - 1);
}

void ki_list_key(uint32_t list_id, uint8_t out[4])
{
    for (int i = 0; i < 4; i++) {
        out[i] = (uint8_t)(list_id >> (24 - 8 * i));
    }
}

uint32_t ki_list_of_key(const uint8_t *key)
{
    return (uint32_t)key[0] << 24 | (uint32_t)key[1] << 16 | (uint32_t)key[2] << 8 |
           key[3];
}

size_t ki_entry_key(uint32_t list_id, const char *id, size_t id_nbytes,
                    uint8_t out[KI_ENTRY_KEY_NBYTES])
{
    uint8_t prefix[4];
    struct ki_packer packer = ki_packer_begin(out, KI_ENTRY_KEY_NBYTES);
    ki_list_key(list_id, prefix);
    ki_pack_bytes(&packer, prefix, sizeof prefix);
    put_id_key(&packer, id, id_nbytes);
    ki_pack_uint(&packer, 0, 1);
    return packer.nbytes;
}

size_t ki_hash_row_nbytes(enum ki_kind kind)
{
    size_t nbytes = ki_kind_nbytes(kind);
    return nbytes > MOST_KEY_NBYTES ? nbytes : 0;
}

size_t ki_hash_key(const uint8_t *entry_key, size_t entry_key_nbytes,
                   const struct ki_hash *hash, uint8_t out[KI_HASH_KEY_NBYTES])
{
    struct ki_packer packer = ki_packer_begin(out, KI_HASH_KEY_NBYTES);
    size_t nbytes = ki_kind_nbytes(hash->kind);
    ki_pack_bytes(&packer, entry_key, entry_key_nbytes);
    ki_pack_uint(&packer, 1u + (unsigned)hash->kind, 1);
    if (nbytes <= MOST_KEY_NBYTES) {
        ki_pack_bytes(&packer, hash->bytes, nbytes);
        return packer.nbytes;
    }
    uint8_t digest[KI_SHA256_NBYTES];
    if (!ki_sha256(hash->bytes, nbytes, digest)) {
        return 0;
    }
    ki_pack_bytes(&packer, digest, KI_SHA256_NBYTES);
    return packer.nbytes;
}

bool ki_hash_row_parse(const uint8_t *entry_key, size_t entry_key_nbytes,
                       const uint8_t *key, size_t key_nbytes, const void *data,
                       size_t nbytes, struct ki_hash *out)
{
    if (key_nbytes < entry_key_nbytes + 2 ||
        memcmp(key, entry_key, entry_key_nbytes) != 0) {
        return false;
    }
    unsigned kind = key[entry_key_nbytes] - 1u;
    size_t hash_nbytes = ki_kind_nbytes((enum ki_kind)kind);
    size_t in_row = ki_hash_row_nbytes((enum ki_kind)kind);
    size_t in_key = in_row > 0 ? KI_SHA256_NBYTES : hash_nbytes;
    if (kind >= KI_NKINDS || key_nbytes != entry_key_nbytes + 1 + in_key ||
        nbytes != in_row) {
        return false;
    }
    memset(out, 0, sizeof *out);
    out->kind = (enum ki_kind)kind;
    memcpy(out->bytes, in_row > 0 ? data : key + entry_key_nbytes + 1, hash_nbytes);
    return true;
}
