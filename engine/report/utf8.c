/* SPDX-License-Identifier: Apache-2.0 */
#include "report/utf8.h"

/* The smallest code point that needs n bytes; a smaller one is an overlong form. */
static const uint32_t first_of_length[5] = {0, 0, 0x80, 0x800, 0x10000};

static size_t length_from_lead(uint8_t lead)
{
    if (lead < 0x80) {
        return 1;
    }
    if (lead < 0xc2) {
        return 0;
    }
    if (lead < 0xe0) {
        return 2;
    }
    if (lead < 0xf0) {
        return 3;
    }
    return lead < 0xf5 ? 4 : 0;
}

size_t ki_utf8_next(const char *text, size_t nbytes, uint32_t *code_point)
{
    uint8_t lead = (uint8_t)text[0];
    size_t length = length_from_lead(lead);
    if (length == 0 || length > nbytes) {
        return 0;
    }
    uint32_t value = length == 1 ? lead : lead & (0x7fu >> length);
    for (size_t i = 1; i < length; i++) {
        uint8_t byte = (uint8_t)text[i];
        if ((byte & 0xc0) != 0x80) {
            return 0;
        }
        value = value << 6 | (byte & 0x3f);
    }
    bool is_surrogate = value >= 0xd800 && value <= 0xdfff;
    if (value < first_of_length[length] || value > 0x10ffff || is_surrogate) {
        return 0;
    }
    *code_point = value;
    return length;
}

bool ki_is_utf8(const char *text, size_t nbytes)
{
    uint32_t code_point;
    size_t done = 0;
    while (done < nbytes) {
        size_t length = ki_utf8_next(text + done, nbytes - done, &code_point);
        if (length == 0) {
            return false;
        }
        done += length;
    }
    return true;
}

bool ki_is_unprintable(uint32_t code_point)
{
    return code_point < 0x20 || (code_point >= 0x7f && code_point < 0xa0) ||
           code_point == 0x61c ||                            /* Arabic letter mark */
           code_point == 0x200e || code_point == 0x200f ||   /* direction marks */
           (code_point >= 0x2028 && code_point <= 0x202e) || /* separators, embedding */
           (code_point >= 0x2066 && code_point <= 0x2069);   /* isolates */
}
