/* SPDX-License-Identifier: Apache-2.0 */
#include "list/formats/detect.h"

#include <string.h>

#include "base/diag.h"
#include "base/hex.h"
#include "list/formats/csv_fields.h"
#include "list/formats/digest_line.h"
#include "list/formats/ndjson.h"
#include "list/formats/signal.h"
#include "list/formats/time_text.h"

/* What a line says about the format of its file. */
enum shape {
    SHAPE_OTHER,      /* nothing */
    SHAPE_PDQ,        /* hash=<64 hex>… */
    SHAPE_PDQ_COMMAS, /* <64 hex>,<0…100>,<name>: PDQ if all lines agree */
    SHAPE_SIGNAL,     /* <known signal type> <something> */
    SHAPE_DIGEST,     /* 32 or 40 hex digits alone or with a name; BSD's MD5 and SHA1 */
    SHAPE_SHA256,     /* BSD's SHA256 (name) = … */
    SHAPE_64,         /* 64 hex digits: PDQ or SHA-256 */
    SHAPE_BASE64,     /* 44 characters of base64: likewise */
    SHAPE_EXCHANGE,   /* <hex>,<number>,…,<time>,<labels> */
    SHAPE_FRAME,      /* <number>,<0…100>,<64 hex>,<number> */
    NSHAPES
};

struct census {
    size_t nlines;
    size_t counts[NSHAPES];
};

static bool is_base64_of_32(struct ki_span text)
{
    uint8_t bytes[32];
    return text.nbytes == 44 &&
           ki_base64_decode(text.data, text.nbytes, bytes, sizeof bytes);
}

/* Not BSD's "MD5 (name) = …". */
static bool is_signal(struct ki_span line)
{
    enum ki_kind kind = KI_KIND_PDQ;
    if (ki_digest_line_split(line).tag.nbytes > 0) {
        return false;
    }
    struct ki_span name = ki_span_cut_blank(&line);
    return line.nbytes > 0 && ki_signal_find(name, &kind) != KI_SIGNAL_UNKNOWN;
}

/* Four or five fields, the last but one a time. */
static bool is_exchange(struct ki_span line)
{
    struct ki_csv_field fields[6];
    size_t n = 0;
    while (n < 6 && ki_csv_next(&line, ',', &fields[n]) == KI_CSV_FIELD) {
        n++;
    }
    return (n == 4 || n == 5) && fields[0].text.nbytes >= 32 &&
           ki_span_nhex(fields[0].text) == fields[0].text.nbytes &&
           fields[1].text.nbytes > 3 && ki_span_is_number(fields[1].text) &&
           ki_time_read(fields[n - 2].text) > 0;
}

static bool is_frame(struct ki_span line)
{
    struct ki_span frame = ki_span_cut(&line, ',');
    struct ki_span quality = ki_span_cut(&line, ',');
    struct ki_span hash = ki_span_cut(&line, ',');
    return frame.nbytes > 0 && frame.nbytes < 12 && ki_span_is_number(frame) &&
           ki_span_is_percent(quality) && hash.nbytes == KI_PDQ_NHEX &&
           ki_span_nhex(hash) == KI_PDQ_NHEX && line.nbytes > 0 &&
           ki_span_is_number(line);
}

static enum shape shape_of_commas(struct ki_span line)
{
    if (is_exchange(line)) {
        return SHAPE_EXCHANGE;
    }
    if (is_frame(line)) {
        return SHAPE_FRAME;
    }
    struct ki_span rest = line;
    struct ki_span hash = ki_span_trim(ki_span_cut(&rest, ','));
    bool is_named = ki_span_starts(hash, "hash=");
    if (is_named) {
        hash = ki_span_from(hash, 5);
    }
    if (is_base64_of_32(hash)) {
        return is_named ? SHAPE_PDQ : SHAPE_BASE64;
    }
    if (hash.nbytes != KI_PDQ_NHEX || ki_span_nhex(hash) != KI_PDQ_NHEX) {
        return SHAPE_OTHER;
    }
    if (is_named) {
        return SHAPE_PDQ;
    }
    struct ki_span quality = ki_span_trim(ki_span_cut(&rest, ','));
    return ki_span_is_percent(quality) && rest.nbytes > 0 ? SHAPE_PDQ_COMMAS : SHAPE_64;
}

