/* SPDX-License-Identifier: Apache-2.0 */
#include "common/number.h"

#include <string.h>
#include <strings.h>

/* Reads digits at *text, at least one, and moves *text behind them. */
static bool read_digits(const char **text, uint64_t *out)
{
    const char *next = *text;
    uint64_t value = 0;
    for (; *next >= '0' && *next <= '9'; next++) {
        if (__builtin_mul_overflow(value, 10u, &value) ||
            __builtin_add_overflow(value, (uint64_t)(*next - '0'), &value)) {
            return false;
        }
    }
    if (next == *text) {
        return false;
    }
    *text = next;
    *out = value;
    return true;
}

bool number_read(const char *text, uint64_t *out)
{
    uint64_t value;
    if (!read_digits(&text, &value) || *text != '\0') {
        return false;
    }
    *out = value;
    return true;
}

/* The power of two that a unit stands for; false if there is no such unit. */
static bool read_unit(const char *text, unsigned *shift)
{
    static const char letters[] = "KMGT";
    *shift = 0;
    if (text[0] == '\0' || strcasecmp(text, "B") == 0) {
        return true;
    }
    for (unsigned i = 0; letters[i] != '\0'; i++) {
        bool is_unit = strncasecmp(text, &letters[i], 1) == 0;
        if (is_unit && (text[1] == '\0' || strcasecmp(text + 1, "iB") == 0)) {
            *shift = 10 * (i + 1);
            return true;
        }
    }
    return false;
}

bool number_read_size(const char *text, uint64_t *out)
{
    uint64_t value;
    unsigned shift;
    if (!read_digits(&text, &value) || !read_unit(text, &shift) ||
        value > UINT64_MAX >> shift) {
        return false;
    }
    *out = value << shift;
    return true;
}

/* Up to six digits after the point, as millionths. */
static bool read_decimals(const char *text, uint64_t *out_us)
{
    uint64_t us = 0;
    unsigned ndigits = 0;
    for (; *text >= '0' && *text <= '9' && ndigits < 6; text++) {
        us = us * 10 + (uint64_t)(*text - '0');
        ndigits++;
    }
    if (ndigits == 0 || *text != '\0') {
        return false;
    }
    for (; ndigits < 6; ndigits++) {
        us *= 10;
    }
    *out_us = us;
    return true;
}

bool number_read_seconds(const char *text, uint64_t *out_us)
{
    uint64_t seconds;
    uint64_t us = 0;
    if (!read_digits(&text, &seconds) || seconds > UINT32_MAX) {
        return false;
    }
    bool is_good = *text == '.' ? read_decimals(text + 1, &us) : *text == '\0';
    if (is_good) {
        *out_us = seconds * 1000000u + us;
    }
    return is_good;
}
