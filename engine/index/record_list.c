/* SPDX-License-Identifier: Apache-2.0 */
/* The rows of lists and of imports. */
#include <string.h>

#include "base/pack.h"
#include "index/record.h"

enum { LIST_ROW_VERSION = 4, IMPORT_ROW_VERSION = 1 };
enum { LIST_HAS_KEY = 1, LIST_IS_SIGNED = 2 };
enum { IMPORT_HAS_SHA256 = 1, IMPORT_IS_SIGNED = 2 };

static void pack_trust(struct ki_packer *packer, const struct ki_list_trust *trust)
{
    ki_pack_uint(packer,
                 (trust->has_key ? LIST_HAS_KEY : 0u) |
                     (trust->is_signed ? LIST_IS_SIGNED : 0u),
                 1);
    if (trust->has_key) {
        ki_pack_bytes(packer, trust->key_id, sizeof trust->key_id);
        ki_pack_bytes(packer, trust->key, sizeof trust->key);
    }
    ki_pack_uint(packer, trust->update, 8);
    ki_pack_uint(packer, (uint64_t)trust->expires, 8);
    if (trust->is_signed) {
        ki_pack_bytes(packer, trust->update_sha256, sizeof trust->update_sha256);
    }
}

/* Copies a field of fixed size, if there is one. */
static void unpack_field(struct ki_unpacker *unpacker, uint8_t *out, size_t nbytes)
{
    const uint8_t *bytes = ki_unpack_bytes(unpacker, nbytes);
    if (bytes) {
        memcpy(out, bytes, nbytes);
    }
}

static void unpack_trust(struct ki_unpacker *unpacker, struct ki_list_trust *out)
{
    uint64_t flags = ki_unpack_uint(unpacker, 1);
    out->has_key = (flags & LIST_HAS_KEY) != 0;
    out->is_signed = (flags & LIST_IS_SIGNED) != 0;
    if (out->has_key) {
        unpack_field(unpacker, out->key_id, sizeof out->key_id);
        unpack_field(unpacker, out->key, sizeof out->key);
    }
    out->update = ki_unpack_uint(unpacker, 8);
    out->expires = (int64_t)ki_unpack_uint(unpacker, 8);
    if (out->is_signed) {
        unpack_field(unpacker, out->update_sha256, sizeof out->update_sha256);
    }
}

size_t ki_list_row_pack(const struct ki_list_info *info,
                        uint8_t out[KI_LIST_ROW_NBYTES])
{
    struct ki_packer packer = ki_packer_begin(out, KI_LIST_ROW_NBYTES);
    ki_pack_uint(&packer, LIST_ROW_VERSION, 1);
    ki_pack_uint(&packer, info->id, 4);
    ki_pack_uint(&packer, (uint64_t)info->purpose, 1);
    ki_pack_uint(&packer, (uint64_t)info->action, 1);
    ki_pack_uint(&packer, info->radius, 1);
    ki_pack_uint(&packer, info->min_quality, 1);
    ki_pack_uint(&packer, info->serial, 8);
    ki_pack_uint(&packer, info->nentries, 8);
    for (unsigned kind = 0; kind < KI_NKINDS; kind++) {
        ki_pack_uint(&packer, info->nhashes[kind], 8);
    }
    ki_pack_uint(&packer, info->nquarantined, 8);
    ki_pack_text(&packer, info->source);
    pack_trust(&packer, &info->trust);
    return packer.is_good ? packer.nbytes : 0;
}

/* A text shorter than capacity, copied; false if it is longer. */
static bool unpack_short(struct ki_unpacker *unpacker, char *out, size_t capacity)
{
    const char *text = ki_unpack_text(unpacker);
    size_t nbytes = strlen(text);
    if (nbytes >= capacity) {
        return false;
    }
    memcpy(out, text, nbytes + 1);
    return true;
}

static bool is_in_range(const struct ki_list_info *info)
{
    return (unsigned)info->purpose < KI_NPURPOSES &&
           (unsigned)info->action < KI_NACTIONS && info->radius <= KI_RADIUS_MAX &&
           info->min_quality <= KI_QUALITY_MAX && info->trust.expires >= 0;
}