static enum shape shape_of_digest(struct ki_span text)
{
    struct ki_digest_line line = ki_digest_line_split(text);
    size_t nhex = ki_span_nhex(line.hash);
    if (nhex != line.hash.nbytes) {
        return SHAPE_OTHER;
    }
    if (ki_span_equals_nocase(line.tag, "SHA256") ||
        ki_span_equals_nocase(line.tag, "SHA2-256")) {
        return nhex == 64 ? SHAPE_SHA256 : SHAPE_OTHER;
    }
    bool is_tagged = line.tag.nbytes > 0;
    if ((nhex == 32 && (!is_tagged || ki_span_equals_nocase(line.tag, "MD5"))) ||
        (nhex == 40 && (!is_tagged || ki_span_equals_nocase(line.tag, "SHA1")))) {
        return SHAPE_DIGEST;
    }
    return nhex == 64 && !is_tagged ? SHAPE_64 : SHAPE_OTHER;
}

static enum shape shape_of(struct ki_span line)
{
    if (memchr(line.data, '\0', line.nbytes)) {
        return SHAPE_OTHER;
    }
    if (is_signal(line)) {
        return SHAPE_SIGNAL;
    }
    enum shape shape = shape_of_commas(line);
    return shape == SHAPE_OTHER ? shape_of_digest(line) : shape;
}

/* The next line that is neither blank nor a comment; a last line that the sample cuts
 * is left out. False at the end. */
static bool next_line(struct ki_span *rest, bool is_whole, struct ki_span *line)
{
    while (rest->nbytes > 0) {
        *line = ki_span_cut(rest, '\n');
        if (!rest->data && !is_whole) {
            return false;
        }
        if (line->nbytes > 0 && line->data[line->nbytes - 1] == '\r') {
            line->nbytes--;
        }
        *line = ki_span_trim(*line);
        if (line->nbytes > 0 && line->data[0] != '#') {
            return true;
        }
    }
    return false;
}

static struct census take_census(struct ki_span text, bool is_whole)
{
    struct census census = {0};
    struct ki_span line;
    while (census.nlines < KI_DETECT_NLINES && next_line(&text, is_whole, &line)) {
        census.counts[shape_of(line)]++;
        census.nlines++;
    }
    return census;
}

static bool is_digest(struct ki_span text)
{
    return text.nbytes >= 32 && ki_span_nhex(text) == text.nbytes;
}

/* True if the first line names columns that the csv format can use. */
static bool is_csv_header(struct ki_span line)
{
    struct ki_list_columns columns;
    ki_columns_clear(&columns);
    char delimiter = ki_csv_delimiter(line);
    struct ki_csv_field field;
    while (ki_csv_next(&line, delimiter, &field) == KI_CSV_FIELD) {
        if (is_digest(field.text)) {
            return false; /* "pdq", a tab and a hash is no header */
        }
        ki_columns_add(&columns, field.text);
    }
    /* A column "hash" of unknown kind: the csv parser asks for the kind. */
    return ki_columns_have_kinds(&columns) || ki_columns_have_pair(&columns, 0);
}

static const struct ki_list_format *format_of_first_line(struct ki_span text,
                                                         bool is_whole)
{
    struct ki_span line;
    if (!next_line(&text, is_whole, &line)) {
        return NULL;
    }
    if (ki_span_starts(line, "%%%% HASHDEEP-")) {
        return &ki_list_hashdeep;
    }
    const struct ki_list_format *table = ki_foreign_table(line);
    if (table) {
        return table;
    }
    return is_csv_header(line) ? &ki_list_csv : NULL;
}

/* Enough of the lines: more than those of other formats, and not a stray one. */
static bool is_carried(const struct census *census, size_t count, size_t others)
{
    return count > others && count * 4 >= census->nlines;
}

