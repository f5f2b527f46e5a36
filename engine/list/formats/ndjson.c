/* SPDX-License-Identifier: Apache-2.0 */
#include "list/formats/ndjson.h"

#include <jansson.h>
#include <string.h>

#include "base/hex.h"
#include "list/formats/format.h"
#include "list/formats/signal.h"

/* The longest text that may come as hex. */
enum { TEXT_NBYTES = KI_ENTRY_ID_NBYTES };

static struct ki_span text_of(const json_t *value)
{
    return (struct ki_span){json_string_value(value), json_string_length(value)};
}

/* The text of a key or, in hex, of its other name; empty if there is neither. bytes
 * must outlive it. False, with the reason, if it is something else. */
static bool read_text(struct ki_list_record *record, const json_t *object,
                      const char *key, const char *hex_key, uint8_t bytes[TEXT_NBYTES],
                      struct ki_span *out)
{
    const json_t *value = json_object_get(object, key);
    const json_t *hex = json_object_get(object, hex_key);
    *out = (struct ki_span){"", 0};
    if (json_is_string(value) && !hex) {
        *out = text_of(value);
        return true;
    }
    if (!value && json_is_string(hex)) {
        struct ki_span digits = text_of(hex);
        size_t nbytes = digits.nbytes / 2;
        if (nbytes <= TEXT_NBYTES &&
            ki_hex_decode(digits.data, digits.nbytes, bytes, nbytes) &&
            !memchr(bytes, '\0', nbytes)) {
            *out = (struct ki_span){(const char *)bytes, nbytes};
            return true;
        }
        return ki_record_refuse(record, "%s is no text in hex of at most %d bytes",
                                hex_key, TEXT_NBYTES);
    }
    bool is_none = (!value || json_is_null(value)) && !hex;
    return is_none || ki_record_refuse(record, "%s is no text", key);
}

static bool read_id(struct ki_list_record *record, const json_t *object)
{
    uint8_t bytes[TEXT_NBYTES];
    struct ki_span id;
    return read_text(record, object, "id", "id_hex", bytes, &id) &&
           (id.nbytes > 0 || record->op == KI_OP_ADD ||
            ki_record_refuse(record, "removal without an id")) &&
           ki_record_set_id(record, id);
}

static bool read_member(struct ki_list_record *record, const json_t *object)
{
    uint8_t bytes[TEXT_NBYTES];
    struct ki_span member;
    return read_text(record, object, "src", "src_hex", bytes, &member) &&
           ki_record_set_member(record, member);
}

static bool read_category(struct ki_list_record *record, const json_t *object)
{
    uint8_t scheme_bytes[TEXT_NBYTES];
    uint8_t code_bytes[TEXT_NBYTES];
    struct ki_span scheme;
    struct ki_span code;
    const json_t *category = json_object_get(object, "cls");
    if (!category || json_is_null(category)) {
        return true;
    }
    return (json_is_object(category) || ki_record_refuse(record, "cls is no object")) &&
           read_text(record, category, "scheme", "scheme_hex", scheme_bytes, &scheme) &&
           read_text(record, category, "code", "code_hex", code_bytes, &code) &&
           ki_record_set_category(record, scheme, code);
}

static bool read_op(struct ki_list_record *record, const json_t *object)
{
    const json_t *op = json_object_get(object, "op");
    if (!op || (json_is_string(op) && ki_span_equals(text_of(op), "add"))) {
        return true;
    }
    if (json_is_string(op) && ki_span_equals(text_of(op), "del")) {
        record->op = KI_OP_REMOVE;
        return true;
    }
    return ki_record_refuse(record, "op is neither add nor del");
}

/* A number that is not there is 0. What cannot be one is told and left out, since the
 * hash beside it is good. */
static int64_t read_number(struct ki_list_record *record, const json_t *object,
                           const char *key, int64_t most)
{
    const json_t *value = json_object_get(object, key);
    if (!value || json_is_null(value)) {
        return 0;
    }
    json_int_t number = json_integer_value(value);
    if (!json_is_integer(value) || number < 0 || number > most) {
        (void)ki_record_refuse(record, "%s is no whole number from 0 to %lld", key,
                               (long long)most);
        return 0;
    }
    return number;
}

