/* SPDX-License-Identifier: Apache-2.0 */
/* Frames of one video, as vPDQ writes them: `frame,quality,<64 hex>,timestamp`. They
 * are checked, but none is added: a frame alone says little, since all videos share
 * black ones, and this version does not look up videos. */
#include "list/formats/format.h"

static enum ki_step parse(struct ki_list_parser *parser, struct ki_span text)
{
    struct ki_list_record *record = &parser->record;
    char reason[KI_REASON_NBYTES];
    struct ki_hash hash;
    struct ki_span frame = ki_span_trim(ki_span_cut(&text, ','));
    struct ki_span quality = ki_span_trim(ki_span_cut(&text, ','));
    struct ki_span digits = ki_span_trim(ki_span_cut(&text, ','));
    text = ki_span_trim(text);
    if (frame.nbytes == 0 || !ki_span_is_number(frame) || text.nbytes == 0 ||
        !ki_span_is_number(text)) {
        (void)ki_record_refuse(record, "line is not frame,quality,hash,timestamp");
    } else if (!ki_span_is_percent(quality)) {
        (void)ki_record_refuse(record, "quality is not from 0 to 100");
    } else if (!ki_hash_read(KI_KIND_PDQ, digits, &hash, reason)) {
        (void)ki_record_refuse(record, "%s", reason);
    } else {
        (void)ki_record_refuse(record, "frame of a video, which this version does not "
                                       "look up");
    }
    return KI_STEP_REJECT;
}

const struct ki_list_format ki_list_vpdq_text = {
    .name = "vpdq-text",
    .frame = ki_frame_line,
    .parse = parse,
};
