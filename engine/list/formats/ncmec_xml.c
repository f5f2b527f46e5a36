/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pages of NCMEC's hash sharing, version 2:
 *
 *   <queryResult><images count="2">
 *     <image><member id="42">X</member><timestamp>…</timestamp><id>abc</id>
 *       <classification>A1</classification>
 *       <fingerprints><md5>…</md5><pdq>…</pdq><videntifier href="…"/></fingerprints>
 *       <feedback><affirmativeFeedback type="Md5"><members><member/>…</members>…
 *     </image>
 *     <deletedImage><member id="43">…</member><id>…</id></deletedImage></images>
 *     <paging><next>…</next></paging></queryResult>
 *
 * An entry is re-sent whole; its key is member id and entry id. expat is told each byte
 * once and stopped at the end of each record. Namespaces do not matter. DOCTYPE, and
 * with it every entity, is refused; depth, tags and texts are limited.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <expat.h>

#include "list/formats/foreign.h"
#include "list/formats/time_text.h"

enum {
    MOST_DEPTH = 50,
    MOST_TAG_NBYTES = 65536,
    PIECE_NBYTES = 65536,
    TEXT_NBYTES = 512,
    ID_NBYTES = 256
};

enum part {
    PART_NONE,
    PART_MEMBER, /* of the record itself */
    PART_ID,
    PART_TIME,
    PART_CLASS,
    PART_HASH,
    PART_NEXT
};

struct xml {
    XML_Parser expat;
    struct ki_list_parser *parser;
    uint64_t base;  /* of the file's bytes before the first that expat saw */
    uint64_t given; /* to expat */
    bool is_suspended;
    bool is_ended;
    const char *bad;
    unsigned depth;
    unsigned record_depth; /* of the open record; 0 if none */
    unsigned votes_depth;  /* of the open feedback element; 0 if none */
    bool is_vote_for;
    bool is_in_fingerprints;
    enum part part; /* that the text belongs to */
    unsigned part_depth;
    char hash_name[16];
    char text[TEXT_NBYTES];
    size_t text_nbytes;
    bool is_text_cut;
    char member_id[ID_NBYTES];
    char entry_id[ID_NBYTES];
    enum ki_step step; /* of the record that was just read */
};

static void stop(struct xml *xml, const char *why)
{
    if (!xml->bad) {
        xml->bad = why;
        xml->parser->record.line = XML_GetCurrentLineNumber(xml->expat);
        (void)XML_StopParser(xml->expat, XML_FALSE);
    }
}

static const char *local_name(const char *name)
{
    const char *colon = strrchr(name, ':');
    return colon ? colon + 1 : name;
}

static const char *attribute(const char **attributes, const char *name)
{
    for (size_t i = 0; attributes[i]; i += 2) {
        if (strcmp(local_name(attributes[i]), name) == 0) {
            return attributes[i + 1];
        }
    }
    return "";
}

static bool is_one_of(const char *name, const char *const *names)
{
    for (; *names; names++) {
        if (strcmp(name, *names) == 0) {
            return true;
        }
    }
    return false;
}

static void begin_record(struct xml *xml, bool is_deleted)
{
    struct ki_list_record *record = &xml->parser->record;
    XML_Index at = XML_GetCurrentByteIndex(xml->expat);
    ki_record_begin(record, XML_GetCurrentLineNumber(xml->expat),
                    xml->base + (uint64_t)(at > 0 ? at : 0));
    record->op = is_deleted ? KI_OP_REMOVE : KI_OP_ADD;
    xml->record_depth = xml->depth;
    xml->votes_depth = 0;
    xml->member_id[0] = '\0';
    xml->entry_id[0] = '\0';
    xml->parser->facts.nrecords++;
}

static void begin_part(struct xml *xml, enum part part)
{
    xml->part = part;
    xml->part_depth = xml->depth;
    xml->text_nbytes = 0;
    xml->is_text_cut = false;
}

