/* SPDX-License-Identifier: Apache-2.0 */
/* The written forms of hashes, and what a record holds at most. */
#include "list/parsed.h"

/* 144 bytes 01 02 03 …, in hex and in base64. */
static void photodna_write(char hex[289], char base64[193])
{
    for (size_t i = 0; i < 48; i++) {
        memcpy(hex + 6 * i, "010203", 6);
        memcpy(base64 + 4 * i, "AQID", 4);
    }
    hex[288] = '\0';
    base64[192] = '\0';
}

static bool reads(enum ki_kind kind, const char *text, struct ki_hash *out)
{
    char reason[KI_REASON_NBYTES] = "";
    bool is_good = ki_hash_read(kind, ki_span_of(text), out, reason);
    cr_expect_eq(is_good, reason[0] == '\0', "%s: %s", text, reason);
    return is_good;
}

static bool refuses(enum ki_kind kind, const char *text)
{
    struct ki_hash hash;
    return !reads(kind, text, &hash);
}

Test(record, photodna_is_read_from_hex_and_base64)
{
    char hex[289];
    char base64[193];
    char again[2 * KI_HASH_MAX_NBYTES + 1];
    struct ki_hash a;
    struct ki_hash b;
    photodna_write(hex, base64);
    cr_assert(reads(KI_KIND_PHOTODNA, hex, &a));
    cr_assert(reads(KI_KIND_PHOTODNA, base64, &b));
    cr_expect_arr_eq(a.bytes, b.bytes, sizeof a.bytes);
    ki_hash_to_hex(&b, again);
    cr_expect_str_eq(again, hex);
    base64[191] = '\0';
    cr_expect(refuses(KI_KIND_PHOTODNA, base64), "one character short");
    hex[287] = '\0';
    cr_expect(refuses(KI_KIND_PHOTODNA, hex), "one digit short");
    memset(hex, '0', 288);
    cr_expect(refuses(KI_KIND_PHOTODNA, hex), "all zero");
    memset(base64, 'A', 192);
    cr_expect(refuses(KI_KIND_PHOTODNA, base64), "all zero");
}

Test(record, sha1_is_read_from_base32)
{
    struct ki_hash hex;
    struct ki_hash base32;
    cr_assert(reads(KI_KIND_SHA1, SHA1_A, &hex));
    cr_assert(reads(KI_KIND_SHA1, "VGMT4NSHA2AWVOR6EVYXQUGCNSONBWE5", &base32));
    cr_expect_arr_eq(hex.bytes, base32.bytes, sizeof hex.bytes);
    cr_assert(reads(KI_KIND_SHA1, "vgmt4nsha2awvor6evyxqugcnsonbwe5", &base32));
    cr_expect_arr_eq(hex.bytes, base32.bytes, sizeof hex.bytes);
    cr_expect(refuses(KI_KIND_SHA1, "VGMT4NSHA2AWVOR6EVYXQUGCNSONBWE"), "one short");
    cr_expect(refuses(KI_KIND_SHA1, "VGMT4NSHA2AWVOR6EVYXQUGCNSONBWE1"), "no digit 1");
    cr_expect(refuses(KI_KIND_SHA1, "3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ"), "empty file");
    cr_expect(refuses(KI_KIND_SHA1, "abcdefabcdefabcdefabcdef22334455"), "a MD5");
    cr_expect(refuses(KI_KIND_MD5, "VGMT4NSHA2AWVOR6EVYXQUGCNSONBWE5"));
}

Test(record, sixteen_hashes_have_room_and_one_more_is_told)
{
    struct ki_list_record record;
    ki_record_begin(&record, 1, 0);
    for (int i = 0; i < KI_RECORD_MAX_NHASHES; i++) {
        ki_record_offer_hash(&record, KI_KIND_MD5, ki_span_of(MD5_A));
    }
    ki_record_offer_hash(&record, KI_KIND_MD5, ki_span_of("  "));
    cr_expect_eq(record.nhashes, KI_RECORD_MAX_NHASHES);
    cr_expect_str_eq(record.reason, "");
    ki_record_offer_hash(&record, KI_KIND_MD5, ki_span_of(MD5_A));
    cr_expect_eq(record.nhashes, KI_RECORD_MAX_NHASHES);
    cr_expect_str_eq(record.reason, "more than 16 hashes");
    cr_expect_not(ki_record_add_hash(&record, KI_KIND_MD5, ki_span_of(MD5_A)));
}

Test(record, a_bad_hash_beside_a_good_one_leaves_its_reason)
{
    struct ki_list_record record;
    ki_record_begin(&record, 1, 0);
    ki_record_offer_hash(&record, KI_KIND_MD5, ki_span_of("12"));
    ki_record_offer_hash(&record, KI_KIND_SHA1, ki_span_of(SHA1_A));
    cr_expect_eq(record.nhashes, 1);
    cr_expect_str_eq(record.reason, "md5: hash has 2 hex digits, expected 32");
}

Test(record, members_keep_the_rules_of_the_catalog)
{
    char text[KI_MEMBER_NBYTES + 1];
    struct ki_list_record record;
    ki_record_begin(&record, 1, 0);
    memset(text, 'm', KI_MEMBER_NBYTES);
    text[KI_MEMBER_NBYTES] = '\0';
    cr_expect(ki_record_set_member(&record, ki_span_of("hotline 42")));
    cr_expect_str_eq(record.member, "hotline 42");
    cr_expect_not(ki_record_set_member(&record, ki_span_of(text)));
    cr_expect_str_eq(record.reason, "member is longer than 63 bytes");
    cr_expect_not(ki_record_set_member(&record, ki_span_of("a\nb")));
}
