/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hashdeep's own output:
 *
 *   %%%% HASHDEEP-1.0
 *   %%%% size,md5,sha256,filename
 *   ## a comment
 *   4,<md5>,<sha256>,/the/file, with commas
 */
#include "list/formats/format.h"

static enum ki_step bad(struct ki_list_parser *parser, const char *reason)
{
    (void)ki_record_refuse(&parser->record, "%s", reason);
    return KI_STEP_BAD;
}

static enum ki_step parse_columns(struct ki_list_parser *parser, struct ki_span rest)
{
    ki_columns_clear(&parser->columns);
    while (rest.data) {
        ki_columns_add(&parser->columns, ki_span_cut(&rest, ','));
    }
    const struct ki_list_columns *columns = &parser->columns;
    if (!ki_columns_have_kinds(columns)) {
        return bad(parser, "hashdeep columns name none of md5, sha1, sha256");
    }
    if (columns->index[KI_ROLE_ID] != columns->ncolumns - 1) {
        return bad(parser, "hashdeep columns do not end with filename");
    }
    if (ki_columns_lose_hashes(columns)) {
        return bad(parser, KI_COLUMNS_LOSE_HASHES);
    }
    parser->has_header = true;
    return KI_STEP_SKIP;
}

/* Files that were joined have their two header lines again in the middle. */
static enum ki_step parse_header(struct ki_list_parser *parser, struct ki_span rest)
{
    if (ki_span_starts(rest, "HASHDEEP-")) {
        parser->has_magic = ki_span_equals(ki_span_trim(rest), "HASHDEEP-1.0");
        parser->has_header = false;
        return parser->has_magic ? KI_STEP_SKIP
                                 : bad(parser, "hashdeep version is not 1.0");
    }
    return parse_columns(parser, rest);
}

static enum ki_step parse_row(struct ki_list_parser *parser, struct ki_span rest)
{
    struct ki_span cells[KI_NROLES] = {{0}};
    int last = parser->columns.ncolumns - 1;
    for (int column = 0; column < last; column++) {
        struct ki_span cell = ki_span_cut(&rest, ',');
        int role = ki_columns_role(&parser->columns, column);
        if (role >= 0) {
            cells[role] = cell;
        }
        if (!rest.data) {
            (void)ki_record_refuse(&parser->record, "line has too few columns");
            return KI_STEP_REJECT;
        }
    }
    cells[KI_ROLE_ID] = rest;
    bool is_good =
        ki_columns_fill(&parser->columns, parser->kind, cells, &parser->record);
    return is_good ? KI_STEP_RECORD : KI_STEP_REJECT;
}

static enum ki_step parse(struct ki_list_parser *parser, struct ki_span text)
{
    if (ki_span_starts(text, "%%%% ") &&
        (parser->has_magic || ki_span_starts(text, "%%%% HASHDEEP-"))) {
        return parse_header(parser, ki_span_from(text, 5));
    }
    if (ki_span_starts(text, "#")) {
        return KI_STEP_SKIP;
    }
    if (!parser->has_magic) {
        return bad(parser, "file does not begin with '%%%% HASHDEEP-1.0'");
    }
    if (!parser->has_header) {
        return bad(parser, "line '%%%% size,…,filename' with the columns is missing");
    }
    return parse_row(parser, text);
}

const struct ki_list_format ki_list_hashdeep = {
    .name = "hashdeep",
    .frame = ki_frame_line,
    .parse = parse,
};
