/* SPDX-License-Identifier: Apache-2.0 */
#include "fuzz/list_body.h"

#include <stdlib.h>
#include <string.h>

#include "list/format.h"

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

static void take(struct summary *summary, enum ki_step step,
                 const struct ki_list_record *record)
{
    mix(summary, &step, sizeof step);
    mix(summary, &record->line, sizeof record->line);
    require(record->line >= summary->last_line);
    summary->last_line = record->line;
    if (step != KI_STEP_RECORD) {
        require(record->reason[0] != '\0');
        require(memchr(record->reason, '\0', sizeof record->reason) != NULL);
        mix(summary, record->reason, strlen(record->reason));
        return;
    }
    require(record->nhashes >= 1 && record->nhashes <= KI_NKINDS);
    require(record->id_nbytes >= 1 && record->id_nbytes <= KI_ENTRY_ID_NBYTES);
    require(memchr(record->id, '\0', record->id_nbytes) == NULL);
    require(strlen(record->category_code) < KI_CATEGORY_NBYTES);
    mix(summary, record->id, record->id_nbytes);
    for (size_t i = 0; i < record->nhashes; i++) {
        mix(summary, record->hashes[i].bytes, ki_kind_nbytes(record->hashes[i].kind));
    }
}

static uint64_t parse(const char *format, int kind, const char *data, size_t nbytes,
                      size_t piece)
{
    static struct ki_list_parser parser;
    struct summary summary = {0};
    size_t first = 0;
    size_t end = piece == 0 || piece > nbytes ? nbytes : piece;
    ki_parser_begin(&parser, ki_list_format_find(format), kind);
    for (;;) {
        size_t consumed = 0;
        enum ki_step step =
            ki_list_parse(&parser, data + first, end - first, end == nbytes, &consumed);
        require(consumed <= end - first);
        first += consumed;
        if (step == KI_STEP_MORE && end == nbytes) {
            return summary.value;
        }
        if (step == KI_STEP_MORE) {
            end = nbytes - end < piece ? nbytes : end + piece;
        } else if (step != KI_STEP_SKIP) {
            take(&summary, step, &parser.record);
        }
        if (step == KI_STEP_BAD) {
            return summary.value;
        }
    }
}

int fuzz_list(const char *format, const uint8_t *data, size_t nbytes)
{
    if (nbytes == 0) {
        return 0;
    }
    const char *text = (const char *)data + 1;
    int kind = data[0] % 5 - 1;
    size_t piece = 1 + data[0] / 5;
    uint64_t whole = parse(format, kind, text, nbytes - 1, 0);
    require(parse(format, kind, text, nbytes - 1, piece) == whole);
    return 0;
}
