/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What PDQ hashers print, one hash a line:
 *
 *   hash=<64 hex>,norm=128,delta=0,quality=100,filename=a,b.jpg
 *   <64 hex>,100,a,b.jpg
 *   <64 hex>            or 44 characters of base64, with any text after a comma
 */
#include "list/formats/format.h"

/* The file name among the metadata; empty if it holds none. */
static struct ki_span find_name(struct ki_span metadata)
{
    struct ki_span rest = metadata;
    struct ki_span first = ki_span_cut(&rest, ',');
    if (ki_span_is_number(ki_span_trim(first))) {
        return rest;
    }
    static const char key[] = "filename=";
    for (rest = metadata; rest.nbytes > 0; (void)ki_span_cut(&rest, ',')) {
        if (ki_span_starts(rest, key)) {
            return ki_span_from(rest, sizeof key - 1);
        }
    }
    return rest;
}

static void check_quality(struct ki_list_record *record, struct ki_span metadata)
{
    struct ki_span first = ki_span_trim(ki_span_cut(&metadata, ','));
    if (ki_span_is_number(first) && !ki_span_is_percent(first)) {
        (void)ki_record_refuse(record, "quality is not from 0 to 100");
    }
}

static enum ki_step parse(struct ki_list_parser *parser, struct ki_span text)
{
    if (ki_span_starts(text, "#")) {
        return KI_STEP_SKIP;
    }
    struct ki_span metadata = text;
    struct ki_span hash = ki_span_trim(ki_span_cut(&metadata, ','));
    if (ki_span_starts(hash, "hash=")) {
        hash = ki_span_from(hash, 5);
    }
    bool is_good = ki_record_add_hash(&parser->record, KI_KIND_PDQ, hash) &&
                   ki_record_set_id(&parser->record, find_name(metadata));
    if (is_good) {
        check_quality(&parser->record, metadata); /* a warning */
    }
    return is_good ? KI_STEP_RECORD : KI_STEP_REJECT;
}

const struct ki_list_format ki_list_pdq_text = {
    .name = "pdq-text",
    .frame = ki_frame_line,
    .parse = parse,
};
