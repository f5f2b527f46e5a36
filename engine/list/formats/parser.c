/* SPDX-License-Identifier: Apache-2.0 */
/* The steps that all formats share: byte order mark, record ends, positions. */
#include <string.h>

#include "list/formats/format.h"
#include "list/formats/json_records.h"

void ki_parser_begin(struct ki_list_parser *parser, const struct ki_list_format *format,
                     int kind)
{
    memset(parser, 0, sizeof *parser);
    parser->format = format;
    parser->kind = kind;
    parser->is_64_sha256 = true;
    parser->fd = -1;
    parser->purpose = -1;
    parser->line = 1;
    parser->facts.count = -1;
    ki_columns_clear(&parser->columns);
    ki_json_walk_begin(&parser->walk);
}

void ki_parser_end(struct ki_list_parser *parser)
{
    if (parser->format && parser->format->end && parser->state) {
        parser->format->end(parser);
    }
    parser->state = NULL;
}

enum ki_step ki_parser_bad(struct ki_list_parser *parser, const char *reason)
{
    (void)ki_record_refuse(&parser->record, "%s", reason);
    return KI_STEP_BAD;
}

struct ki_frame ki_frame_line(const struct ki_list_parser *parser, const char *data,
                              size_t nbytes, bool is_last)
{
    (void)parser;
    const size_t limit = KI_RECORD_MAX_NBYTES + 1;
    size_t nseen = nbytes < limit ? nbytes : limit;
    const char *end = memchr(data, '\n', nseen);
    if (end) {
        size_t length = (size_t)(end - data);
        return (struct ki_frame){KI_FRAME_WHOLE, length, length + 1};
    }
    if (nseen == limit) {
        return (struct ki_frame){KI_FRAME_TOO_LONG, 0, nseen};
    }
    return (struct ki_frame){is_last ? KI_FRAME_WHOLE : KI_FRAME_MORE, nbytes, nbytes};
}

static void advance(struct ki_list_parser *parser, const char *data, size_t nbytes)
{
    parser->byte += nbytes;
    const char *end = data + nbytes;
    while ((data = memchr(data, '\n', (size_t)(end - data))) != NULL) {
        parser->line++;
        data++;
    }
}

static bool starts_with_bom(const char *data, size_t nbytes)
{
    return memcmp(data, "\xef\xbb\xbf", nbytes < 3 ? nbytes : 3) == 0;
}

/* Drops the rest of a line that was refused for its length. */
static enum ki_step skip_long_line(struct ki_list_parser *parser, const char *data,
                                   size_t nbytes, size_t *consumed)
{
    const char *end = memchr(data, '\n', nbytes);
    parser->is_in_long_line = !end;
    *consumed = end ? (size_t)(end - data) + 1 : nbytes;
    advance(parser, data, *consumed);
    return KI_STEP_SKIP;
}

static enum ki_step parse_whole(struct ki_list_parser *parser, const char *data,
                                size_t nbytes)
{
    if (nbytes > 0 && data[nbytes - 1] == '\r') {
        nbytes--;
    }
    struct ki_span text = {data, nbytes};
    if (memchr(data, '\0', nbytes)) {
        (void)ki_record_refuse(&parser->record, "record has a NUL byte");
        return KI_STEP_REJECT;
    }
    if (ki_span_trim(text).nbytes == 0) {
        return KI_STEP_SKIP;
    }
    return parser->format->parse(parser, text);
}

static enum ki_step parse_frame(struct ki_list_parser *parser, const char *data,
                                const struct ki_frame *frame)
{
    ki_record_begin(&parser->record, parser->line, parser->byte);
    if (frame->state == KI_FRAME_WHOLE) {
        return parse_whole(parser, data, frame->nbytes);
    }
    if (frame->state == KI_FRAME_UNCLOSED) {
        (void)ki_record_refuse(&parser->record,
                               "quoted field is not closed within %d bytes",
                               KI_RECORD_MAX_NBYTES);
    } else {
        parser->is_in_long_line = true;
        (void)ki_record_refuse(&parser->record, "line is longer than %d bytes",
                               KI_RECORD_MAX_NBYTES);
    }
    return KI_STEP_REJECT;
}

static enum ki_step take_own_step(struct ki_list_parser *parser, const char *data,
                                  size_t nbytes, bool is_last, size_t *consumed)
{
    const struct ki_list_format *format = parser->format;
    enum ki_step step =
        format->json ? ki_json_records_step(parser, data, nbytes, is_last, consumed)
                     : format->step(parser, data, nbytes, is_last, consumed);
    if (*consumed > 0) {
        advance(parser, data, *consumed);
    }
    return step;
}

enum ki_step ki_list_parse(struct ki_list_parser *parser, const char *data,
                           size_t nbytes, bool is_last, size_t *consumed)
{
    *consumed = 0;
    const bool has_frames = parser->format->frame != NULL;
    if (nbytes == 0 && has_frames) {
        return KI_STEP_MORE;
    }
    if (parser->byte == 0 && nbytes > 0 && starts_with_bom(data, nbytes)) {
        if (nbytes < 3 && !is_last) {
            return KI_STEP_MORE;
        }
        if (nbytes >= 3) {
            *consumed = 3;
            parser->byte = 3;
            return KI_STEP_SKIP;
        }
    }
    if (!has_frames) {
        return take_own_step(parser, data, nbytes, is_last, consumed);
    }
    if (parser->is_in_long_line) {
        return skip_long_line(parser, data, nbytes, consumed);
    }
    struct ki_frame frame = parser->format->frame(parser, data, nbytes, is_last);
    if (frame.state == KI_FRAME_MORE) {
        return KI_STEP_MORE;
    }
    enum ki_step step = parse_frame(parser, data, &frame);
    advance(parser, data, frame.consumed);
    *consumed = frame.consumed;
    return step;
}
