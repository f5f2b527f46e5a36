/* SPDX-License-Identifier: Apache-2.0 */
#include "list/formats/record.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/hex.h"
#include "hash/gate.h"

void ki_record_begin(struct ki_list_record *record, uint64_t line, uint64_t byte)
{
    record->line = line;
    record->byte = byte;
    int nchars = snprintf(record->id, sizeof record->id, "%" PRIu64, line);
    record->id_nbytes = (size_t)nchars;
    record->category_scheme[0] = '\0';
    record->category_code[0] = '\0';
    record->nhashes = 0;
    record->op = KI_OP_ADD;
    record->member[0] = '\0';
    record->updated = 0;
    record->nvotes_for = 0;
    record->nvotes_against = 0;
    record->doubts = 0;
    record->reason[0] = '\0';
}

bool ki_record_refuse(struct ki_list_record *record, const char *format, ...)
{
    if (record->reason[0]) {
        return false;
    }
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(record->reason, sizeof record->reason, format, arguments);
    va_end(arguments);
    return false;
}

static bool is_zero(const struct ki_hash *hash)
{
    static const uint8_t zero[KI_HASH_MAX_NBYTES];
    return memcmp(hash->bytes, zero, sizeof zero) == 0;
}

/* Tools that hash a file which they could not read write these. */
static bool is_of_empty_file(const struct ki_hash *hash)
{
    static const char *const empty[KI_NKINDS] = {
        [KI_KIND_MD5] = "d41d8cd98f00b204e9800998ecf8427e",
        [KI_KIND_SHA1] = "da39a3ee5e6b4b0d3255bfef95601890afd80709",
        [KI_KIND_SHA256] =
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    };
    char hex[2 * KI_HASH_MAX_NBYTES + 1];
    ki_hash_to_hex(hash, hex);
    return empty[hash->kind] && strcmp(hex, empty[hash->kind]) == 0;
}

static struct ki_pdq pdq_of(const struct ki_hash *hash)
{
    struct ki_pdq pdq;
    memcpy(pdq.bytes, hash->bytes, sizeof pdq.bytes);
    return pdq;
}

static bool says_nothing(const struct ki_hash *hash)
{
    struct ki_pdq pdq = pdq_of(hash);
    return hash->kind == KI_KIND_PDQ && ki_pdq_is_meaningless(&pdq);
}

unsigned ki_record_doubts(const struct ki_list_record *record)
{
    unsigned doubts = record->doubts;
    for (size_t i = 0; i < record->nhashes; i++) {
        if (record->hashes[i].kind == KI_KIND_PDQ) {
            struct ki_pdq pdq = pdq_of(&record->hashes[i]);
            doubts |= ki_pdq_doubts(&pdq);
        }
    }
    return doubts;
}

static bool hash_decode(enum ki_kind kind, struct ki_span text, struct ki_hash *out)
{
    *out = (struct ki_hash){.kind = kind};
    size_t nbytes = ki_kind_nbytes(kind);
    if (ki_hex_decode(text.data, text.nbytes, out->bytes, nbytes)) {
        return true;
    }
    if (kind == KI_KIND_PDQ || kind == KI_KIND_PHOTODNA) {
        return ki_base64_decode(text.data, text.nbytes, out->bytes, nbytes);
    }
    /* All hex digits: a MD5 in the wrong place. */
    return kind == KI_KIND_SHA1 && ki_span_nhex(text) < text.nbytes &&
           ki_base32_decode(text.data, text.nbytes, out->bytes, nbytes);
}

static void explain(enum ki_kind kind, struct ki_span text,
                    char reason[KI_REASON_NBYTES])
{
    if (text.nbytes == 0) {
        (void)snprintf(reason, KI_REASON_NBYTES, "hash is missing");
    } else if (ki_is_hex(text.data, text.nbytes)) {
        (void)snprintf(reason, KI_REASON_NBYTES,
                       "hash has %zu hex digits, expected %zu", text.nbytes,
                       2 * ki_kind_nbytes(kind));
    } else {
        (void)snprintf(reason, KI_REASON_NBYTES,
                       "hash has a character that is not a hex digit");
    }
}