/* An id that does not fit is left out, and missed at the end. */
static void copy_id(char out[ID_NBYTES], const char *text, size_t nbytes)
{
    if (nbytes < ID_NBYTES) {
        memcpy(out, text, nbytes);
        out[nbytes] = '\0';
    }
}

/* A child of the record. */
static void start_member(struct xml *xml, const char *name, const char **attributes)
{
    static const struct {
        const char *name;
        enum part part;
    } parts[] = {
        {"member", PART_MEMBER},
        {"id", PART_ID},
        {"timestamp", PART_TIME},
        {"classification", PART_CLASS},
    };
    xml->is_in_fingerprints = strcmp(name, "fingerprints") == 0;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (strcmp(name, parts[i].name) == 0) {
            begin_part(xml, parts[i].part);
        }
    }
    if (xml->part == PART_MEMBER) {
        const char *id = attribute(attributes, "id");
        copy_id(xml->member_id, id, strlen(id));
    }
}

static void start_feedback(struct xml *xml, const char *name)
{
    bool is_for = strcmp(name, "affirmativeFeedback") == 0;
    if (is_for || strcmp(name, "negativeFeedback") == 0) {
        xml->votes_depth = xml->depth;
        xml->is_vote_for = is_for;
    } else if (xml->votes_depth > 0 && strcmp(name, "member") == 0) {
        xml->parser->record.nvotes_for += xml->is_vote_for;
        xml->parser->record.nvotes_against += !xml->is_vote_for;
    }
}

static void start_in_record(struct xml *xml, const char *name, const char **attributes)
{
    unsigned below = xml->depth - xml->record_depth;
    if (below == 1) {
        start_member(xml, name, attributes);
    } else if (!xml->is_in_fingerprints) {
        start_feedback(xml, name);
    } else if (below == 2 && strlen(name) < sizeof xml->hash_name) {
        begin_part(xml, PART_HASH); /* of a type that may turn out to be none */
        (void)snprintf(xml->hash_name, sizeof xml->hash_name, "%s", name);
    }
}

static void start_outside(struct xml *xml, const char *name, const char **attributes)
{
    static const char *const added[] = {"image", "video", NULL};
    static const char *const deleted[] = {"deletedImage", "deletedVideo", NULL};
    static const char *const holders[] = {"images", "videos", NULL};
    struct ki_list_facts *facts = &xml->parser->facts;
    if (is_one_of(name, added)) {
        begin_record(xml, false);
    } else if (is_one_of(name, deleted)) {
        begin_record(xml, true);
    } else if (is_one_of(name, holders)) {
        char *end = NULL;
        const char *text = attribute(attributes, "count");
        unsigned long count = strtoul(text, &end, 10);
        if (end != text && count < UINT32_MAX) {
            facts->count = (facts->count > 0 ? facts->count : 0) + (int64_t)count;
        }
    } else if (strcmp(name, "next") == 0) {
        begin_part(xml, PART_NEXT);
    }
}

static void XMLCALL on_start(void *context, const char *name, const char **attributes)
{
    struct xml *xml = context;
    name = local_name(name);
    if (++xml->depth > MOST_DEPTH) {
        stop(xml, "XML is nested deeper than 50 elements");
    } else if (XML_GetCurrentByteCount(xml->expat) > MOST_TAG_NBYTES) {
        stop(xml, "XML has a tag of more than 65536 bytes");
    } else if (xml->depth == 1 && strcmp(name, "queryResult") != 0) {
        stop(xml, "root element is not queryResult: no NCMEC hash sharing page");
    } else if (xml->record_depth > 0) {
        start_in_record(xml, name, attributes);
    } else {
        start_outside(xml, name, attributes);
    }
}

static void XMLCALL on_text(void *context, const char *text, int nchars)
{
    struct xml *xml = context;
    size_t nbytes = (size_t)nchars;
    if (xml->part == PART_NONE) {
        return;
    }
    if (nbytes > sizeof xml->text - xml->text_nbytes) {
        xml->is_text_cut = true;
        return;
    }
    memcpy(xml->text + xml->text_nbytes, text, nbytes);
    xml->text_nbytes += nbytes;
}

