/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Project VIC's VICS 1.x and 2.0, as observed in what is exchanged; the specification
 * is not public. Two shapes:
 *
 *   {"@odata.context":"…/2.0.xml/US/$metadata#Media","value":[{media},…]}
 *   {"odata.metadata":"…/1.3.xml#Cases","value":[{"CaseID":…,"Media":[{media},…]},…]}
 *
 * Names come in any case, numbers and booleans also as strings. Names and paths of
 * files, comments and thumbnails are looked over, never kept. MediaID is unique in one
 * file only, so an entry's id is its MD5.
 *
 * Category 0 (not pertinent), 4 (comparison) and 5 (not categorised) must never alert:
 * such a record withdraws the entry, if there is one, and never adds it. One without a
 * category says nothing and is refused. In a list of purpose allow it is the other way
 * round: only these are taken, and only if the operator has named the format, since a
 * VICS file does not say that it is of known good files.
 */
#include <stdio.h>
#include <string.h>

#include "list/formats/foreign.h"
#include "list/formats/json_records.h"

enum role { ROLE_FILE = 1, ROLE_VALUE, ROLE_CASE, ROLE_MEDIA };

static struct ki_json_choice choose(int role, struct ki_span key)
{
    switch (role) {
    case KI_JSON_ROOT:
        return (struct ki_json_choice){.action = KI_JSON_ENTER, .role = ROLE_FILE};
    case ROLE_FILE:
        if (ki_span_equals_nocase(key, "value")) {
            return (struct ki_json_choice){.action = KI_JSON_ENTER, .role = ROLE_VALUE};
        }
        return (struct ki_json_choice){.action = KI_JSON_FACT};
    case ROLE_VALUE:
        return (struct ki_json_choice){.action = KI_JSON_RECORD,
                                       .role = ROLE_CASE,
                                       .nested = "Media",
                                       .nested_role = ROLE_MEDIA};
    case ROLE_CASE:
        if (ki_span_equals_nocase(key, "Media")) {
            return (struct ki_json_choice){.action = KI_JSON_ENTER, .role = ROLE_MEDIA};
        }
        return (struct ki_json_choice){.action = KI_JSON_SKIP};
    case ROLE_MEDIA:
        return (struct ki_json_choice){.action = KI_JSON_RECORD};
    default:
        return (struct ki_json_choice){.action = KI_JSON_SKIP};
    }
}

static bool is_letter(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
           c == '-' || c == '_';
}

