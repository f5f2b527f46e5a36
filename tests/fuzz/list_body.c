/* SPDX-License-Identifier: Apache-2.0 */
#include "fuzz/list_body.h"

#include <stdlib.h>
#include <string.h>

#include "list/formats/format.h"

/* What was parsed, as one number. */
struct summary {
    uint64_t value;
    uint64_t last_line;
};

static void mix(struct summary *summary, const void *data, size_t nbytes)
{
    const uint8_t *bytes = data;
    for (size_t i = 0; i < nbytes; i++) {
        summary->value = (summary->value ^ bytes[i]) * 0x100000001b3u; /* FNV-1a */
    }
}

static void require(int is_true)
{
    if (!is_true) {
        abort();
    }
}

/* What expat finds wrong with XML that is broken, and where, may depend on how its
 * bytes come: "z\0" as a whole is an incomplete name, and byte by byte a bad character.
 */
static int is_told_by_expat(enum ki_step step, const struct ki_list_record *record)
{
    static const char broken[] = "XML is broken: ";
    return step == KI_STEP_BAD &&
           strncmp(record->reason, broken, sizeof broken - 1) == 0;
}

static void take(struct summary *summary, enum ki_step step,
                 const struct ki_list_record *record)
{
    mix(summary, &step, sizeof step);
    require(record->line >= summary->last_line);
    summary->last_line = record->line;
    if (is_told_by_expat(step, record)) {
        return;
    }
    mix(summary, &record->line, sizeof record->line);
    if (step != KI_STEP_RECORD) {
        require(record->reason[0] != '\0');
        require(memchr(record->reason, '\0', sizeof record->reason) != NULL);
        mix(summary, record->reason, strlen(record->reason));
        return;
    }
    require(record->nhashes >= 1 || record->op == KI_OP_REMOVE);
    require(record->nhashes <= KI_RECORD_MAX_NHASHES);
    require(strlen(record->member) < KI_MEMBER_NBYTES);
    require(record->id_nbytes >= 1 && record->id_nbytes <= KI_ENTRY_ID_NBYTES);
    require(memchr(record->id, '\0', record->id_nbytes) == NULL);
    require(strlen(record->category_code) < KI_CATEGORY_NBYTES);
    require(strlen(record->category_scheme) < KI_CATEGORY_NBYTES);
    mix(summary, record->category_scheme, strlen(record->category_scheme) + 1);
    mix(summary, record->category_code, strlen(record->category_code) + 1);
    mix(summary, record->reason, strlen(record->reason) + 1);
    mix(summary, record->member, strlen(record->member) + 1);
    mix(summary, &record->op, sizeof record->op);
    mix(summary, &record->doubts, sizeof record->doubts);
    require((record->doubts & ~(unsigned)(KI_DOUBTS | KI_DOUBT_RELEASED)) == 0);
    mix(summary, &record->updated, sizeof record->updated);
    mix(summary, &record->nvotes_for, sizeof record->nvotes_for);
    mix(summary, &record->nvotes_against, sizeof record->nvotes_against);
    mix(summary, record->id, record->id_nbytes);
    for (size_t i = 0; i < record->nhashes; i++) {
        char reason[KI_REASON_NBYTES];
        char hex[2 * KI_HASH_MAX_NBYTES + 1];
        struct ki_hash again;
        ki_hash_to_hex(&record->hashes[i], hex);
        require(ki_hash_read(record->hashes[i].kind, ki_span_of(hex), &again, reason));
        mix(summary, hex, strlen(hex) + 1);
    }
}

struct how {
    const char *format;
    int kind;
    bool is_64_sha256;
    size_t piece; /* 0: all at once */
};

static uint64_t parse(const struct how *how, const char *data, size_t nbytes)
{
    static struct ki_list_parser parser;
    struct summary summary = {0};
    const size_t piece = how->piece;
    size_t first = 0;
    size_t end = piece == 0 || piece > nbytes ? nbytes : piece;
    ki_parser_begin(&parser, ki_list_format_find(how->format), how->kind);
    parser.is_64_sha256 = how->is_64_sha256;
    for (;;) {
        size_t consumed = 0;
        enum ki_step step =
            ki_list_parse(&parser, data + first, end - first, end == nbytes, &consumed);
        require(consumed <= end - first);
        first += consumed;
        if (step == KI_STEP_END || (step == KI_STEP_MORE && end == nbytes)) {
            break;
        }
        if (step == KI_STEP_MORE) {
            end = nbytes - end < piece ? nbytes : end + piece;
        } else if (step != KI_STEP_SKIP) {
            take(&summary, step, &parser.record);
        }
        if (step == KI_STEP_BAD) {
            break;
        }
    }
    ki_parser_end(&parser);
    return summary.value;
}

int fuzz_list(const char *format, const uint8_t *data, size_t nbytes)
{
    if (nbytes == 0) {
        return 0;
    }
    const char *text = (const char *)data + 1;
    struct how how = {
        .format = format,
        .kind = data[0] % 5 - 1,
        .is_64_sha256 = data[0] / 5 % 2 == 0,
    };
    uint64_t whole = parse(&how, text, nbytes - 1);
    how.piece = 1 + data[0] / 10;
    require(parse(&how, text, nbytes - 1) == whole);
    return 0;
}