static struct ki_span trim_all(struct ki_span text)
{
    while (text.nbytes > 0 && strchr(" \t\r\n", text.data[0])) {
        text = ki_span_from(text, 1);
    }
    while (text.nbytes > 0 && strchr(" \t\r\n", text.data[text.nbytes - 1])) {
        text.nbytes--;
    }
    return text;
}

static void set_class(struct ki_list_record *record, struct ki_span text)
{
    static const char *const codes[] = {"A1", "A2", "B1", "B2"};
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        if (ki_span_equals_nocase(text, codes[i])) {
            (void)ki_record_set_category(record, ki_span_of("ncmec"),
                                         ki_span_of(codes[i]));
            return;
        }
    }
    if (text.nbytes > 0) {
        (void)ki_record_refuse(record, "classification is not A1, A2, B1 or B2");
    }
}

static void end_part(struct xml *xml)
{
    struct ki_list_record *record = &xml->parser->record;
    struct ki_span text = trim_all((struct ki_span){xml->text, xml->text_nbytes});
    if (xml->is_text_cut) {
        if (xml->part != PART_NEXT) {
            (void)ki_record_refuse(record, "text of an element is longer than %d bytes",
                                   TEXT_NBYTES);
        }
        text.nbytes = 0;
    }
    switch (xml->part) {
    case PART_MEMBER:
        ki_record_keep_member(record, text);
        break;
    case PART_ID:
        copy_id(xml->entry_id, text.data, text.nbytes);
        break;
    case PART_TIME:
        record->updated = ki_time_read(text);
        break;
    case PART_CLASS:
        set_class(record, text);
        break;
    case PART_HASH:
        ki_record_offer_typed(record, ki_span_of(xml->hash_name), text);
        break;
    case PART_NEXT:
        xml->parser->facts.is_partial = text.nbytes > 0 || xml->is_text_cut;
        break;
    case PART_NONE:
    default:
        break;
    }
    xml->part = PART_NONE;
}

static void end_record(struct xml *xml)
{
    struct ki_list_record *record = &xml->parser->record;
    char id[2 * ID_NBYTES + 2];
    xml->record_depth = 0;
    if (xml->member_id[0] == '\0' || xml->entry_id[0] == '\0') {
        record->reason[0] = '\0';
        (void)ki_record_refuse(record, "record has no member id and entry id");
        xml->step = KI_STEP_REJECT;
    } else {
        (void)snprintf(id, sizeof id, "%s/%s", xml->member_id, xml->entry_id);
        xml->step = ki_record_set_id(record, ki_span_of(id))
                        ? ki_record_conclude(record, true)
                        : KI_STEP_REJECT;
    }
    (void)XML_StopParser(xml->expat, XML_TRUE);
}

static void XMLCALL on_end(void *context, const char *name)
{
    struct xml *xml = context;
    (void)name;
    if (xml->part != PART_NONE && xml->part_depth == xml->depth) {
        end_part(xml);
    }
    if (xml->votes_depth == xml->depth) {
        xml->votes_depth = 0;
    }
    if (xml->record_depth > 0 && xml->record_depth == xml->depth) {
        end_record(xml);
    }
    xml->depth--;
}

static void XMLCALL on_doctype(void *context, const char *name, const char *system_id,
                               const char *public_id, int has_internal_subset)
{
    (void)name;
    (void)system_id;
    (void)public_id;
    (void)has_internal_subset;
    stop(context, "XML has a DOCTYPE, which is refused");
}

/* Expat would follow the declaration, or guess from the first bytes, which it does
 * differently if they come one by one. NCMEC's files are in UTF-8. */
static void XMLCALL on_declaration(void *context, const char *version,
                                   const char *encoding, int standalone)
{
    (void)version;
    (void)standalone;
    if (encoding && strcasecmp(encoding, "UTF-8") != 0 &&
        strcasecmp(encoding, "US-ASCII") != 0) {
        stop(context, "XML declares another encoding than UTF-8");
    }
}

