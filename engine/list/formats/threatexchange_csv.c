/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The local files of ThreatExchange's tools, one type of signal a file, whose name
 * (simple.<TYPE>.te) alone tells which:
 *
 *   <indicator>,<descriptor id>,<added on>,"<labels>"
 *   <indicator>,<indicator id>,<descriptor id>,<added on>,"<labels>"
 *
 * 32 and 40 hex digits are MD5 and SHA-1; for 64 the kind must be stated. The first
 * label is the category.
 */
#include "list/formats/csv_fields.h"
#include "list/formats/foreign.h"
#include "list/formats/time_text.h"

enum { LEAST_FIELDS = 4, MOST_FIELDS = 5 };

/* Returns how many fields there are, MOST_FIELDS + 1 for more; 0 if malformed. */
static size_t split(struct ki_span text, struct ki_span fields[MOST_FIELDS])
{
    struct ki_csv_field field;
    enum ki_csv_result result;
    size_t n = 0;
    while ((result = ki_csv_next(&text, ',', &field)) == KI_CSV_FIELD) {
        if (n == MOST_FIELDS) {
            return n + 1;
        }
        fields[n++] = ki_span_trim(field.text);
    }
    return result == KI_CSV_MALFORMED ? 0 : n;
}

static bool add_indicator(struct ki_list_parser *parser, struct ki_span indicator)
{
    int kind = parser->kind;
    if (kind < 0 && ki_span_nhex(indicator) == indicator.nbytes) {
        kind = indicator.nbytes == 32   ? (int)KI_KIND_MD5
               : indicator.nbytes == 40 ? (int)KI_KIND_SHA1
                                        : -1;
    }
    if (kind < 0) {
        return ki_record_refuse(&parser->record,
                                "indicator may be PDQ or SHA-256, or is none: state "
                                "the kind");
    }
    return ki_record_add_hash(&parser->record, (enum ki_kind)kind, indicator);
}

static enum ki_step parse(struct ki_list_parser *parser, struct ki_span text)
{
    struct ki_list_record *record = &parser->record;
    struct ki_span fields[MOST_FIELDS];
    size_t nfields = split(text, fields);
    if (nfields < LEAST_FIELDS || nfields > MOST_FIELDS) {
        (void)ki_record_refuse(record, "line has not 4 or 5 fields");
        return KI_STEP_REJECT;
    }
    if (!add_indicator(parser, fields[0])) {
        return KI_STEP_REJECT;
    }
    bool is_id = fields[1].nbytes > 0 && ki_span_is_number(fields[1]);
    if (!is_id || !ki_record_set_id(record, fields[1])) {
        (void)ki_record_refuse(record, "id is not a number");
        return KI_STEP_REJECT;
    }
    record->updated = ki_time_read(fields[nfields - 2]);
    struct ki_span label = ki_span_cut_blank(&fields[nfields - 1]);
    if (label.nbytes > 0 &&
        !ki_record_set_category(record, ki_span_of("threatexchange"), label)) {
        return KI_STEP_REJECT;
    }
    return KI_STEP_RECORD;
}

const struct ki_list_format ki_list_threatexchange_csv = {
    .name = "threatexchange-csv",
    .frame = ki_csv_frame,
    .parse = parse,
};
