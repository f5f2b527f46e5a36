/* SPDX-License-Identifier: Apache-2.0 */
/* A JSON writer (RFC 8259): no blanks, keys in the order given, no memory. The caller
 * sees to it that objects and arrays are closed; write errors stay in the stream. */
#ifndef KI_REPORT_JSON_H
#define KI_REPORT_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct ki_json {
    FILE *out;
    bool needs_comma;
};

/* One line of NDJSON: an object, then a newline. */
struct ki_json ki_json_line_begin(FILE *out);
void ki_json_line_end(struct ki_json *json);

/* key is NULL inside an array; keys are written as they are. */
void ki_json_object_begin(struct ki_json *json, const char *key);
void ki_json_object_end(struct ki_json *json);
void ki_json_array_begin(struct ki_json *json, const char *key);
void ki_json_array_end(struct ki_json *json);

void ki_json_null(struct ki_json *json, const char *key);
void ki_json_bool(struct ki_json *json, const char *key, bool value);
void ki_json_uint(struct ki_json *json, const char *key, uint64_t value);

/* A string; each byte that is not UTF-8 becomes U+FFFD, and what ki_is_unprintable
 * knows is written as \uHHHH. */
void ki_json_text(struct ki_json *json, const char *key, const char *text);
void ki_json_text_n(struct ki_json *json, const char *key, const char *text,
                    size_t nbytes);

/* null in the place of an empty string. */
void ki_json_text_or_null(struct ki_json *json, const char *key, const char *text);

/* A string that is often, but need not be, UTF-8: if it is not, hex_key follows, with
 * the bytes in hex. */
void ki_json_raw(struct ki_json *json, const char *key, const char *hex_key,
                 const char *text, size_t nbytes);

/* Seconds since 1970 as "2026-11-28T13:37:00Z"; null for 0, which stands for unknown.
 */
void ki_json_time(struct ki_json *json, const char *key, int64_t seconds);

/* A string of hex digits. */
void ki_json_hex(struct ki_json *json, const char *key, const void *bytes,
                 size_t nbytes);

#endif
