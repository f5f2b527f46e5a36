/* SPDX-License-Identifier: Apache-2.0 */
/* Lines of a stream, in bounded memory. */
#ifndef KI_TOOLS_LINE_READER_H
#define KI_TOOLS_LINE_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum { LINE_NBYTES = 1024 };

/* Set in; zero the rest. */
struct line_reader {
    FILE *in;
    uint64_t number; /* of the line in text, from 1 */
    size_t length;
    char text[LINE_NBYTES]; /* no terminator; blanks at its ends are cut off */
};

/* Reads the next line; of a line that is longer than text, the rest is dropped. False
 * at the end, or if reading failed (ferror). */
bool line_reader_next(struct line_reader *reader);

#endif
