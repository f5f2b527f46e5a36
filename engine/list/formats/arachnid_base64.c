/* SPDX-License-Identifier: Apache-2.0 */
/* PDQ hashes as Project Arachnid's Shield writes them: 44 characters of base64 a line,
 * with any text after a comma. An entry's id is its hash. */
#include "list/formats/foreign.h"

static enum ki_step parse(struct ki_list_parser *parser, struct ki_span text)
{
    enum { NBASE64 = 44 };
    struct ki_list_record *record = &parser->record;
    if (ki_span_starts(text, "#")) {
        return KI_STEP_SKIP;
    }
    struct ki_span hash = ki_span_trim(ki_span_cut(&text, ','));
    if (hash.nbytes != NBASE64) {
        (void)ki_record_refuse(record, "hash has %zu characters, expected 44 of base64",
                               hash.nbytes);
        return KI_STEP_REJECT;
    }
    bool is_good =
        ki_record_add_hash(record, KI_KIND_PDQ, hash) && ki_record_id_from_hash(record);
    return is_good ? KI_STEP_RECORD : KI_STEP_REJECT;
}

const struct ki_list_format ki_list_arachnid_base64 = {
    .name = "arachnid-base64",
    .frame = ki_frame_line,
    .parse = parse,
};
