/* SPDX-License-Identifier: Apache-2.0 */
/* Hexadecimal, base32 and base64 (RFC 4648), strict. */
#ifndef KI_BASE_HEX_H
#define KI_BASE_HEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Writes 2·nbytes lower-case digits and a terminator. */
void ki_hex_encode(const uint8_t *bytes, size_t nbytes, char *out);

/* Reads exactly 2·nbytes digits, either case. False if one is not a digit; out is then
 * unspecified. */
bool ki_hex_decode(const char *text, size_t ntext, uint8_t *out, size_t nbytes);

/* True if all ntext characters are hex digits. */
bool ki_is_hex(const char *text, size_t ntext);

/* Reads ntext characters of base32 without padding, either case, that stand for exactly
 * nbytes bytes; the unused bits of the last character must be zero. */
bool ki_base32_decode(const char *text, size_t ntext, uint8_t *out, size_t nbytes);

/* Reads ntext characters of padded base64 that stand for exactly nbytes bytes; the
 * unused bits of the last character must be zero. */
bool ki_base64_decode(const char *text, size_t ntext, uint8_t *out, size_t nbytes);

/* With terminator. */
#define KI_BASE64_NBYTES(nbytes) (((nbytes) + 2) / 3 * 4 + 1)

/* Writes padded base64 and a terminator: KI_BASE64_NBYTES(nbytes) characters. */
void ki_base64_encode(const uint8_t *bytes, size_t nbytes, char *out);

#endif
