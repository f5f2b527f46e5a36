/* SPDX-License-Identifier: Apache-2.0 */
/* Writing to a stream without looking at each call's result: a failure stays in the
 * stream (ferror), and whoever opened the stream asks once, at the end. */
#ifndef KI_REPORT_PUT_H
#define KI_REPORT_PUT_H

#include <stdio.h>

#include <knownimage/status.h>

static inline void ki_put(FILE *out, const char *text)
{
    (void)fputs(text, out);
}

static inline void ki_put_char(FILE *out, char character)
{
    (void)putc(character, out);
}

static inline void ki_put_bytes(FILE *out, const void *bytes, size_t nbytes)
{
    (void)fwrite(bytes, 1, nbytes, out);
}

void ki_putf(FILE *out, const char *format, ...) KI_PRINTF(2, 3);

/* Lower-case hex digits of nbytes bytes. */
void ki_put_hex(FILE *out, const void *bytes, size_t nbytes);

#endif
