/* SPDX-License-Identifier: Apache-2.0 */
/* A piece of text inside a longer one, and what list parsers do with it. */
#ifndef KI_LIST_FORMATS_SPAN_H
#define KI_LIST_FORMATS_SPAN_H

#include <stdbool.h>
#include <stddef.h>

/* nbytes bytes at data, borrowed, without a terminator. */
struct ki_span {
    const char *data;
    size_t nbytes;
};

struct ki_span ki_span_of(const char *text);

/* Bytes from first (at most span.nbytes) up to the end. */
struct ki_span ki_span_from(struct ki_span span, size_t first);

/* Without the blanks and tabs at both ends. */
struct ki_span ki_span_trim(struct ki_span span);

bool ki_span_starts(struct ki_span span, const char *prefix);
bool ki_span_equals(struct ki_span span, const char *text);

/* The same for ASCII letters of either case. */
bool ki_span_equals_nocase(struct ki_span span, const char *text);

/* Offset of the first c, or span.nbytes if there is none. */
size_t ki_span_find(struct ki_span span, char c);

/* Cuts the part before the first c off and returns it; *rest becomes what follows the
 * c. Without a c everything is returned, *rest becomes empty with data NULL. */
struct ki_span ki_span_cut(struct ki_span *rest, char c);

/* The same at the first blank or tab. */
struct ki_span ki_span_cut_blank(struct ki_span *rest);

/* How many hex digits the text begins with. */
size_t ki_span_nhex(struct ki_span span);

/* True if the text is a whole number from 0 to 100 of at most three digits. */
bool ki_span_is_percent(struct ki_span span);

/* True if the text is digits and at most a sign and a point: a number, of any size. */
bool ki_span_is_number(struct ki_span span);

/* True if a byte is below 0x20 or 0x7f. */
bool ki_span_has_control(struct ki_span span);

#endif