/* vics-us of …/2.0.xml/US/$metadata#Media; vics where no region is named. */
static void set_scheme(struct ki_list_facts *facts, struct ki_span context)
{
    static const char before[] = ".xml/";
    size_t nbytes = (size_t)snprintf(facts->scheme, sizeof facts->scheme, "vics");
    const char *at = memmem(context.data, context.nbytes, before, sizeof before - 1);
    if (!at) {
        return;
    }
    struct ki_span rest =
        ki_span_from(context, (size_t)(at - context.data) + sizeof before - 1);
    struct ki_span region = ki_span_cut(&rest, '/');
    if (region.nbytes == 0 || region.nbytes > 32) {
        return;
    }
    for (size_t i = 0; i < region.nbytes; i++) {
        if (!is_letter(region.data[i])) {
            return;
        }
    }
    facts->scheme[nbytes++] = '-';
    for (size_t i = 0; i < region.nbytes; i++) {
        char c = region.data[i];
        facts->scheme[nbytes++] = (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
    }
    facts->scheme[nbytes] = '\0';
}

static enum ki_step fact(struct ki_list_parser *parser, json_t *value)
{
    struct ki_span key = ki_json_walk_key(&parser->walk);
    struct ki_span text = ki_jansson_text(value);
    if (!ki_span_equals_nocase(key, "@odata.context") &&
        !ki_span_equals_nocase(key, "odata.metadata")) {
        return KI_STEP_SKIP;
    }
    if (!memmem(text.data, text.nbytes, "#Media", 6) &&
        !memmem(text.data, text.nbytes, "#Cases", 6)) {
        return ki_parser_bad(parser, "VICS context names neither #Media nor #Cases");
    }
    parser->facts.has_context = true;
    set_scheme(&parser->facts, text);
    return KI_STEP_SKIP;
}

static enum ki_step entered(struct ki_list_parser *parser, int role)
{
    if (role == ROLE_FILE) {
        if (parser->purpose == KI_PURPOSE_ALLOW && !parser->is_stated) {
            return ki_parser_bad(parser,
                                 "a VICS file does not say whether it is of known good "
                                 "files: for an allow list state --format vics-json");
        }
        parser->facts = (struct ki_list_facts){.count = -1};
    }
    if (role == ROLE_VALUE && !parser->facts.has_context) {
        return ki_parser_bad(parser, "no '@odata.context' or 'odata.metadata' before "
                                     "'value': not a VICS file");
    }
    parser->facts.has_records = parser->facts.has_records || role == ROLE_VALUE;
    return KI_STEP_SKIP;
}

static void add_alternatives(struct ki_list_record *record, json_t *array)
{
    for (size_t i = 0; i < json_array_size(array); i++) {
        json_t *item = json_array_get(array, i);
        ki_record_offer_typed(record,
                              ki_jansson_text(ki_jansson_find(item, "HashName")),
                              ki_jansson_text(ki_jansson_find(item, "HashValue")));
    }
}

static void add_hashes(struct ki_list_record *record, json_t *media)
{
    static const char *const names[] = {"MD5", "SHA1", "SHA256", "PhotoDNA"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        ki_record_offer_typed(record, ki_span_of(names[i]),
                              ki_jansson_text(ki_jansson_find(media, names[i])));
    }
    add_alternatives(record, ki_jansson_find(media, "AlternativeHashes"));
}

enum verdict { VERDICT_NONE, VERDICT_NEGATIVE, VERDICT_POSITIVE };

/* Sets scheme and code. */
static bool read_category(struct ki_list_parser *parser, json_t *media,
                          enum verdict *verdict)
{
    json_t *value = ki_jansson_find(media, "Category");
    int64_t category = -1;
    char code[24] = "";
    *verdict = VERDICT_NONE;
    if (value && !(json_is_string(value) && ki_jansson_text(value).nbytes == 0)) {
        if (!ki_jansson_integer(value, &category) || category < 0 || category > 999) {
            return ki_record_refuse(&parser->record, "category is not a number");
        }
        (void)snprintf(code, sizeof code, "%d", (int)category);
        *verdict = category == 0 || category == 4 || category == 5 ? VERDICT_NEGATIVE
                                                                   : VERDICT_POSITIVE;
    }
    return ki_record_set_category(&parser->record, ki_span_of(parser->facts.scheme),
                                  ki_span_of(code));
}

static enum ki_step refuse(struct ki_list_record *record, const char *reason)
{
    record->reason[0] = '\0'; /* a warning about a hash matters no more */
    (void)ki_record_refuse(record, "%s", reason);
    return KI_STEP_REJECT;
}

static enum ki_step apply(struct ki_list_parser *parser, enum verdict verdict)
{
    struct ki_list_record *record = &parser->record;
    if (parser->purpose == KI_PURPOSE_ALLOW) {
        return verdict == VERDICT_POSITIVE
                   ? refuse(record, "category says that the file is not known good")
                   : KI_STEP_RECORD;
    }
    if (verdict == VERDICT_NONE) {
        return refuse(record, "record has no category, so no verdict");
    }
    record->op = verdict == VERDICT_POSITIVE ? KI_OP_ADD : KI_OP_REMOVE;
    return KI_STEP_RECORD;
}

static enum ki_step record(struct ki_list_parser *parser, json_t *value)
{
    enum verdict verdict = VERDICT_NONE;
    if (!json_is_object(value)) {
        return refuse(&parser->record, "record is not a JSON object");
    }
    if (!read_category(parser, value, &verdict)) {
        return KI_STEP_REJECT;
    }
    add_hashes(&parser->record, value);
    if (!ki_record_id_from_hash(&parser->record)) {
        return ki_record_conclude(&parser->record, false);
    }
    parser->record.updated = ki_jansson_time(ki_jansson_find(value, "DateUpdated"));
    return apply(parser, verdict);
}

static enum ki_step finish(struct ki_list_parser *parser)
{
    return parser->facts.has_records
               ? KI_STEP_SKIP
               : ki_parser_bad(parser, "no array 'value': not a VICS file");
}

static const struct ki_json_records records = {
    .choose = choose,
    .record = record,
    .fact = fact,
    .entered = entered,
    .finish = finish,
};

const struct ki_list_format ki_list_vics_json = {
    .name = "vics-json",
    .json = &records,
};
