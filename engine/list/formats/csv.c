/* SPDX-License-Identifier: Apache-2.0 */
/* Tables whose first line names the columns: our own export and what case tools and
 * hotlines write. Comments may stand before it. Unknown columns are passed over. */
#include "list/formats/csv_fields.h"
#include "list/formats/format.h"

static enum ki_step bad(struct ki_list_parser *parser, const char *reason)
{
    (void)ki_record_refuse(&parser->record, "%s", reason);
    return KI_STEP_BAD;
}

static enum ki_step parse_header(struct ki_list_parser *parser, struct ki_span rest)
{
    char delimiter = ki_csv_delimiter(rest);
    struct ki_csv_field field;
    enum ki_csv_result result;
    while ((result = ki_csv_next(&rest, delimiter, &field)) == KI_CSV_FIELD) {
        ki_columns_add(&parser->columns, field.text);
    }
    if (result == KI_CSV_MALFORMED) {
        return bad(parser, "header has a quoted field followed by other text");
    }
    if (!ki_columns_have_kinds(&parser->columns) &&
        !ki_columns_have_pair(&parser->columns, parser->kind)) {
        return bad(parser, parser->columns.index[KI_ROLE_HASH] >= 0
                               ? "header has a column of hashes but none that says "
                                 "their kind; state the kind"
                               : "header names no column pdq, md5, sha1 or sha256, and "
                                 "not kind and hash");
    }
    if (ki_columns_lose_hashes(&parser->columns)) {
        return bad(parser, KI_COLUMNS_LOSE_HASHES);
    }
    parser->delimiter = delimiter;
    parser->has_header = true;
    return KI_STEP_SKIP;
}

/* Ids and categories may hold doubled quotes; nothing else of use can. */
static void unquote_cells(struct ki_list_parser *parser,
                          const bool has_doubled[KI_NROLES],
                          struct ki_span cells[KI_NROLES])
{
    for (int i = 0; i < KI_NROLES - KI_ROLE_ID; i++) {
        int role = KI_ROLE_ID + i;
        if (has_doubled[role]) {
            cells[role] = ki_csv_unquote(cells[role], parser->unquoted[i],
                                         sizeof parser->unquoted[i]);
        }
    }
}

static enum ki_step parse_row(struct ki_list_parser *parser, struct ki_span rest)
{
    struct ki_span cells[KI_NROLES] = {{0}};
    bool has_doubled[KI_NROLES] = {false};
    struct ki_csv_field field;
    enum ki_csv_result result;
    for (int column = 0;
         (result = ki_csv_next(&rest, parser->delimiter, &field)) == KI_CSV_FIELD;
         column++) {
        int role = ki_columns_role(&parser->columns, column);
        if (role >= 0) {
            cells[role] = field.text;
            has_doubled[role] = field.has_doubled;
        }
    }
    if (result == KI_CSV_MALFORMED) {
        (void)ki_record_refuse(&parser->record,
                               "quoted field is followed by other text");
        return KI_STEP_REJECT;
    }
    unquote_cells(parser, has_doubled, cells);
    bool is_good =
        ki_columns_fill(&parser->columns, parser->kind, cells, &parser->record);
    return is_good ? KI_STEP_RECORD : KI_STEP_REJECT;
}

static enum ki_step parse(struct ki_list_parser *parser, struct ki_span text)
{
    if (parser->has_header) {
        return parse_row(parser, text); /* '#' may begin an entry id */
    }
    return ki_span_starts(text, "#") ? KI_STEP_SKIP : parse_header(parser, text);
}

const struct ki_list_format ki_list_csv = {
    .name = "csv",
    .frame = ki_csv_frame,
    .parse = parse,
};
