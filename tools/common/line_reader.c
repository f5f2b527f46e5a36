/* SPDX-License-Identifier: Apache-2.0 */
#include "common/line_reader.h"

#include <string.h>

static bool is_blank(char character)
{
    return character == ' ' || character == '\t' || character == '\r';
}

static void cut_blanks(struct line_reader *reader)
{
    size_t start = 0;
    while (reader->length > 0 && is_blank(reader->text[reader->length - 1])) {
        reader->length--;
    }
    while (start < reader->length && is_blank(reader->text[start])) {
        start++;
    }
    reader->length -= start;
    memmove(reader->text, reader->text + start, reader->length);
}

bool line_reader_next(struct line_reader *reader)
{
    int character = getc(reader->in);
    if (character == EOF) {
        return false;
    }
    reader->length = 0;
    reader->number++;
    while (character != EOF && character != '\n') {
        if (reader->length < LINE_NBYTES) {
            reader->text[reader->length++] = (char)character;
        }
        character = getc(reader->in);
    }
    cut_blanks(reader);
    return !ferror(reader->in);
}