static void end(struct ki_list_parser *parser)
{
    struct xml *xml = parser->state;
    XML_ParserFree(xml->expat);
    free(xml);
}

static struct xml *begin(struct ki_list_parser *parser)
{
    struct xml *xml = calloc(1, sizeof *xml);
    if (!xml) {
        return NULL;
    }
    xml->expat = XML_ParserCreate("UTF-8");
    if (!xml->expat) {
        free(xml);
        return NULL;
    }
    xml->parser = parser;
    xml->base = parser->byte;
    XML_SetUserData(xml->expat, xml);
    XML_SetElementHandler(xml->expat, on_start, on_end);
    XML_SetCharacterDataHandler(xml->expat, on_text);
    XML_SetStartDoctypeDeclHandler(xml->expat, on_doctype);
    XML_SetXmlDeclHandler(xml->expat, on_declaration);
    parser->state = xml;
    return xml;
}

static enum ki_step finish(struct ki_list_parser *parser)
{
    const struct ki_list_facts *facts = &parser->facts;
    parser->record.reason[0] = '\0';
    if (facts->is_partial) {
        (void)ki_record_refuse(&parser->record, "partial: the page names a next one");
        return KI_STEP_NOTE;
    }
    if (facts->count >= 0 && (uint64_t)facts->count != facts->nrecords) {
        (void)ki_record_refuse(&parser->record,
                               "partial: the page counts other than it holds");
        return KI_STEP_NOTE;
    }
    return KI_STEP_SKIP;
}

/* A tag that goes on and on is not to be collected. */
static bool is_waiting_too_long(const struct xml *xml)
{
    XML_Index at = XML_GetCurrentByteIndex(xml->expat);
    return at >= 0 && xml->given > (uint64_t)at &&
           xml->given - (uint64_t)at > MOST_TAG_NBYTES + PIECE_NBYTES;
}

static enum ki_step conclude(struct xml *xml, enum XML_Status status)
{
    struct ki_list_parser *parser = xml->parser;
    xml->is_suspended = status == XML_STATUS_SUSPENDED;
    if (xml->is_suspended) {
        return xml->step;
    }
    if (xml->bad || status == XML_STATUS_ERROR || is_waiting_too_long(xml)) {
        parser->record.reason[0] = '\0';
        parser->record.line = XML_GetCurrentLineNumber(xml->expat);
        if (!xml->bad && status == XML_STATUS_ERROR) {
            (void)ki_record_refuse(&parser->record, "XML is broken: %s",
                                   XML_ErrorString(XML_GetErrorCode(xml->expat)));
            return KI_STEP_BAD;
        }
        return ki_parser_bad(
            parser, xml->bad ? xml->bad : "XML has a tag of more than 65536 bytes");
    }
    if (!xml->is_ended) {
        return KI_STEP_SKIP;
    }
    parser->facts.is_finished = true;
    return finish(parser);
}

/* The record is filled over several calls, so it is not begun anew by each. */
static enum ki_step step(struct ki_list_parser *parser, const char *data, size_t nbytes,
                         bool is_last, size_t *consumed)
{
    struct xml *xml = parser->state;
    if (parser->facts.is_finished || (!xml && nbytes == 0)) {
        return KI_STEP_MORE;
    }
    xml = xml ? xml : begin(parser);
    if (!xml) {
        return ki_parser_bad(parser, "no memory to read XML");
    }
    if (xml->is_suspended) {
        return conclude(xml, XML_ResumeParser(xml->expat));
    }
    if (nbytes == 0 && !is_last) {
        return KI_STEP_MORE;
    }
    size_t piece = nbytes < PIECE_NBYTES ? nbytes : PIECE_NBYTES;
    *consumed = piece;
    xml->given += piece;
    xml->is_ended = piece == 0;
    return conclude(xml, XML_Parse(xml->expat, data, (int)piece, xml->is_ended));
}

const struct ki_list_format ki_list_ncmec_xml = {
    .name = "ncmec-xml",
    .replaces_entry = true,
    .step = step,
    .end = end,
};