static void read_numbers(struct ki_list_record *record, const json_t *object)
{
    const json_t *votes = json_object_get(object, "votes");
    (void)read_number(record, object, "q", 100);
    record->updated = read_number(record, object, "ts", INT64_MAX);
    record->nvotes_for = (uint32_t)read_number(record, votes, "for", UINT32_MAX);
    record->nvotes_against =
        (uint32_t)read_number(record, votes, "against", UINT32_MAX);
}

static bool read_hash(struct ki_list_record *record, const json_t *object)
{
    const json_t *type = json_object_get(object, "t");
    const json_t *hash = json_object_get(object, "h");
    enum ki_kind kind = KI_KIND_PDQ;
    if (!json_is_string(type) || !json_is_string(hash)) {
        return ki_record_refuse(record, "%s is no text",
                                json_is_string(type) ? "h" : "t");
    }
    switch (ki_signal_find(text_of(type), &kind)) {
    case KI_SIGNAL_USABLE:
        return ki_record_add_hash(record, kind, text_of(hash));
    case KI_SIGNAL_UNSUPPORTED:
        return ki_record_refuse(record, "signal type not supported");
    case KI_SIGNAL_UNKNOWN:
    default:
        return ki_record_refuse(record, "signal type not known");
    }
}

/* "doubts": what an export tells of an entry that is, or was, in quarantine. A doubt
 * that is not known here is told, not taken. */
static void read_doubts(struct ki_list_record *record, const json_t *object)
{
    const json_t *doubts = json_object_get(object, "doubts");
    const json_t *name;
    size_t i;
    if (doubts && !json_is_array(doubts) && !json_is_null(doubts)) {
        (void)ki_record_refuse(record, "doubts is no array");
    }
    json_array_foreach(doubts, i, name)
    {
        enum ki_doubt doubt = KI_DOUBT_COHERENT;
        if (json_is_string(name) &&
            ki_doubt_from_text(json_string_value(name), &doubt)) {
            record->doubts |= doubt;
        } else {
            (void)ki_record_refuse(record, "doubts names one that is not known");
        }
    }
}

static bool read_object(struct ki_list_record *record, const json_t *object)
{
    bool is_good = read_op(record, object) &&
                   (record->op == KI_OP_REMOVE || read_hash(record, object)) &&
                   read_id(record, object) && read_member(record, object) &&
                   read_category(record, object);
    if (is_good) {
        read_numbers(record, object);
        read_doubts(record, object);
    }
    return is_good;
}

/* NULL if the line is no JSON object. A key that comes twice could mean two things. */
static json_t *load_object(struct ki_span line)
{
    json_t *root = json_loadb(line.data, line.nbytes, JSON_REJECT_DUPLICATES, NULL);
    if (!json_is_object(root)) {
        json_decref(root);
        return NULL;
    }
    return root;
}

static enum ki_step parse(struct ki_list_parser *parser, struct ki_span text)
{
    if (ki_span_starts(text, "#")) {
        return KI_STEP_SKIP;
    }
    json_t *object = load_object(text);
    bool is_good = object ? read_object(&parser->record, object)
                          : ki_record_refuse(&parser->record, "line is no JSON object");
    json_decref(object);
    return is_good ? KI_STEP_RECORD : KI_STEP_REJECT;
}

const struct ki_list_format ki_list_ndjson = {
    .name = "ndjson",
    .frame = ki_frame_line,
    .parse = parse,
};

/* The first line that is neither blank nor a comment; empty if there is none that is
 * known to be whole. */
static struct ki_span first_line(struct ki_span text, bool is_whole)
{
    while (text.nbytes > 0) {
        struct ki_span line = ki_span_cut(&text, '\n');
        if (!text.data && !is_whole) {
            break;
        }
        if (line.nbytes > 0 && line.data[line.nbytes - 1] == '\r') {
            line.nbytes--;
        }
        if (ki_span_trim(line).nbytes > 0 && !ki_span_starts(line, "#")) {
            return line;
        }
    }
    return (struct ki_span){"", 0};
}

