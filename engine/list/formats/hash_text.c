/* SPDX-License-Identifier: Apache-2.0 */
/* The output of md5sum, sha1sum and sha256sum, GNU or BSD, and bare digests. */
#include "list/formats/digest_line.h"
#include "list/formats/format.h"

/* Undoes md5sum's escapes. A name with a line end in it keeps them, since entry ids
 * stay on one line. False if there is an escape that md5sum does not make. */
static bool unescape(struct ki_span *name, char out[KI_ENTRY_ID_NBYTES + 1])
{
    size_t done = 0;
    bool has_line_end = false;
    for (size_t i = 0; i < name->nbytes; i++) {
        char c = name->data[i];
        if (c == '\\') {
            i++;
            c = i < name->nbytes ? name->data[i] : '\0';
            if (c != '\\' && c != 'n' && c != 'r') {
                return false;
            }
            has_line_end = has_line_end || c != '\\';
        }
        if (done <= KI_ENTRY_ID_NBYTES) {
            out[done++] = c;
        }
    }
    if (!has_line_end) {
        *name = (struct ki_span){out, done};
    }
    return true;
}

static bool set_name(struct ki_list_record *record, const struct ki_digest_line *line)
{
    struct ki_span name = line->name;
    char plain[KI_ENTRY_ID_NBYTES + 1];
    if (line->is_escaped && !unescape(&name, plain)) {
        return ki_record_refuse(record, "file name has an unknown escape");
    }
    return ki_record_set_id(record, name);
}

/* -1 if no digest has that many hex digits. */
static int kind_of_length(size_t nhex)
{
    for (int kind = KI_KIND_MD5; kind < KI_NKINDS; kind++) {
        if (nhex == 2 * ki_kind_nbytes((enum ki_kind)kind)) {
            return kind;
        }
    }
    return -1;
}

static int kind_of_tag(struct ki_span tag)
{
    static const struct {
        const char *tag;
        enum ki_kind kind;
    } tags[] = {
        {"MD5", KI_KIND_MD5},
        {"SHA1", KI_KIND_SHA1},
        {"SHA256", KI_KIND_SHA256},
        {"SHA2-256", KI_KIND_SHA256},
    };
    for (size_t i = 0; i < sizeof tags / sizeof *tags; i++) {
        if (ki_span_equals_nocase(tag, tags[i].tag)) {
            return (int)tags[i].kind;
        }
    }
    return -1;
}

static bool add_tagged(struct ki_list_parser *parser, const struct ki_digest_line *line)
{
    int kind = kind_of_tag(line->tag);
    if (kind < 0) {
        return ki_record_refuse(&parser->record, "digest is not MD5, SHA1 or SHA256");
    }
    if (parser->kind >= 0 && kind != parser->kind) {
        return ki_record_refuse(&parser->record,
                                "digest is not of the kind asked for, %s",
                                ki_kind_text((enum ki_kind)parser->kind));
    }
    return ki_record_add_hash(&parser->record, (enum ki_kind)kind, line->hash);
}

static bool add_untagged(struct ki_list_parser *parser,
                         const struct ki_digest_line *line)
{
    int kind = parser->kind >= 0 ? parser->kind : kind_of_length(line->hash.nbytes);
    size_t nhex = ki_span_nhex(line->hash);
    if (nhex < line->hash.nbytes || nhex == 0) {
        return ki_record_refuse(&parser->record,
                                "hash has a character that is not a hex digit");
    }
    if (kind < 0) {
        return ki_record_refuse(&parser->record,
                                "hash has %zu hex digits, expected 32, 40 or 64", nhex);
    }
    if (kind == KI_KIND_SHA256 && !parser->is_64_sha256) {
        return ki_record_refuse(&parser->record,
                                "64 hex digits may be SHA-256 or PDQ; the format must "
                                "be stated");
    }
    return ki_record_add_hash(&parser->record, (enum ki_kind)kind, line->hash);
}

static enum ki_step parse(struct ki_list_parser *parser, struct ki_span text)
{
    if (ki_span_starts(text, "#")) {
        return KI_STEP_SKIP;
    }
    struct ki_digest_line line = ki_digest_line_split(text);
    bool is_good =
        line.tag.nbytes > 0 ? add_tagged(parser, &line) : add_untagged(parser, &line);
    is_good = is_good && set_name(&parser->record, &line);
    return is_good ? KI_STEP_RECORD : KI_STEP_REJECT;
}

const struct ki_list_format ki_list_hash_text = {
    .name = "hash-text",
    .frame = ki_frame_line,
    .parse = parse,
};
