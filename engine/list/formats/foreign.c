/* SPDX-License-Identifier: Apache-2.0 */
#include "list/formats/foreign.h"

#include <stdio.h>
#include <string.h>

#include "bytes/sha256.h"
#include "list/formats/signal.h"

/* One phone extraction tool gives this PhotoDNA value, in base64, to any file it could
 * not read: its SHA-256. */
static const uint8_t constant_photodna[KI_SHA256_NBYTES] = {
    0x8d, 0xb7, 0x7a, 0x19, 0x6e, 0xf4, 0x5d, 0x08, 0x23, 0x9b, 0xcc,
    0x74, 0x9a, 0xe9, 0xa2, 0xce, 0x8b, 0x81, 0x58, 0xf2, 0x7c, 0x5f,
    0xd5, 0x68, 0x38, 0xdf, 0x70, 0x1f, 0x62, 0x90, 0x16, 0xf2,
};

static bool is_constant_photodna(struct ki_span text)
{
    enum { NBASE64 = 192 };
    uint8_t digest[KI_SHA256_NBYTES];
    return text.nbytes == NBASE64 && ki_sha256(text.data, text.nbytes, digest) &&
           memcmp(digest, constant_photodna, sizeof constant_photodna) == 0;
}

static bool has_hash(const struct ki_list_record *record, const struct ki_hash *hash)
{
    for (size_t i = 0; i < record->nhashes; i++) {
        if (record->hashes[i].kind == hash->kind &&
            memcmp(record->hashes[i].bytes, hash->bytes, ki_kind_nbytes(hash->kind)) ==
                0) {
            return true;
        }
    }
    return false;
}

void ki_record_offer_typed(struct ki_list_record *record, struct ki_span type,
                           struct ki_span text)
{
    enum ki_kind kind = KI_KIND_PDQ;
    struct ki_hash hash;
    char reason[KI_REASON_NBYTES];
    text = ki_span_trim(text);
    if (text.nbytes == 0 || ki_signal_find(type, &kind) != KI_SIGNAL_USABLE) {
        return;
    }
    if (is_constant_photodna(text)) {
        (void)ki_record_refuse(record, "%s: value that a tool gives to unread files",
                               ki_kind_text(kind));
        return;
    }
    if (!ki_hash_read(kind, text, &hash, reason)) {
        (void)ki_record_refuse(record, "%s: %s", ki_kind_text(kind), reason);
        return;
    }
    if (has_hash(record, &hash)) {
        return;
    }
    if (record->nhashes == KI_RECORD_MAX_NHASHES) {
        (void)ki_record_refuse(record, "record has more than %d hashes",
                               KI_RECORD_MAX_NHASHES);
        return;
    }
    record->hashes[record->nhashes++] = hash;
}

enum ki_step ki_record_conclude(struct ki_list_record *record, bool has_id)
{
    if (record->nhashes > 0 || (record->op == KI_OP_REMOVE && has_id)) {
        return KI_STEP_RECORD;
    }
    (void)ki_record_refuse(record, "record has no hash");
    return KI_STEP_REJECT;
}

bool ki_record_id_from_hash(struct ki_list_record *record)
{
    static const char *const order[] = {"md5", "sha1", "sha256", "pdq", "photodna"};
    for (size_t i = 0; i < sizeof order / sizeof *order; i++) {
        for (size_t j = 0; j < record->nhashes; j++) {
            if (strcmp(ki_kind_text(record->hashes[j].kind), order[i]) == 0) {
                char hex[2 * KI_HASH_MAX_NBYTES + 1];
                ki_hash_to_hex(&record->hashes[j], hex);
                return ki_record_set_id(record, ki_span_of(hex));
            }
        }
    }
    return false;
}

void ki_record_keep_member(struct ki_list_record *record, struct ki_span member)
{
    size_t nbytes = 0;
    for (size_t i = 0; i < member.nbytes && nbytes < KI_MEMBER_NBYTES - 1; i++) {
        unsigned char c = (unsigned char)member.data[i];
        if (c >= 0x20 && c != 0x7f) {
            record->member[nbytes++] = (char)c;
        }
    }
    record->member[nbytes] = '\0';
}
