/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hash sets of EnCase up to version 6:
 *
 *   0     48 41 53 48 0d 0a ff 00
 *   16    u32 how many hashes
 *   1032  the set's name in UTF-16
 *   1152  hashes: 16 bytes of MD5 and two more each
 *
 * An entry's id is its MD5. There are no lines; positions are bytes.
 */
#include <string.h>

#include "base/hex.h"
#include "list/formats/foreign.h"

enum { HEADER_NBYTES = 1152, RECORD_NBYTES = 18, MD5_NBYTES = 16, COUNT_AT = 16 };

static const char magic[8] = {'H', 'A', 'S', 'H', '\r', '\n', '\xff', '\0'};

static enum ki_step read_header(struct ki_list_parser *parser, const char *data,
                                size_t nbytes, bool is_last, size_t *consumed)
{
    if (nbytes < HEADER_NBYTES && !is_last) {
        return KI_STEP_MORE;
    }
    if (nbytes < HEADER_NBYTES || memcmp(data, magic, sizeof magic) != 0) {
        return ki_parser_bad(parser, "file does not begin with the header of an EnCase "
                                     "hash set");
    }
    const uint8_t *at = (const uint8_t *)data + COUNT_AT;
    parser->facts.count = (int64_t)((uint32_t)at[0] | (uint32_t)at[1] << 8 |
                                    (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24);
    parser->has_header = true;
    *consumed = HEADER_NBYTES;
    return KI_STEP_SKIP;
}

static enum ki_step finish(struct ki_list_parser *parser)
{
    bool is_told = parser->facts.is_finished;
    parser->facts.is_finished = true;
    if (is_told || !parser->has_header ||
        (uint64_t)parser->facts.count == parser->facts.nrecords) {
        return KI_STEP_MORE;
    }
    (void)ki_record_refuse(&parser->record,
                           "partial: the header counts other than the file holds");
    return KI_STEP_NOTE;
}

static enum ki_step read_record(struct ki_list_parser *parser, const char *data)
{
    char hex[2 * MD5_NBYTES + 1];
    ki_hex_encode((const uint8_t *)data, MD5_NBYTES, hex);
    bool is_good = ki_record_add_hash(&parser->record, KI_KIND_MD5, ki_span_of(hex)) &&
                   ki_record_id_from_hash(&parser->record);
    return is_good ? KI_STEP_RECORD : KI_STEP_REJECT;
}

static enum ki_step step(struct ki_list_parser *parser, const char *data, size_t nbytes,
                         bool is_last, size_t *consumed)
{
    ki_record_begin(&parser->record, 0, parser->byte);
    if (nbytes == 0) {
        return is_last ? finish(parser) : KI_STEP_MORE;
    }
    if (!parser->has_header) {
        return read_header(parser, data, nbytes, is_last, consumed);
    }
    if (nbytes < RECORD_NBYTES && !is_last) {
        return KI_STEP_MORE;
    }
    *consumed = nbytes < RECORD_NBYTES ? nbytes : RECORD_NBYTES;
    if (nbytes < RECORD_NBYTES) {
        (void)ki_record_refuse(&parser->record, "file ends within a record");
        return KI_STEP_REJECT;
    }
    parser->facts.nrecords++;
    return read_record(parser, data);
}

const struct ki_list_format ki_list_encase_hash = {
    .name = "encase-hash",
    .step = step,
};