bool ki_ndjson_is(struct ki_span text, bool is_whole)
{
    struct ki_span line = first_line(text, is_whole);
    if (!ki_span_starts(ki_span_trim(line), "{")) {
        return false;
    }
    json_t *object = load_object(line);
    bool has_hash = json_is_string(json_object_get(object, "t")) &&
                    json_is_string(json_object_get(object, "h"));
    const json_t *op = json_object_get(object, "op");
    bool is_removal = json_is_string(op) && ki_span_equals(text_of(op), "del");
    json_decref(object);
    return has_hash || is_removal;
}

/* Empty texts are left out. */
static bool put_text(json_t *object, const char *key, const char *hex_key,
                     const char *text)
{
    size_t nbytes = strlen(text);
    char hex[2 * TEXT_NBYTES + 1];
    json_t *value = json_stringn(text, nbytes);
    if (nbytes == 0 || value) {
        bool is_good = nbytes == 0 || json_object_set(object, key, value) == 0;
        json_decref(value);
        return is_good;
    }
    ki_hex_encode((const uint8_t *)text, nbytes, hex); /* it is not UTF-8 */
    return json_object_set_new(object, hex_key, json_string(hex)) == 0;
}

static bool put_category(json_t *object, const struct ki_entry *entry)
{
    if (!entry->category_scheme[0] && !entry->category_code[0]) {
        return true;
    }
    json_t *category = json_object();
    bool is_good = category &&
                   put_text(category, "scheme", "scheme_hex", entry->category_scheme) &&
                   put_text(category, "code", "code_hex", entry->category_code) &&
                   json_object_set(object, "cls", category) == 0;
    json_decref(category);
    return is_good;
}

static bool put_number(json_t *object, const char *key, int64_t number)
{
    return number == 0 ||
           json_object_set_new(object, key, json_integer((json_int_t)number)) == 0;
}

static bool put_votes(json_t *object, const struct ki_provenance *from)
{
    if (from->nvotes_for == 0 && from->nvotes_against == 0) {
        return true;
    }
    return json_object_set_new(object, "votes",
                               json_pack("{s:I,s:I}", "for",
                                         (json_int_t)from->nvotes_for, "against",
                                         (json_int_t)from->nvotes_against)) == 0;
}

static bool put_provenance(json_t *object, const struct ki_provenance *from)
{
    return put_text(object, "src", "src_hex", from->member) &&
           put_number(object, "ts", from->updated) && put_votes(object, from);
}

static bool put_doubts(json_t *object, unsigned doubts)
{
    if (doubts == 0) {
        return true;
    }
    json_t *names = json_array();
    bool is_good = names != NULL;
    for (unsigned bit = 1; is_good && bit <= KI_DOUBT_RELEASED; bit <<= 1) {
        is_good = (doubts & bit) == 0 ||
                  json_array_append_new(
                      names, json_string(ki_doubt_text((enum ki_doubt)bit))) == 0;
    }
    is_good = is_good && json_object_set(object, "doubts", names) == 0;
    json_decref(names);
    return is_good;
}

bool ki_ndjson_write(FILE *out, const struct ki_entry *entry,
                     const struct ki_hash *hash)
{
    char hex[2 * KI_HASH_MAX_NBYTES + 1];
    ki_hash_to_hex(hash, hex);
    json_t *object = json_pack("{s:s,s:s}", "t", ki_kind_text(hash->kind), "h", hex);
    bool is_good = object && put_text(object, "id", "id_hex", entry->id) &&
                   put_category(object, entry) && put_provenance(object, &entry->from);
    if (is_good && hash->kind == KI_KIND_PDQ) {
        is_good = put_doubts(object, entry->doubts);
    }
    if (is_good) {
        is_good = json_dumpf(object, out, JSON_COMPACT | JSON_ENSURE_ASCII) == 0 ||
                  ferror(out);
        (void)fputc('\n', out);
    }
    json_decref(object);
    return is_good;
}
