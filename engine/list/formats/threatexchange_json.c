/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Updates of a ThreatExchange privacy group, as the Graph API answers: pages of
 *
 *   {"data":[{"id":"…","indicator":"…","type":"HASH_PDQ","last_updated":1700000000,
 *     "should_delete":false,"descriptors":{"data":[{"owner":{"id":"…"},"tags":[…],
 *     "status":"MALICIOUS","reactions":[…]}]}},…],"paging":{"next":"…"}}
 *
 * or a bare array of updates, or one update after the other. An update re-sends the
 * whole indicator. One to delete, or whose descriptors are gone, is a removal.
 * Descriptors that say NON_MALICIOUS are votes against; an indicator that all call so
 * is not added.
 */
#include <string.h>

#include "list/formats/foreign.h"
#include "list/formats/json_records.h"

enum role { ROLE_PAGE = 1, ROLE_UPDATES };

/* Opens with '[': the updates themselves; else a page, or an update. */
static struct ki_json_choice choose(int role, struct ki_span key)
{
    if (role == ROLE_PAGE && !ki_span_equals_nocase(key, "data")) {
        return (struct ki_json_choice){.action = KI_JSON_FACT};
    }
    if (role == ROLE_PAGE) {
        return (struct ki_json_choice){.action = KI_JSON_ENTER, .role = ROLE_UPDATES};
    }
    return (struct ki_json_choice){.action = KI_JSON_RECORD,
                                   .role = ROLE_PAGE,
                                   .nested = "data",
                                   .nested_role = ROLE_UPDATES};
}

static enum ki_step fact(struct ki_list_parser *parser, json_t *value)
{
    if (ki_span_equals_nocase(ki_json_walk_key(&parser->walk), "paging")) {
        parser->facts.is_partial =
            ki_jansson_text(ki_jansson_find(value, "next")).nbytes > 0;
    }
    return KI_STEP_SKIP;
}

static enum ki_step entered(struct ki_list_parser *parser, int role)
{
    (void)role;
    parser->facts.is_partial = false; /* a further page */
    return KI_STEP_SKIP;
}

/* Votes of one list of reactions, which are words or objects with a key "key". */
static void count_reactions(struct ki_list_record *record, json_t *reactions)
{
    for (size_t i = 0; i < json_array_size(reactions); i++) {
        json_t *item = json_array_get(reactions, i);
        struct ki_span word =
            ki_jansson_text(json_is_object(item) ? ki_jansson_find(item, "key") : item);
        record->nvotes_for += ki_span_equals_nocase(word, "HELPFUL") ||
                              ki_span_equals_nocase(word, "INGESTED");
        record->nvotes_against += ki_span_equals_nocase(word, "NOT_HELPFUL") ||
                                  ki_span_equals_nocase(word, "DISAGREE_WITH_TAGS");
    }
}

/* How many descriptors do not say that the thing is harmless. */
static size_t read_descriptors(struct ki_list_record *record, json_t *array)
{
    size_t nserious = 0;
    for (size_t i = 0; i < json_array_size(array); i++) {
        json_t *item = json_array_get(array, i);
        bool is_harmless = ki_span_equals_nocase(
            ki_jansson_text(ki_jansson_find(item, "status")), "NON_MALICIOUS");
        record->nvotes_for += !is_harmless;
        record->nvotes_against += is_harmless;
        count_reactions(record, ki_jansson_find(item, "reactions"));
        nserious += !is_harmless;
        if (record->member[0] == '\0' && !is_harmless) {
            json_t *owner = ki_jansson_find(item, "owner");
            ki_record_keep_member(record,
                                  ki_jansson_text(ki_jansson_find(owner, "id")));
            json_t *tag = json_array_get(ki_jansson_find(item, "tags"), 0);
            struct ki_span code = ki_jansson_text(tag);
            if (code.nbytes > 0 && code.nbytes < KI_CATEGORY_NBYTES) {
                (void)ki_record_set_category(record, ki_span_of("threatexchange"),
                                             code);
            }
        }
    }
    return nserious;
}

static bool add_indicator(struct ki_list_record *record, json_t *value)
{
    static const char prefix[] = "HASH_";
    struct ki_span type = ki_jansson_text(ki_jansson_find(value, "type"));
    enum { PREFIX_NBYTES = sizeof prefix - 1 };
    if (type.nbytes > PREFIX_NBYTES && strncmp(type.data, prefix, PREFIX_NBYTES) == 0) {
        type = ki_span_from(type, PREFIX_NBYTES);
    }
    ki_record_offer_typed(record, type,
                          ki_jansson_text(ki_jansson_find(value, "indicator")));
    return record->nhashes > 0 ||
           ki_record_refuse(record, "no indicator of a type that can be looked up");
}

static enum ki_step record(struct ki_list_parser *parser, json_t *value)
{
    struct ki_list_record *record = &parser->record;
    struct ki_span id = ki_jansson_text(ki_jansson_find(value, "id"));
    if (!json_is_object(value)) {
        (void)ki_record_refuse(record, "update is not a JSON object");
        return KI_STEP_REJECT;
    }
    if (id.nbytes == 0) {
        (void)ki_record_refuse(record, "update has no id");
        return KI_STEP_REJECT;
    }
    json_t *array = ki_jansson_find(ki_jansson_find(value, "descriptors"), "data");
    bool is_gone = ki_jansson_is_true(ki_jansson_find(value, "should_delete")) ||
                   read_descriptors(record, array) == 0;
    record->op = is_gone ? KI_OP_REMOVE : KI_OP_ADD;
    if (!ki_record_set_id(record, id) || (!is_gone && !add_indicator(record, value))) {
        return KI_STEP_REJECT;
    }
    record->updated = ki_jansson_time(ki_jansson_find(value, "last_updated"));
    return KI_STEP_RECORD;
}

static enum ki_step finish(struct ki_list_parser *parser)
{
    if (parser->facts.is_partial) {
        (void)ki_record_refuse(&parser->record,
                               "partial: the last page names a next one");
        return KI_STEP_NOTE;
    }
    return KI_STEP_SKIP;
}

static const struct ki_json_records records = {
    .choose = choose,
    .record = record,
    .fact = fact,
    .entered = entered,
    .finish = finish,
};

const struct ki_list_format ki_list_threatexchange_json = {
    .name = "threatexchange-json",
    .replaces_entry = true,
    .json = &records,
};
