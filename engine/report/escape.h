/* SPDX-License-Identifier: Apache-2.0 */
/* Text for people to read, from bytes that a stranger chose. */
#ifndef KI_REPORT_ESCAPE_H
#define KI_REPORT_ESCAPE_H

#include <stdio.h>

enum ki_escape {
    KI_ESCAPE_TEXT, /* spaces stay */
    KI_ESCAPE_WORD  /* spaces become \x20: the result is one word */
};

/* Writes text so that it stays on its line, cannot steer a terminal and can be told
 * from any other text: control characters and bytes that are not UTF-8 as \xHH, \n, \r,
 * \t, marks that change the direction as \uHHHH, a backslash as \\. */
void ki_escape(FILE *out, const char *text, enum ki_escape how);

#endif
