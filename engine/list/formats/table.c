/* SPDX-License-Identifier: Apache-2.0 */
#include "list/formats/table.h"

#include <assert.h>

bool ki_table_header(struct ki_list_parser *parser, struct ki_span text,
                     const char *const names[], size_t ncolumns)
{
    assert(ncolumns <= KI_TABLE_MOST_COLUMNS);
    struct ki_csv_field field;
    bool is_good = true;
    for (size_t i = 0; i < ncolumns; i++) {
        parser->places[i] = -1;
    }
    parser->delimiter = ki_csv_delimiter(text);
    parser->has_header = true;
    for (int column = 0; ki_csv_next(&text, parser->delimiter, &field) == KI_CSV_FIELD;
         column++) {
        for (size_t i = 0; i < ncolumns; i++) {
            if (ki_span_equals_nocase(ki_span_trim(field.text), names[i])) {
                is_good = is_good && parser->places[i] < 0;
                parser->places[i] = column;
            }
        }
    }
    return is_good || ki_record_refuse(&parser->record, "header names a column twice");
}

bool ki_table_row(struct ki_list_parser *parser, struct ki_span text,
                  struct ki_span cells[], size_t ncolumns)
{
    struct ki_csv_field field;
    enum ki_csv_result result;
    for (size_t i = 0; i < ncolumns; i++) {
        cells[i] = ki_span_of("");
    }
    for (int column = 0;
         (result = ki_csv_next(&text, parser->delimiter, &field)) == KI_CSV_FIELD;
         column++) {
        for (size_t i = 0; i < ncolumns; i++) {
            if (parser->places[i] == column) {
                cells[i] = ki_span_trim(field.text);
            }
        }
    }
    return result != KI_CSV_MALFORMED ||
           ki_record_refuse(&parser->record, "quoted field is followed by other text");
}

bool ki_table_is_yes(struct ki_span cell)
{
    static const char *const words[] = {"true", "yes", "y", "1", "t"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (ki_span_equals_nocase(cell, words[i])) {
            return true;
        }
    }
    return false;
}
