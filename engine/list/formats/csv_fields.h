/* SPDX-License-Identifier: Apache-2.0 */
/* Records and fields of RFC 4180, with any of three delimiters. */
#ifndef KI_LIST_FORMATS_CSV_FIELDS_H
#define KI_LIST_FORMATS_CSV_FIELDS_H

#include <stdbool.h>
#include <stddef.h>

#include "list/formats/format.h"

/* Where the record ends: at the first line end outside quotes. */
struct ki_frame ki_csv_frame(const struct ki_list_parser *parser, const char *data,
                             size_t nbytes, bool is_last);

/* ',', ';' or tab: the one that the header has most of, outside quotes. */
char ki_csv_delimiter(struct ki_span header);

struct ki_csv_field {
    struct ki_span text; /* without the quotes around it */
    bool has_doubled;    /* "" inside stands for " */
};

enum ki_csv_result { KI_CSV_FIELD, KI_CSV_END, KI_CSV_MALFORMED };

/* Takes the next field off *rest; rest->data becomes NULL after the last. */
enum ki_csv_result ki_csv_next(struct ki_span *rest, char delimiter,
                               struct ki_csv_field *field);

/* Writes at most capacity bytes of the text with each "" made ". */
struct ki_span ki_csv_unquote(struct ki_span text, char *out, size_t capacity);

#endif
