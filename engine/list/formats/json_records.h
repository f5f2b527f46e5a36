/* SPDX-License-Identifier: Apache-2.0 */
/* The steps that all JSON formats share: json_walk finds a record, jansson reads it. */
#ifndef KI_LIST_FORMATS_JSON_RECORDS_H
#define KI_LIST_FORMATS_JSON_RECORDS_H

#include <jansson.h>

#include "list/formats/format.h"

struct ki_json_records {
    ki_json_choose choose;
    /* Reads one value of action RECORD into parser->record. Returns SKIP, RECORD or
     * REJECT. role and key are those of the walk. */
    enum ki_step (*record)(struct ki_list_parser *parser, json_t *value);
    /* Looks at a FACT (may be NULL). SKIP or BAD. */
    enum ki_step (*fact)(struct ki_list_parser *parser, json_t *value);
    /* A container was entered (may be NULL). SKIP or BAD. */
    enum ki_step (*entered)(struct ki_list_parser *parser, int role);
    /* Once, at the sound end of a file that holds something: SKIP, NOTE or BAD. */
    enum ki_step (*finish)(struct ki_list_parser *parser);
};

/* One step of a format that has such records. */
enum ki_step ki_json_records_step(struct ki_list_parser *parser, const char *data,
                                  size_t nbytes, bool is_last, size_t *consumed);

/* The member of that name, else one of that name in another case; NULL if there is
 * none, if it is null, or if the object is none. */
json_t *ki_jansson_find(json_t *object, const char *name);

/* A string, borrowed; empty for all else. Blanks around it are left out. */
struct ki_span ki_jansson_text(json_t *value);

/* An integer, or a string that is one; false for all else. */
bool ki_jansson_integer(json_t *value, int64_t *out);

/* Seconds since 1970, from a number of them or a text that ki_time_read knows; else 0.
 */
int64_t ki_jansson_time(json_t *value);

/* True for true and for "true" in any case. */
bool ki_jansson_is_true(json_t *value);

#endif
