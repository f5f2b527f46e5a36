/* SPDX-License-Identifier: Apache-2.0 */
/* UTF-8 as Unicode 15 defines it (table 3-7): no overlong forms, no surrogates, nothing
 * above U+10FFFF. File names and entry ids are bytes and need not be UTF-8. */
#ifndef KI_REPORT_UTF8_H
#define KI_REPORT_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Length of the sequence at text, 1…4, and its code point; 0 if it is not well formed
 * or does not end within nbytes ≥ 1 bytes (*code_point untouched then). */
size_t ki_utf8_next(const char *text, size_t nbytes, uint32_t *code_point);

bool ki_is_utf8(const char *text, size_t nbytes);

/* True for what could change the look of the text around it: control characters (C0,
 * DEL, C1), line and paragraph separators, and marks that change the direction. */
bool ki_is_unprintable(uint32_t code_point);

#endif