bool ki_hash_read(enum ki_kind kind, struct ki_span text, struct ki_hash *out,
                  char reason[KI_REASON_NBYTES])
{
    text = ki_span_trim(text);
    struct ki_hash hash;
    if (!hash_decode(kind, text, &hash)) {
        explain(kind, text, reason);
        return false;
    }
    if (is_zero(&hash)) {
        (void)snprintf(reason, KI_REASON_NBYTES, "hash is all zero");
        return false;
    }
    if (is_of_empty_file(&hash)) {
        (void)snprintf(reason, KI_REASON_NBYTES, "hash of the empty file");
        return false;
    }
    if (says_nothing(&hash)) {
        (void)snprintf(reason, KI_REASON_NBYTES,
                       "hash says nothing: of a flat or striped picture, or of none");
        return false;
    }
    *out = hash;
    return true;
}

bool ki_record_add_hash(struct ki_list_record *record, enum ki_kind kind,
                        struct ki_span text)
{
    char reason[KI_REASON_NBYTES];
    if (record->nhashes == KI_RECORD_MAX_NHASHES) {
        return ki_record_refuse(record, "more than %d hashes", KI_RECORD_MAX_NHASHES);
    }
    if (!ki_hash_read(kind, text, &record->hashes[record->nhashes], reason)) {
        return ki_record_refuse(record, "%s", reason);
    }
    record->nhashes++;
    return true;
}

void ki_record_offer_hash(struct ki_list_record *record, enum ki_kind kind,
                          struct ki_span text)
{
    char reason[KI_REASON_NBYTES];
    if (ki_span_trim(text).nbytes == 0) {
        return;
    }
    if (record->nhashes == KI_RECORD_MAX_NHASHES) {
        (void)ki_record_refuse(record, "more than %d hashes", KI_RECORD_MAX_NHASHES);
    } else if (ki_hash_read(kind, text, &record->hashes[record->nhashes], reason)) {
        record->nhashes++;
    } else {
        (void)ki_record_refuse(record, "%s: %s", ki_kind_text(kind), reason);
    }
}

bool ki_record_set_id(struct ki_list_record *record, struct ki_span text)
{
    if (text.nbytes == 0) {
        return true;
    }
    if (text.nbytes > KI_ENTRY_ID_NBYTES) {
        return ki_record_refuse(record, "entry id is longer than %d bytes",
                                KI_ENTRY_ID_NBYTES);
    }
    if (ki_span_has_control(text)) {
        return ki_record_refuse(record, "entry id has a control character");
    }
    memcpy(record->id, text.data, text.nbytes);
    record->id[text.nbytes] = '\0';
    record->id_nbytes = text.nbytes;
    return true;
}

static bool set_text(struct ki_list_record *record, const char *what,
                     struct ki_span text, char *out, size_t capacity)
{
    if (text.nbytes >= capacity) {
        return ki_record_refuse(record, "%s is longer than %zu bytes", what,
                                capacity - 1);
    }
    if (ki_span_has_control(text)) {
        return ki_record_refuse(record, "%s has a control character", what);
    }
    if (text.nbytes > 0) {
        memcpy(out, text.data, text.nbytes);
    }
    out[text.nbytes] = '\0';
    return true;
}

bool ki_record_set_category(struct ki_list_record *record, struct ki_span scheme,
                            struct ki_span code)
{
    return set_text(record, "category scheme", scheme, record->category_scheme,
                    sizeof record->category_scheme) &&
           set_text(record, "category code", code, record->category_code,
                    sizeof record->category_code);
}

bool ki_record_set_member(struct ki_list_record *record, struct ki_span text)
{
    return set_text(record, "member", text, record->member, sizeof record->member);
}