bool ki_list_row_unpack(const char *name, size_t name_nbytes, const void *row,
                        size_t nbytes, struct ki_list_info *out)
{
    struct ki_unpacker unpacker = ki_unpacker_begin(row, nbytes);
    struct ki_list_info info = {0};
    uint64_t version = ki_unpack_uint(&unpacker, 1);
    info.id = (uint32_t)ki_unpack_uint(&unpacker, 4);
    info.purpose = (enum ki_purpose)ki_unpack_uint(&unpacker, 1);
    info.action = (enum ki_action)ki_unpack_uint(&unpacker, 1);
    info.radius = (unsigned)ki_unpack_uint(&unpacker, 1);
    info.min_quality = (unsigned)ki_unpack_uint(&unpacker, 1);
    info.serial = ki_unpack_uint(&unpacker, 8);
    info.nentries = ki_unpack_uint(&unpacker, 8);
    for (unsigned kind = 0; kind < KI_NKINDS; kind++) {
        info.nhashes[kind] = ki_unpack_uint(&unpacker, 8);
    }
    info.nquarantined = ki_unpack_uint(&unpacker, 8);
    if (!unpack_short(&unpacker, info.source, sizeof info.source)) {
        return false;
    }
    unpack_trust(&unpacker, &info.trust);
    if (!unpacker.is_good || version != LIST_ROW_VERSION || name_nbytes == 0 ||
        name_nbytes >= sizeof info.name || !is_in_range(&info)) {
        return false;
    }
    memcpy(info.name, name, name_nbytes);
    *out = info;
    return true;
}

size_t ki_import_row_pack(const struct ki_import_note *note,
                          uint8_t out[KI_IMPORT_ROW_NBYTES])
{
    struct ki_packer packer = ki_packer_begin(out, KI_IMPORT_ROW_NBYTES);
    ki_pack_uint(&packer, IMPORT_ROW_VERSION, 1);
    ki_pack_uint(&packer,
                 (note->has_sha256 ? IMPORT_HAS_SHA256 : 0u) |
                     (note->is_signed ? IMPORT_IS_SIGNED : 0u),
                 1);
    ki_pack_uint(&packer, note->list_id, 4);
    ki_pack_uint(&packer, (uint64_t)note->time, 8);
    ki_pack_text(&packer, note->format);
    ki_pack_text(&packer, note->version);
    if (note->has_sha256) {
        ki_pack_bytes(&packer, note->sha256, sizeof note->sha256);
    }
    if (note->is_signed) {
        ki_pack_bytes(&packer, note->key_id, sizeof note->key_id);
    }
    ki_pack_uint(&packer, note->nadded, 8);
    ki_pack_uint(&packer, note->nupdated, 8);
    ki_pack_uint(&packer, note->nremoved, 8);
    ki_pack_uint(&packer, note->nrejected, 8);
    return packer.is_good ? packer.nbytes : 0;
}

bool ki_import_row_unpack(uint32_t number, const void *row, size_t nbytes,
                          struct ki_import_note *out)
{
    struct ki_unpacker unpacker = ki_unpacker_begin(row, nbytes);
    struct ki_import_note note = {.number = number};
    uint64_t version = ki_unpack_uint(&unpacker, 1);
    uint64_t flags = ki_unpack_uint(&unpacker, 1);
    note.list_id = (uint32_t)ki_unpack_uint(&unpacker, 4);
    note.time = (int64_t)ki_unpack_uint(&unpacker, 8);
    if (!unpack_short(&unpacker, note.format, sizeof note.format) ||
        !unpack_short(&unpacker, note.version, sizeof note.version)) {
        return false;
    }
    note.has_sha256 = (flags & IMPORT_HAS_SHA256) != 0;
    note.is_signed = (flags & IMPORT_IS_SIGNED) != 0;
    if (note.has_sha256) {
        unpack_field(&unpacker, note.sha256, sizeof note.sha256);
    }
    if (note.is_signed) {
        unpack_field(&unpacker, note.key_id, sizeof note.key_id);
    }
    note.nadded = ki_unpack_uint(&unpacker, 8);
    note.nupdated = ki_unpack_uint(&unpacker, 8);
    note.nremoved = ki_unpack_uint(&unpacker, 8);
    note.nrejected = ki_unpack_uint(&unpacker, 8);
    if (!unpacker.is_good || version != IMPORT_ROW_VERSION ||
        unpacker.done != unpacker.nbytes) {
        return false;
    }
    *out = note;
    return true;
}
