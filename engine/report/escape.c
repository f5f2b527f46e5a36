/* SPDX-License-Identifier: Apache-2.0 */
#include "report/escape.h"

#include <stdint.h>
#include <string.h>

#include "report/put.h"
#include "report/utf8.h"

static void escape_ascii(FILE *out, char character, enum ki_escape how)
{
    static const char plain[] = "\n\r\t\\";
    static const char letters[] = "nrt\\";
    const char *found = strchr(plain, character);
    if (found) {
        ki_putf(out, "\\%c", letters[found - plain]);
    } else if (ki_is_unprintable((uint8_t)character) ||
               (character == ' ' && how == KI_ESCAPE_WORD)) {
        ki_putf(out, "\\x%02x", (unsigned)(uint8_t)character);
    } else {
        ki_put_char(out, character);
    }
}

/* Writes the character at text and returns its length. */
static size_t escape_next(FILE *out, const char *text, size_t nbytes,
                          enum ki_escape how)
{
    uint32_t code_point = 0;
    size_t length = ki_utf8_next(text, nbytes, &code_point);
    if (length == 0) {
        ki_putf(out, "\\x%02x", (unsigned)(uint8_t)text[0]);
        return 1;
    }
    if (length == 1) {
        escape_ascii(out, text[0], how);
    } else if (ki_is_unprintable(code_point)) {
        ki_putf(out, "\\u%04x", (unsigned)code_point);
    } else {
        ki_put_bytes(out, text, length);
    }
    return length;
}

void ki_escape(FILE *out, const char *text, enum ki_escape how)
{
    size_t nbytes = strlen(text);
    size_t done = 0;
    while (done < nbytes) {
        done += escape_next(out, text + done, nbytes - done, how);
    }
}
