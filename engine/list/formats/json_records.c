/* SPDX-License-Identifier: Apache-2.0 */
#include "list/formats/json_records.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "list/formats/time_text.h"

/* Old tools write names of files and comments in the code page of their machine. That
 * must not cost the hashes beside them. */
static json_t *load_without_codepage(struct ki_span text)
{
    char *copy = malloc(text.nbytes + 1);
    if (!copy) {
        return NULL;
    }
    for (size_t i = 0; i < text.nbytes; i++) {
        copy[i] = (text.data[i] & 0x80) != 0 ? '?' : text.data[i];
    }
    json_t *value =
        json_loadb(copy, text.nbytes,
                   JSON_DECODE_ANY | JSON_DECODE_INT_AS_REAL | JSON_ALLOW_NUL, NULL);
    free(copy);
    return value;
}

static json_t *load(struct ki_list_record *record, struct ki_span text)
{
    json_error_t error;
    json_t *value =
        json_loadb(text.data, text.nbytes, JSON_DECODE_ANY | JSON_ALLOW_NUL, &error);
    if (value) {
        return value;
    }
    switch (json_error_code(&error)) {
    case json_error_numeric_overflow:
        value = json_loadb(text.data, text.nbytes,
                           JSON_DECODE_ANY | JSON_ALLOW_NUL | JSON_DECODE_INT_AS_REAL,
                           NULL);
        break;
    case json_error_invalid_utf8:
        value = load_without_codepage(text);
        break;
    default:
        break;
    }
    if (!value) { /* jansson's own message quotes the record */
        (void)ki_record_refuse(record, "record is not sound JSON");
    }
    return value;
}

static enum ki_step take_value(struct ki_list_parser *parser,
                               const struct ki_json_records *records)
{
    bool is_record = parser->walk.action == KI_JSON_RECORD;
    if (!is_record && !records->fact) {
        return KI_STEP_SKIP;
    }
    json_t *value = load(&parser->record, parser->walk.value);
    if (!value) {
        return is_record ? KI_STEP_REJECT : KI_STEP_BAD;
    }
    enum ki_step step =
        is_record ? records->record(parser, value) : records->fact(parser, value);
    json_decref(value);
    return step;
}

static enum ki_step take_end(struct ki_list_parser *parser,
                             const struct ki_json_records *records, size_t nbytes)
{
    if (nbytes > 0 || !ki_json_walk_is_whole(&parser->walk)) {
        return ki_parser_bad(parser, "file ends in the middle of its JSON");
    }
    if (parser->walk.nroots == 0 || parser->facts.is_finished || !records->finish) {
        return KI_STEP_MORE;
    }
    parser->facts.is_finished = true;
    return records->finish(parser);
}

enum ki_step ki_json_records_step(struct ki_list_parser *parser, const char *data,
                                  size_t nbytes, bool is_last, size_t *consumed)
{
    const struct ki_json_records *records = parser->format->json;
    ki_record_begin(&parser->record, parser->line, parser->byte);
    switch (ki_json_walk_step(&parser->walk, records->choose, data, nbytes, is_last,
                              consumed)) {
    case KI_JSON_MORE:
        return is_last ? take_end(parser, records, nbytes) : KI_STEP_MORE;
    case KI_JSON_VALUE:
        return take_value(parser, records);
    case KI_JSON_ENTERED:
        return records->entered ? records->entered(parser, parser->walk.role)
                                : KI_STEP_SKIP;
    case KI_JSON_TOO_LONG:
        (void)ki_record_refuse(&parser->record, "record is longer than %d bytes",
                               KI_OBJECT_MAX_NBYTES);
        return KI_STEP_REJECT;
    case KI_JSON_TOO_DEEP:
        (void)ki_record_refuse(&parser->record, "record is nested deeper than %d",
                               KI_JSON_MAX_DEPTH);
        return KI_STEP_REJECT;
    case KI_JSON_BROKEN:
        return ki_parser_bad(parser, parser->walk.broken);
    case KI_JSON_MOVED:
    case KI_JSON_LEFT:
    default:
        return KI_STEP_SKIP;
    }
}

json_t *ki_jansson_find(json_t *object, const char *name)
{
    json_t *value = json_object_get(object, name);
    if (!value && json_is_object(object)) {
        const char *key;
        json_t *member;
        json_object_foreach(object, key, member)
        {
            if (strcasecmp(key, name) == 0) {
                value = member;
                break;
            }
        }
    }
    return json_is_null(value) ? NULL : value;
}

struct ki_span ki_jansson_text(json_t *value)
{
    if (!json_is_string(value)) {
        return ki_span_of("");
    }
    return ki_span_trim(
        (struct ki_span){json_string_value(value), json_string_length(value)});
}

bool ki_jansson_integer(json_t *value, int64_t *out)
{
    if (json_is_integer(value)) {
        *out = json_integer_value(value);
        return true;
    }
    if (json_is_real(value)) { /* so read if there is a huge one beside it */
        const double most = 9007199254740992.0; /* 2^53 */
        double number = json_real_value(value);
        if (!(number >= -most && number <= most) || floor(number) != number) {
            return false;
        }
        *out = (int64_t)number;
        return true;
    }
    struct ki_span text = ki_jansson_text(value);
    char digits[24];
    if (text.nbytes == 0 || text.nbytes >= sizeof digits ||
        memchr(text.data, '\0', text.nbytes)) {
        return false;
    }
    memcpy(digits, text.data, text.nbytes);
    digits[text.nbytes] = '\0';
    char *end = NULL;
    errno = 0;
    long long number = strtoll(digits, &end, 10);
    if (errno != 0 || *end != '\0') {
        return false;
    }
    *out = number;
    return true;
}

int64_t ki_jansson_time(json_t *value)
{
    int64_t seconds = 0;
    return ki_jansson_integer(value, &seconds) ? seconds
                                               : ki_time_read(ki_jansson_text(value));
}

bool ki_jansson_is_true(json_t *value)
{
    return json_is_true(value) || ki_span_equals_nocase(ki_jansson_text(value), "true");
}
