/* SPDX-License-Identifier: Apache-2.0 */
#include "report/put.h"

#include <stdarg.h>
#include <stdint.h>

void ki_putf(FILE *out, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    (void)vfprintf(out, format, arguments);
    va_end(arguments);
}

void ki_put_hex(FILE *out, const void *bytes, size_t nbytes)
{
    static const char digits[] = "0123456789abcdef";
    const uint8_t *next = bytes;
    for (size_t i = 0; i < nbytes; i++) {
        ki_put_char(out, digits[next[i] >> 4]);
        ki_put_char(out, digits[next[i] & 15]);
    }
}
