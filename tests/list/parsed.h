/* SPDX-License-Identifier: Apache-2.0 */
/* What a parser makes of a text, as text: a line a record,
 *     LINE ID KIND:FIRST-SIX-DIGITS… removed by=MEMBER at=TIME votes=FOR:AGAINST
 *         [SCHEME/CODE]
 *         PARSED_IS_BRIEF: no facts, and -ID of a removal
 *     LINE !REASON        of a refused one
 *     NOTE REASON         about the file
 *     BAD REASON          when the rest of the file cannot be read */
#ifndef KI_TESTS_LIST_PARSED_H
#define KI_TESTS_LIST_PARSED_H

#include <criterion/criterion.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "list/formats/format.h"
#include "support/random.h"

#ifndef PARSED_IS_BRIEF
#define PARSED_IS_BRIEF 0
#endif

struct parsed {
    char *text;
    size_t nbytes;
    FILE *out;
};

static inline void parsed_facts(FILE *out, const struct ki_list_record *record)
{
    if (record->op == KI_OP_REMOVE) {
        (void)fprintf(out, " removed");
    }
    if (record->member[0]) {
        (void)fprintf(out, " by=%s", record->member);
    }
    if (record->updated != 0) {
        (void)fprintf(out, " at=%lld", (long long)record->updated);
    }
    if (record->nvotes_for + record->nvotes_against > 0) {
        (void)fprintf(out, " votes=%u:%u", record->nvotes_for, record->nvotes_against);
    }
}

static inline void parsed_record(FILE *out, enum ki_step step,
                                 const struct ki_list_record *record)
{
    if (step == KI_STEP_BAD) {
        (void)fprintf(out, "BAD %s\n", record->reason);
        return;
    }
    if (step == KI_STEP_NOTE) {
        (void)fprintf(out, "NOTE %s\n", record->reason);
        return;
    }
    (void)fprintf(out, "%llu ", (unsigned long long)record->line);
    if (step == KI_STEP_REJECT) {
        (void)fprintf(out, "!%s\n", record->reason);
        return;
    }
    if (PARSED_IS_BRIEF && record->op == KI_OP_REMOVE) {
        (void)fputc('-', out);
    }
    (void)fwrite(record->id, 1, record->id_nbytes, out);
    for (size_t i = 0; i < record->nhashes; i++) {
        char hex[2 * KI_HASH_MAX_NBYTES + 1];
        ki_hash_to_hex(&record->hashes[i], hex);
        (void)fprintf(out, " %s:%.6s", ki_kind_text(record->hashes[i].kind), hex);
    }
    if (!PARSED_IS_BRIEF) {
        parsed_facts(out, record);
    }
    if (record->category_scheme[0] || record->category_code[0]) {
        (void)fprintf(out, " [%s/%s]", record->category_scheme, record->category_code);
    }
    (void)fputc('\n', out);
}

/* Of the list that the next parse_in_pieces imports into; -1: any. */
static int parsed_purpose = -1;
static bool parsed_is_stated = false;

/* Gives the parser pieces of at most `most` bytes more each time (0: all at once). */
static inline char *parse_in_pieces(const char *format, int kind, const char *data,
                                    size_t nbytes, size_t most,
                                    struct random_state *random)
{
    struct ki_list_parser *parser = malloc(sizeof *parser);
    struct parsed parsed = {0};
    size_t first = 0;
    size_t end = most == 0 ? nbytes : 0;
    parsed.out = open_memstream(&parsed.text, &parsed.nbytes);
    cr_assert(parser && parsed.out);
    cr_assert_not_null(ki_list_format_find(format));
    ki_parser_begin(parser, ki_list_format_find(format), kind);
    parser->purpose = parsed_purpose;
    parser->is_stated = parsed_is_stated;
    for (;;) {
        size_t consumed = 0;
        /* A copy of its own, so that a sanitizer sees a step over its end. */
        char *piece = malloc(end - first + 1);
        cr_assert_not_null(piece);
        memcpy(piece, data + first, end - first);
        enum ki_step step =
            ki_list_parse(parser, piece, end - first, end == nbytes, &consumed);
        free(piece);
        cr_assert_leq(consumed, end - first);
        first += consumed;
        if (step == KI_STEP_MORE && end == nbytes) {
            break;
        }
        if (step == KI_STEP_MORE) {
            size_t more = 1 + random_below(random, (uint32_t)most);
            end = nbytes - end < more ? nbytes : end + more;
        } else if (step != KI_STEP_SKIP) {
            parsed_record(parsed.out, step, &parser->record);
        }
        if (step == KI_STEP_BAD) {
            break;
        }
    }
    (void)fclose(parsed.out);
    ki_parser_end(parser);
    free(parser);
    return parsed.text;
}

static inline void expect_parsed(const char *format, int kind, const char *input,
                                 const char *expected)
{
    char *got = parse_in_pieces(format, kind, input, strlen(input), 0, NULL);
    cr_expect_str_eq(got, expected, "%s of\n%s\ngives\n%s\nexpected\n%s", format, input,
                     got, expected);
    free(got);
}

/* One input and all that becomes of it. */
struct parse_case {
    const char *input;
    const char *expected;
};

static inline void expect_cases(const char *format, const struct parse_case *cases,
                                size_t ncases)
{
    for (size_t i = 0; i < ncases; i++) {
        expect_parsed(format, -1, cases[i].input, cases[i].expected);
    }
}

/* Hashes to write lists with. */
#define PDQ_A "f8f8f0cee0f4a84f06370a22038f63f0b36e2ed596621e1d33e6b39c4e9c9b22"
#define PDQ_B "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define MD5_A "900150983cd24fb0d6963f7d28e17f72"
#define SHA1_A "a9993e364706816aba3e25717850c26c9cd0d89d"
#define SHA256_A "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
#define MD5_EMPTY "d41d8cd98f00b204e9800998ecf8427e"
#define SHA1_EMPTY "da39a3ee5e6b4b0d3255bfef95601890afd80709"
#define SHA256_EMPTY "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define ZERO32 "00000000000000000000000000000000"

#endif
