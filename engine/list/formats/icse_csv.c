/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The export of INTERPOL's ICSE data base:
 *
 *   MD5;SHA1;PhotoDNA;Image ID;Is distributed;…;File Available;Media Type;Baseline
 *
 * Columns come in any order, unknown ones are passed over, rows may be ragged. Whether
 * the picture is baseline is its category: icse/baseline, icse/not-baseline, or
 * icse/unknown if the row does not say.
 */
#include "list/formats/foreign.h"
#include "list/formats/table.h"

enum { MD5, SHA1, PHOTODNA, IMAGE_ID, BASELINE, NCOLUMNS };

static const char *const names[NCOLUMNS] = {
    [MD5] = "MD5",           [SHA1] = "SHA1",         [PHOTODNA] = "PhotoDNA",
    [IMAGE_ID] = "Image ID", [BASELINE] = "Baseline",
};

static enum ki_step parse_header(struct ki_list_parser *parser, struct ki_span text)
{
    if (!ki_table_header(parser, text, names, NCOLUMNS)) {
        return KI_STEP_BAD;
    }
    bool has_hashes = parser->places[MD5] >= 0 || parser->places[SHA1] >= 0 ||
                      parser->places[PHOTODNA] >= 0;
    return has_hashes && parser->places[BASELINE] >= 0
               ? KI_STEP_SKIP
               : ki_parser_bad(parser, "header lacks the columns of an ICSE export: "
                                       "MD5, SHA1 or PhotoDNA, and Baseline");
}

static enum ki_step parse(struct ki_list_parser *parser, struct ki_span text)
{
    struct ki_list_record *record = &parser->record;
    struct ki_span cells[NCOLUMNS];
    if (!parser->has_header) {
        return parse_header(parser, text);
    }
    if (!ki_table_row(parser, text, cells, NCOLUMNS)) {
        return KI_STEP_REJECT;
    }
    for (int i = MD5; i <= PHOTODNA; i++) {
        ki_record_offer_typed(record, ki_span_of(names[i]), cells[i]);
    }
    bool is_said = cells[BASELINE].nbytes > 0;
    const char *code = !is_said                           ? "unknown"
                       : ki_table_is_yes(cells[BASELINE]) ? "baseline"
                                                          : "not-baseline";
    bool is_good =
        ki_record_set_category(record, ki_span_of("icse"), ki_span_of(code)) &&
        (cells[IMAGE_ID].nbytes > 0 ? ki_record_set_id(record, cells[IMAGE_ID])
                                    : ki_record_id_from_hash(record));
    if (record->nhashes == 0) {
        return ki_record_conclude(record, false);
    }
    return is_good ? KI_STEP_RECORD : KI_STEP_REJECT;
}

const struct ki_list_format ki_list_icse_csv = {
    .name = "icse-csv",
    .frame = ki_csv_frame,
    .parse = parse,
};
