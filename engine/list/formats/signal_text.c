/* SPDX-License-Identifier: Apache-2.0 */
/* python-threatexchange's local files: `<signal type> <signal>` a line. The entry id is
 * the line number, since the format has no other. */
#include "list/formats/format.h"
#include "list/formats/signal.h"

static bool read_signal(struct ki_list_record *record, struct ki_span text)
{
    text = ki_span_trim(text);
    struct ki_span name = ki_span_cut_blank(&text);
    if (!text.data) {
        return ki_record_refuse(record, "line has no space after the signal type");
    }
    enum ki_kind kind = KI_KIND_PDQ;
    switch (ki_signal_find(name, &kind)) {
    case KI_SIGNAL_USABLE:
        return ki_record_add_hash(record, kind, text);
    case KI_SIGNAL_UNSUPPORTED:
        return ki_record_refuse(record, "signal type not supported");
    case KI_SIGNAL_UNKNOWN:
    default:
        return ki_record_refuse(record, "signal type not known");
    }
}

static enum ki_step parse(struct ki_list_parser *parser, struct ki_span text)
{
    if (ki_span_starts(text, "#")) {
        return KI_STEP_SKIP;
    }
    return read_signal(&parser->record, text) ? KI_STEP_RECORD : KI_STEP_REJECT;
}

const struct ki_list_format ki_list_signal_text = {
    .name = "signal-text",
    .frame = ki_frame_line,
    .parse = parse,
};
