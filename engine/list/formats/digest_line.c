/* SPDX-License-Identifier: Apache-2.0 */
#include "list/formats/digest_line.h"

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* The name of a digest, not a digest: `<hash>  (a)=b` is a GNU line. */
static bool is_tag(struct ki_span text)
{
    enum { MOST_NBYTES = 31 }; /* the shortest digest, MD5's, has 32 digits */
    return text.nbytes > 0 && text.nbytes <= MOST_NBYTES &&
           ki_span_find(text, ' ') == text.nbytes &&
           ki_span_find(text, '\t') == text.nbytes;
}

/* Splits `TAG (name) = hash`. The name may hold anything, the hash no '='. */
static bool split_bsd(struct ki_span text, struct ki_digest_line *out)
{
    size_t equals = text.nbytes;
    while (equals > 0 && text.data[equals - 1] != '=') {
        equals--;
    }
    if (equals == 0) {
        return false;
    }
    struct ki_span before = ki_span_trim((struct ki_span){text.data, equals - 1});
    size_t bracket = ki_span_find(before, '(');
    if (bracket == before.nbytes || before.data[before.nbytes - 1] != ')') {
        return false;
    }
    out->tag = ki_span_trim((struct ki_span){before.data, bracket});
    out->name =
        (struct ki_span){before.data + bracket + 1, before.nbytes - bracket - 2};
    out->hash = ki_span_trim(ki_span_from(text, equals));
    return is_tag(out->tag);
}

static void split_gnu(struct ki_span text, struct ki_digest_line *out)
{
    size_t end = 0;
    while (end < text.nbytes && !is_blank(text.data[end])) {
        end++;
    }
    out->hash = (struct ki_span){text.data, end};
    out->tag = (struct ki_span){0};
    out->name = (struct ki_span){0};
    if (ki_span_trim(ki_span_from(text, end)).nbytes == 0) {
        return;
    }
    char second = text.data[end + 1];
    out->name = ki_span_from(text, end + (second == ' ' || second == '*' ? 2 : 1));
}

struct ki_digest_line ki_digest_line_split(struct ki_span text)
{
    while (text.nbytes > 0 && is_blank(text.data[0])) {
        text = ki_span_from(text, 1);
    }
    struct ki_digest_line line = {.is_escaped = ki_span_starts(text, "\\")};
    if (line.is_escaped) {
        text = ki_span_from(text, 1);
    }
    if (!split_bsd(text, &line)) {
        split_gnu(text, &line);
    }
    return line;
}
