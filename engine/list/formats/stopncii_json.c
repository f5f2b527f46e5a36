/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What StopNCII's FetchHashes answers, one or several pages in one file:
 *
 *   {"count":2,"hasMoreRecords":false,"hashRecords":[
 *     {"signalType":"ImagePDQ","hashValue":"…","hashStatus":"Active",
 *      "lastModtimestamp":1700000000,"caseNumbers":{"<id>":"Active"},
 *      "CSPFeedbacks":[{"source":"…","feedbackValue":"Blocked","tags":[]}]}]}
 *
 * A record is a full snapshot under the key (signalType, hashValue). Withdrawn and
 * Deleted withdraw it; Received and Unknown are not in force, and withdraw it too.
 */
#include <stdio.h>
#include <string.h>

#include "list/formats/foreign.h"
#include "list/formats/json_records.h"

enum role { ROLE_PAGE = 1, ROLE_RECORDS };

static struct ki_json_choice choose(int role, struct ki_span key)
{
    if (role == KI_JSON_ROOT) {
        return (struct ki_json_choice){.action = KI_JSON_ENTER, .role = ROLE_PAGE};
    }
    if (role == ROLE_RECORDS) {
        return (struct ki_json_choice){.action = KI_JSON_RECORD};
    }
    if (ki_span_equals_nocase(key, "hashRecords")) {
        return (struct ki_json_choice){.action = KI_JSON_ENTER, .role = ROLE_RECORDS};
    }
    return (struct ki_json_choice){.action = KI_JSON_FACT};
}

static enum ki_step fact(struct ki_list_parser *parser, json_t *value)
{
    struct ki_span key = ki_json_walk_key(&parser->walk);
    int64_t count = 0;
    if (ki_span_equals_nocase(key, "hasMoreRecords")) {
        parser->facts.is_partial = ki_jansson_is_true(value);
    } else if (ki_span_equals_nocase(key, "count") &&
               ki_jansson_integer(value, &count)) {
        parser->facts.count =
            (parser->facts.count > 0 ? parser->facts.count : 0) + count;
    }
    return KI_STEP_SKIP;
}

static enum ki_step entered(struct ki_list_parser *parser, int role)
{
    parser->facts.has_records = parser->facts.has_records || role == ROLE_RECORDS;
    return KI_STEP_SKIP;
}

static bool is_status(struct ki_span text, enum ki_op *op)
{
    static const struct {
        const char *name;
        enum ki_op op;
    } statuses[] = {
        {"Active", KI_OP_ADD},     {"Received", KI_OP_REMOVE},
        {"Unknown", KI_OP_REMOVE}, {"Withdrawn", KI_OP_REMOVE},
        {"Deleted", KI_OP_REMOVE},
    };
    for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++) {
        if (ki_span_equals_nocase(text, statuses[i].name)) {
            *op = statuses[i].op;
            return true;
        }
    }
    return false;
}

static void count_votes(struct ki_list_record *record, json_t *feedbacks)
{
    for (size_t i = 0; i < json_array_size(feedbacks); i++) {
        struct ki_span value = ki_jansson_text(
            ki_jansson_find(json_array_get(feedbacks, i), "feedbackValue"));
        record->nvotes_for += ki_span_equals_nocase(value, "Blocked");
        record->nvotes_against += ki_span_equals_nocase(value, "NotBlocked");
    }
}

/* The hash under the signal's type. PDQ values of 32 zeros were delivered once: they
 * have the wrong length. */
static void add_hash(struct ki_list_record *record, struct ki_span type,
                     struct ki_span value)
{
    if (ki_span_equals_nocase(type, "ImagePDQ")) {
        ki_record_offer_typed(record, ki_span_of("pdq"), value);
    } else if (ki_span_equals_nocase(type, "VideoMD5")) {
        ki_record_offer_typed(record, ki_span_of("md5"), value);
    } else {
        (void)ki_record_refuse(record, "signal type not supported");
    }
}

/* Either case of the same value is the same record. */
static bool set_id(struct ki_list_record *record, struct ki_span type)
{
    char hex[2 * KI_HASH_MAX_NBYTES + 1];
    char id[2 * KI_HASH_MAX_NBYTES + 16];
    bool is_pdq = ki_span_equals_nocase(type, "ImagePDQ");
    ki_hash_to_hex(&record->hashes[0], hex);
    (void)snprintf(id, sizeof id, "%s/%s", is_pdq ? "ImagePDQ" : "VideoMD5", hex);
    return ki_record_set_id(record, ki_span_of(id));
}

static enum ki_step record(struct ki_list_parser *parser, json_t *value)
{
    struct ki_list_record *record = &parser->record;
    struct ki_span type = ki_jansson_text(ki_jansson_find(value, "signalType"));
    parser->facts.nrecords++;
    if (!is_status(ki_jansson_text(ki_jansson_find(value, "hashStatus")),
                   &record->op)) {
        (void)ki_record_refuse(record, "hashStatus is missing or not known");
        return KI_STEP_REJECT;
    }
    add_hash(record, type, ki_jansson_text(ki_jansson_find(value, "hashValue")));
    if (record->nhashes == 0 || !set_id(record, type)) {
        return ki_record_conclude(record, false);
    }
    record->updated = ki_jansson_time(ki_jansson_find(value, "lastModtimestamp"));
    count_votes(record, ki_jansson_find(value, "CSPFeedbacks"));
    return KI_STEP_RECORD;
}

static enum ki_step finish(struct ki_list_parser *parser)
{
    const struct ki_list_facts *facts = &parser->facts;
    if (!facts->has_records) {
        return ki_parser_bad(parser, "no array 'hashRecords': not a StopNCII file");
    }
    if (facts->is_partial) {
        (void)ki_record_refuse(&parser->record,
                               "partial: the last page says that more records follow");
        return KI_STEP_NOTE;
    }
    if (facts->count >= 0 && (uint64_t)facts->count != facts->nrecords) {
        (void)ki_record_refuse(&parser->record,
                               "partial: the file counts other than it holds");
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

const struct ki_list_format ki_list_stopncii_json = {
    .name = "stopncii-json",
    .replaces_entry = true,
    .json = &records,
};
