/* SPDX-License-Identifier: Apache-2.0 */
#include "base/hex.h"

void ki_hex_encode(const uint8_t *bytes, size_t nbytes, char *out)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < nbytes; i++) {
        out[2 * i] = digits[bytes[i] >> 4];
        out[2 * i + 1] = digits[bytes[i] & 15];
    }
    out[2 * nbytes] = '\0';
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    if (c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }
    if (c >= 'A' && c <= 'F') {
        return c - 'A' + 10;
    }
    return -1;
}

bool ki_is_hex(const char *text, size_t ntext)
{
    for (size_t i = 0; i < ntext; i++) {
        if (hex_value(text[i]) < 0) {
            return false;
        }
    }
    return true;
}

bool ki_hex_decode(const char *text, size_t ntext, uint8_t *out, size_t nbytes)
{
    if (ntext != 2 * nbytes) {
        return false;
    }
    for (size_t i = 0; i < nbytes; i++) {
        int high = hex_value(text[2 * i]);
        int low = hex_value(text[2 * i + 1]);
        if (high < 0 || low < 0) {
            return false;
        }
        out[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

static int base64_value(char c)
{
    if (c >= 'A' && c <= 'Z') {
        return c - 'A';
    }
    if (c >= 'a' && c <= 'z') {
        return c - 'a' + 26;
    }
    if (c >= '0' && c <= '9') {
        return c - '0' + 52;
    }
    if (c == '+') {
        return 62;
    }
    return c == '/' ? 63 : -1;
}

static int base32_value(char c)
{
    if (c >= 'A' && c <= 'Z') {
        return c - 'A';
    }
    if (c >= 'a' && c <= 'z') {
        return c - 'a';
    }
    return c >= '2' && c <= '7' ? c - '2' + 26 : -1;
}

/* Reads as many digits of digit_nbits bits as nbytes bytes need. */
static bool decode_digits(const char *text, int (*value_of)(char c),
                          unsigned digit_nbits, uint8_t *out, size_t nbytes)
{
    size_t ndigits = (nbytes * 8 + digit_nbits - 1) / digit_nbits;
    uint32_t bits = 0;
    unsigned nbits = 0;
    size_t done = 0;
    for (size_t i = 0; i < ndigits; i++) {
        int value = value_of(text[i]);
        if (value < 0) {
            return false;
        }
        bits = bits << digit_nbits | (uint32_t)value;
        nbits += digit_nbits;
        if (nbits >= 8) {
            nbits -= 8;
            out[done++] = (uint8_t)(bits >> nbits);
            bits &= (1u << nbits) - 1u;
        }
    }
    return bits == 0;
}

bool ki_base32_decode(const char *text, size_t ntext, uint8_t *out, size_t nbytes)
{
    return ntext == (nbytes * 8 + 4) / 5 &&
           decode_digits(text, base32_value, 5, out, nbytes);
}

bool ki_base64_decode(const char *text, size_t ntext, uint8_t *out, size_t nbytes)
{
    if (ntext % 4 != 0 || ntext / 4 != (nbytes + 2) / 3) {
        return false;
    }
    for (size_t i = (nbytes * 8 + 5) / 6; i < ntext; i++) {
        if (text[i] != '=') {
            return false;
        }
    }
    return decode_digits(text, base64_value, 6, out, nbytes);
}

void ki_base64_encode(const uint8_t *bytes, size_t nbytes, char *out)
{
    static const char digits[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < nbytes; i += 3) {
        size_t n = nbytes - i < 3 ? nbytes - i : 3;
        uint32_t bits = (uint32_t)bytes[i] << 16;
        bits |= n > 1 ? (uint32_t)bytes[i + 1] << 8 : 0;
        bits |= n > 2 ? bytes[i + 2] : 0;
        *out++ = digits[bits >> 18];
        *out++ = digits[bits >> 12 & 63];
        *out++ = n > 1 ? digits[bits >> 6 & 63] : '=';
        *out++ = n > 2 ? digits[bits & 63] : '=';
    }
    *out = '\0';
}
