/* SPDX-License-Identifier: Apache-2.0 */
/* One record of a list file, checked while it is filled in. */
#ifndef KI_LIST_FORMATS_RECORD_H
#define KI_LIST_FORMATS_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <knownimage/hash.h>
#include <knownimage/index.h>

#include "list/formats/span.h"

enum {
    KI_REASON_NBYTES = 160, /* with terminator */
    KI_RECORD_MAX_NHASHES = 16
};

/* What a record does to the entry of its id. */
enum ki_op {
    KI_OP_ADD,   /* adds to it, or is all of it, as the format has it */
    KI_OP_REMOVE /* withdraws it; needs no hash */
};

struct ki_list_record {
    uint64_t line; /* 1-based, where the record begins */
    uint64_t byte; /* its offset in the file */
    size_t id_nbytes;
    char id[KI_ENTRY_ID_NBYTES + 1];
    char category_scheme[KI_CATEGORY_NBYTES]; /* "" if none */
    char category_code[KI_CATEGORY_NBYTES];
    size_t nhashes;
    struct ki_hash hashes[KI_RECORD_MAX_NHASHES];
    enum ki_op op;
    char member[KI_MEMBER_NBYTES]; /* who handed it in at the source; "" if not told */
    int64_t updated;               /* seconds since 1970 by the source; 0: not told */
    uint32_t nvotes_for;           /* of members that looked at it */
    uint32_t nvotes_against;
    unsigned doubts; /* enum ki_doubt, as the file tells them */
    /* Why the record was refused, or of a good record: what was left out of it; "" if
     * nothing was. Never holds anything of the record itself. */
    char reason[KI_REASON_NBYTES];
};

/* Empties the record. Its id is the line number until another is set. */
void ki_record_begin(struct ki_list_record *record, uint64_t line, uint64_t byte);

/* Keeps the first reason; returns false, for `return ki_record_refuse(…)`. */
bool ki_record_refuse(struct ki_list_record *record, const char *format, ...)
    KI_PRINTF(2, 3);

/* Reads a hash in hex, either case, a PDQ or PhotoDNA hash in base64, or a SHA-1 in
 * base32, blanks around it allowed.
 * Refuses what can only be a mistake in a list: the all-zero hash, the digests of the
 * empty file, and PDQ hashes that are near to every flat or striped picture
 * (ki_pdq_is_meaningless). False with the reason written. */
bool ki_hash_read(enum ki_kind kind, struct ki_span text, struct ki_hash *out,
                  char reason[KI_REASON_NBYTES]);

/* For records of several hashes: a bad one only leaves its reason, since a good one
 * beside it is enough. Empty text is no hash. */
void ki_record_offer_hash(struct ki_list_record *record, enum ki_kind kind,
                          struct ki_span text);

/* What speaks against looking up its PDQ hashes: ki_pdq_doubts of them all, and what
 * the file tells, KI_DOUBT_RELEASED included. */
unsigned ki_record_doubts(const struct ki_list_record *record);

/* These refuse the record (false) if the text breaks the rules of the catalog. An empty
 * id leaves the line number, and an empty member none. A record takes at most
 * KI_RECORD_MAX_NHASHES hashes. */
bool ki_record_add_hash(struct ki_list_record *record, enum ki_kind kind,
                        struct ki_span text);
bool ki_record_set_id(struct ki_list_record *record, struct ki_span text);
bool ki_record_set_category(struct ki_list_record *record, struct ki_span scheme,
                            struct ki_span code);
bool ki_record_set_member(struct ki_list_record *record, struct ki_span text);

#endif
