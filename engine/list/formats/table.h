/* SPDX-License-Identifier: Apache-2.0 */
/* Tables with a header whose columns one format knows by name. */
#ifndef KI_LIST_FORMATS_TABLE_H
#define KI_LIST_FORMATS_TABLE_H

#include "list/formats/csv_fields.h"

/* Notes in parser->places where each of the names (case does not matter) stands, -1 for
 * those that are missing, and sets parser->delimiter and has_header. ncolumns ≤
 * KI_TABLE_MOST_COLUMNS. False, with the record refused, if one of them stands twice:
 * what is in the second would be lost. */
bool ki_table_header(struct ki_list_parser *parser, struct ki_span text,
                     const char *const names[], size_t ncolumns);

/* Cells of the named columns; those that are missing are empty. Doubled quotes are left
 * as they are. False, with the record refused, if the row is malformed. */
bool ki_table_row(struct ki_list_parser *parser, struct ki_span text,
                  struct ki_span cells[], size_t ncolumns);

/* A cell that says yes: true, yes, y, 1, t. */
bool ki_table_is_yes(struct ki_span cell);

#endif