static const struct ki_list_format *format_of_census(const struct census *census,
                                                     int kind)
{
    const size_t *counts = census->counts;
    size_t pdq = counts[SHAPE_PDQ];
    size_t commas = counts[SHAPE_PDQ_COMMAS];
    size_t signal = counts[SHAPE_SIGNAL];
    size_t digest = counts[SHAPE_DIGEST] + counts[SHAPE_SHA256];
    size_t unsure = counts[SHAPE_64] + counts[SHAPE_BASE64];
    if (is_carried(census, signal, pdq + commas + digest + unsure)) {
        return &ki_list_signal_text;
    }
    size_t most = census->nlines / 2;
    if (counts[SHAPE_EXCHANGE] > most) {
        return &ki_list_threatexchange_csv;
    }
    if (counts[SHAPE_FRAME] > most) {
        return &ki_list_vpdq_text;
    }
    if (kind >= 0) {
        return kind == KI_KIND_PDQ ? &ki_list_pdq_text : &ki_list_hash_text;
    }
    if (is_carried(census, pdq, signal + digest) && pdq > 0) {
        return &ki_list_pdq_text;
    }
    if (unsure == 0 && commas * 2 > census->nlines && signal + digest == 0) {
        return &ki_list_pdq_text;
    }
    if ((unsure == 0 || counts[SHAPE_SHA256] > 0) && pdq + commas == 0 &&
        is_carried(census, digest, signal)) {
        return &ki_list_hash_text;
    }
    return NULL;
}

static enum ki_status fail(const struct census *census, struct ki_span text,
                           struct ki_diag *diag)
{
    if (census->counts[SHAPE_64] > 0 || census->counts[SHAPE_PDQ_COMMAS] > 0) {
        return ki_diag_set(diag, KI_ERR_FORMAT,
                           "lines with 64 hex digits may be PDQ hashes or SHA-256 "
                           "digests: state --format pdq-text or --kind pdq, or "
                           "--format hash-text or --kind sha256");
    }
    if (census->counts[SHAPE_BASE64] > 0) {
        return ki_diag_set(
            diag, KI_ERR_FORMAT,
            "lines with 44 characters of base64 may be PDQ hashes or "
            "SHA-256 digests: state --format arachnid-base64 or "
            "pdq-text if they are PDQ; SHA-256 in base64 is not read by this "
            "version");
    }
    if (text.nbytes > 0 && memchr(text.data, '\0', text.nbytes)) {
        return ki_diag_set(diag, KI_ERR_FORMAT,
                           "the file looks like binary data, which this version does "
                           "not read");
    }
    if (census->counts[SHAPE_OTHER] < census->nlines) {
        return ki_diag_set(diag, KI_ERR_FORMAT,
                           "the file mixes lines of several formats, or most are of "
                           "none: state one with --format");
    }
    return ki_diag_set(diag, KI_ERR_FORMAT,
                       "the first lines are in no format that this version reads");
}

static enum ki_status detect_text(struct ki_span text, bool is_whole, int kind,
                                  struct ki_detected *out, struct ki_diag *diag)
{
    struct census census = take_census(text, is_whole);
    if (census.nlines == 0 && is_whole) {
        *out = (struct ki_detected){&ki_list_pdq_text, .is_nothing = true};
        return KI_OK;
    }
    const struct ki_list_format *format = format_of_first_line(text, is_whole);
    if (!format) { /* without a line only a stated kind helps */
        format = format_of_census(&census, kind);
    }
    if (!format) {
        return fail(&census, text, diag);
    }
    *out = (struct ki_detected){
        .format = format,
        .is_64_sha256 = kind >= 0 || census.counts[SHAPE_SHA256] > 0,
    };
    return KI_OK;
}

enum ki_status ki_list_detect(const char *data, size_t nbytes, bool is_whole, int kind,
                              struct ki_detected *out, struct ki_diag *diag)
{
    struct ki_span text = {data, nbytes};
    if (ki_span_starts(text, "\xef\xbb\xbf")) {
        text = ki_span_from(text, 3);
    }
    if (ki_ndjson_is(text, is_whole)) {
        *out = (struct ki_detected){.format = &ki_list_ndjson};
        return KI_OK;
    }
    const char *seen = NULL;
    const struct ki_list_format *foreign =
        ki_foreign_format(text.data, text.nbytes, &seen);
    if (foreign) {
        *out = (struct ki_detected){.format = foreign};
        return KI_OK;
    }
    if (seen) {
        return ki_diag_set(diag, KI_ERR_FORMAT,
                           "the file looks like %s, which this version does not read",
                           seen);
    }
    return detect_text(text, is_whole, kind, out, diag);
}
