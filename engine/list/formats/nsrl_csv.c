/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The older text form of NIST's reference set of known files (NSRLFile.txt):
 *
 *   "SHA-1","MD5","CRC32","FileName","FileSize","ProductCode","OpSystemCode",…
 *
 * An entry's id is its MD5, or its SHA-1 without one. Names of files are passed over.
 */
#include "list/formats/foreign.h"
#include "list/formats/nsrl.h"
#include "list/formats/table.h"

enum { SHA1, MD5, SHA256, NCOLUMNS };

static const char *const names[NCOLUMNS] = {"SHA-1", "MD5", "SHA-256"};

bool ki_nsrl_is_welcome(struct ki_list_parser *parser)
{
    return parser->purpose < 0 || parser->purpose == KI_PURPOSE_ALLOW ||
           ki_record_refuse(&parser->record,
                            "the NSRL lists known files, not illegal ones: import it "
                            "into a list of purpose allow");
}

static enum ki_step parse_header(struct ki_list_parser *parser, struct ki_span text)
{
    if (!ki_table_header(parser, text, names, NCOLUMNS)) {
        return KI_STEP_BAD;
    }
    if (parser->places[SHA1] < 0 && parser->places[MD5] < 0) {
        return ki_parser_bad(parser, "header lacks the NSRL's columns SHA-1 and MD5");
    }
    return ki_nsrl_is_welcome(parser) ? KI_STEP_SKIP : KI_STEP_BAD;
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
    for (int i = 0; i < NCOLUMNS; i++) {
        ki_record_offer_typed(record, ki_span_of(names[i]), cells[i]);
    }
    if (record->nhashes > 0 && !ki_record_id_from_hash(record)) {
        return KI_STEP_REJECT;
    }
    return ki_record_conclude(record, false);
}

const struct ki_list_format ki_list_nsrl_csv = {
    .name = "nsrl-csv",
    .frame = ki_csv_frame,
    .parse = parse,
};
