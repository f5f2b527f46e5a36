/* SPDX-License-Identifier: Apache-2.0 */
#include "list/formats/span.h"

#include <string.h>
#include <strings.h>

#include "base/hex.h"

struct ki_span ki_span_of(const char *text)
{
    return (struct ki_span){text, strlen(text)};
}

struct ki_span ki_span_from(struct ki_span span, size_t first)
{
    return (struct ki_span){span.data + first, span.nbytes - first};
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

struct ki_span ki_span_trim(struct ki_span span)
{
    while (span.nbytes > 0 && is_blank(span.data[span.nbytes - 1])) {
        span.nbytes--;
    }
    while (span.nbytes > 0 && is_blank(span.data[0])) {
        span = ki_span_from(span, 1);
    }
    return span;
}

bool ki_span_starts(struct ki_span span, const char *prefix)
{
    size_t nbytes = strlen(prefix);
    return span.nbytes >= nbytes && memcmp(span.data, prefix, nbytes) == 0;
}

bool ki_span_equals(struct ki_span span, const char *text)
{
    return span.nbytes == strlen(text) && ki_span_starts(span, text);
}

bool ki_span_equals_nocase(struct ki_span span, const char *text)
{
    return span.nbytes == strlen(text) &&
           (span.nbytes == 0 || strncasecmp(span.data, text, span.nbytes) == 0);
}

size_t ki_span_find(struct ki_span span, char c)
{
    const char *found = span.nbytes > 0 ? memchr(span.data, c, span.nbytes) : NULL;
    return found ? (size_t)(found - span.data) : span.nbytes;
}

static struct ki_span cut_at(struct ki_span *rest, size_t nbytes)
{
    struct ki_span head = {rest->data, nbytes};
    *rest =
        nbytes < rest->nbytes ? ki_span_from(*rest, nbytes + 1) : (struct ki_span){0};
    return head;
}

struct ki_span ki_span_cut(struct ki_span *rest, char c)
{
    return cut_at(rest, ki_span_find(*rest, c));
}

struct ki_span ki_span_cut_blank(struct ki_span *rest)
{
    size_t nbytes = 0;
    while (nbytes < rest->nbytes && !is_blank(rest->data[nbytes])) {
        nbytes++;
    }
    return cut_at(rest, nbytes);
}

size_t ki_span_nhex(struct ki_span span)
{
    size_t nhex = 0;
    while (nhex < span.nbytes && ki_is_hex(span.data + nhex, 1)) {
        nhex++;
    }
    return nhex;
}

bool ki_span_is_percent(struct ki_span span)
{
    unsigned value = 0;
    for (size_t i = 0; i < span.nbytes; i++) {
        if (i == 3 || span.data[i] < '0' || span.data[i] > '9') {
            return false;
        }
        value = value * 10 + (unsigned)(span.data[i] - '0');
    }
    return span.nbytes > 0 && value <= 100;
}

static size_t skip_digits(struct ki_span span, size_t i)
{
    while (i < span.nbytes && span.data[i] >= '0' && span.data[i] <= '9') {
        i++;
    }
    return i;
}

bool ki_span_is_number(struct ki_span span)
{
    size_t first = ki_span_starts(span, "-") || ki_span_starts(span, "+") ? 1 : 0;
    size_t end = skip_digits(span, first);
    bool has_digits = end > first;
    if (end < span.nbytes && span.data[end] == '.') {
        end = skip_digits(span, end + 1);
    }
    return has_digits && end == span.nbytes;
}

bool ki_span_has_control(struct ki_span span)
{
    for (size_t i = 0; i < span.nbytes; i++) {
        unsigned char c = (unsigned char)span.data[i];
        if (c < 0x20 || c == 0x7f) {
            return true;
        }
    }
    return false;
}
