/* SPDX-License-Identifier: Apache-2.0 */
#include "report/json.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "report/put.h"
#include "report/utf8.h"

static void item_begin(struct ki_json *json, const char *key)
{
    if (json->needs_comma) {
        ki_put_char(json->out, ',');
    }
    if (key) {
        ki_putf(json->out, "\"%s\":", key);
    }
    json->needs_comma = true;
}

static void nest(struct ki_json *json, const char *key, char bracket)
{
    item_begin(json, key);
    ki_put_char(json->out, bracket);
    json->needs_comma = false;
}

static void unnest(struct ki_json *json, char bracket)
{
    ki_put_char(json->out, bracket);
    json->needs_comma = true;
}

void ki_json_object_begin(struct ki_json *json, const char *key)
{
    nest(json, key, '{');
}

void ki_json_object_end(struct ki_json *json)
{
    unnest(json, '}');
}

void ki_json_array_begin(struct ki_json *json, const char *key)
{
    nest(json, key, '[');
}

void ki_json_array_end(struct ki_json *json)
{
    unnest(json, ']');
}

struct ki_json ki_json_line_begin(FILE *out)
{
    struct ki_json json = {.out = out};
    ki_json_object_begin(&json, NULL);
    return json;
}

void ki_json_line_end(struct ki_json *json)
{
    ki_json_object_end(json);
    ki_put_char(json->out, '\n');
}

void ki_json_null(struct ki_json *json, const char *key)
{
    item_begin(json, key);
    ki_put(json->out, "null");
}

void ki_json_bool(struct ki_json *json, const char *key, bool value)
{
    item_begin(json, key);
    ki_put(json->out, value ? "true" : "false");
}

void ki_json_uint(struct ki_json *json, const char *key, uint64_t value)
{
    item_begin(json, key);
    ki_putf(json->out, "%" PRIu64, value);
}

static void put_character(FILE *out, const char *bytes, size_t length,
                          uint32_t code_point)
{
    if (code_point == '"' || code_point == '\\') {
        ki_putf(out, "\\%c", (char)code_point);
    } else if (code_point == '\n') {
        ki_put(out, "\\n");
    } else if (code_point == '\t') {
        ki_put(out, "\\t");
    } else if (ki_is_unprintable(code_point)) {
        ki_putf(out, "\\u%04x", (unsigned)code_point);
    } else {
        ki_put_bytes(out, bytes, length);
    }
}

void ki_json_text_n(struct ki_json *json, const char *key, const char *text,
                    size_t nbytes)
{
    item_begin(json, key);
    ki_put_char(json->out, '"');
    size_t done = 0;
    while (done < nbytes) {
        uint32_t code_point = 0;
        size_t length = ki_utf8_next(text + done, nbytes - done, &code_point);
        if (length > 0) {
            put_character(json->out, text + done, length, code_point);
            done += length;
        } else {
            ki_put(json->out, "\xef\xbf\xbd"); /* U+FFFD */
            done++;
        }
    }
    ki_put_char(json->out, '"');
}

void ki_json_text(struct ki_json *json, const char *key, const char *text)
{
    ki_json_text_n(json, key, text, strlen(text));
}

void ki_json_text_or_null(struct ki_json *json, const char *key, const char *text)
{
    if (text[0] == '\0') {
        ki_json_null(json, key);
    } else {
        ki_json_text(json, key, text);
    }
}

void ki_json_raw(struct ki_json *json, const char *key, const char *hex_key,
                 const char *text, size_t nbytes)
{
    ki_json_text_n(json, key, text, nbytes);
    if (!ki_is_utf8(text, nbytes)) {
        ki_json_hex(json, hex_key, text, nbytes);
    }
}

void ki_json_hex(struct ki_json *json, const char *key, const void *bytes,
                 size_t nbytes)
{
    item_begin(json, key);
    ki_put_char(json->out, '"');
    ki_put_hex(json->out, bytes, nbytes);
    ki_put_char(json->out, '"');
}

void ki_json_time(struct ki_json *json, const char *key, int64_t seconds)
{
    char text[64];
    struct tm parts;
    time_t time = (time_t)seconds;
    if (seconds == 0 || !gmtime_r(&time, &parts) ||
        strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts) == 0) {
        ki_json_null(json, key);
        return;
    }
    ki_json_text(json, key, text);
}
