/* SPDX-License-Identifier: Apache-2.0 */
#include "list/formats/csv_fields.h"

#include <string.h>

static const char delimiters[] = {',', ';', '\t'};

static bool is_delimiter(char delimiter, char c)
{
    return delimiter ? c == delimiter
                     : memchr(delimiters, c, sizeof delimiters) != NULL;
}

/* The first line of what an open quote swallowed. */
static struct ki_frame frame_unclosed(const char *data, size_t nbytes)
{
    const char *end = memchr(data, '\n', nbytes);
    if (!end && nbytes > KI_RECORD_MAX_NBYTES) {
        return (struct ki_frame){KI_FRAME_TOO_LONG, 0, nbytes};
    }
    size_t consumed = end ? (size_t)(end - data) + 1 : nbytes;
    return (struct ki_frame){KI_FRAME_UNCLOSED, 0, consumed};
}

/* Offset of the line end that closes the record, or limit. */
static size_t find_record_end(char delimiter, const char *data, size_t limit,
                              bool *is_quoted)
{
    bool is_start = true;
    *is_quoted = false;
    for (size_t i = 0; i < limit; i++) {
        char c = data[i];
        if (c == '"' && (*is_quoted || is_start)) {
            /* The second of two quotes opens again what the first has closed. */
            *is_quoted = !*is_quoted;
            is_start = !*is_quoted;
        } else if (!*is_quoted) {
            if (c == '\n') {
                return i;
            }
            is_start = is_delimiter(delimiter, c);
        }
    }
    return limit;
}

struct ki_frame ki_csv_frame(const struct ki_list_parser *parser, const char *data,
                             size_t nbytes, bool is_last)
{
    const size_t limit = KI_RECORD_MAX_NBYTES + 1;
    size_t nseen = nbytes < limit ? nbytes : limit;
    bool is_quoted = false;
    size_t end = find_record_end(parser->delimiter, data, nseen, &is_quoted);
    if (end < nseen) {
        return (struct ki_frame){KI_FRAME_WHOLE, end, end + 1};
    }
    if (nseen == limit) {
        return frame_unclosed(data, nseen);
    }
    if (!is_last) {
        return (struct ki_frame){KI_FRAME_MORE, 0, 0};
    }
    return is_quoted ? frame_unclosed(data, nseen)
                     : (struct ki_frame){KI_FRAME_WHOLE, nbytes, nbytes};
}

char ki_csv_delimiter(struct ki_span header)
{
    size_t counts[3] = {0};
    bool is_quoted = false;
    for (size_t i = 0; i < header.nbytes; i++) {
        is_quoted ^= header.data[i] == '"';
        for (size_t d = 0; d < 3 && !is_quoted; d++) {
            counts[d] += header.data[i] == delimiters[d];
        }
    }
    size_t best = 0;
    for (size_t d = 1; d < 3; d++) {
        best = counts[d] > counts[best] ? d : best;
    }
    return delimiters[best];
}

/* Offset of the quote that closes a field which began before the text, or nbytes. */
static size_t find_close(struct ki_span text, bool *has_doubled)
{
    *has_doubled = false;
    for (size_t i = 0; i < text.nbytes; i++) {
        if (text.data[i] != '"') {
            continue;
        }
        if (i + 1 == text.nbytes || text.data[i + 1] != '"') {
            return i;
        }
        *has_doubled = true;
        i++;
    }
    return text.nbytes;
}

static enum ki_csv_result next_quoted(struct ki_span *rest, char delimiter,
                                      struct ki_csv_field *field)
{
    struct ki_span text = ki_span_from(*rest, 1);
    size_t close = find_close(text, &field->has_doubled);
    if (close == text.nbytes) {
        return KI_CSV_MALFORMED;
    }
    field->text = (struct ki_span){text.data, close};
    *rest = ki_span_from(text, close + 1);
    struct ki_span between = ki_span_cut(rest, delimiter);
    return between.nbytes == 0 ? KI_CSV_FIELD : KI_CSV_MALFORMED;
}

enum ki_csv_result ki_csv_next(struct ki_span *rest, char delimiter,
                               struct ki_csv_field *field)
{
    if (!rest->data) {
        return KI_CSV_END;
    }
    if (ki_span_starts(*rest, "\"")) {
        return next_quoted(rest, delimiter, field);
    }
    field->has_doubled = false;
    field->text = ki_span_cut(rest, delimiter);
    return KI_CSV_FIELD;
}

struct ki_span ki_csv_unquote(struct ki_span text, char *out, size_t capacity)
{
    size_t done = 0;
    for (size_t i = 0; i < text.nbytes && done < capacity; i++) {
        out[done++] = text.data[i];
        i += text.data[i] == '"';
    }
    return (struct ki_span){out, done};
}
