/* SPDX-License-Identifier: Apache-2.0 */
/* Hexadecimal and base64, strict: a text is refused, or it is the one text of its
 * bytes but for the case of hex digits. The first byte says how many bytes are
 * expected. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/hex.h"
#include "fuzz/fuzz.h"

enum { MOST_NBYTES = 64 };

static void require(bool is_true)
{
    if (!is_true) {
        abort();
    }
}

static void try_hex(const char *text, size_t ntext, size_t nbytes)
{
    char again[2 * MOST_NBYTES + 1];
    uint8_t *out = malloc(nbytes);
    bool is_read = ki_hex_decode(text, ntext, out, nbytes);
    require(is_read == (ntext == 2 * nbytes && ki_is_hex(text, ntext)));
    if (is_read) {
        ki_hex_encode(out, nbytes, again);
        require(strlen(again) == ntext);
    }
    for (size_t i = 0; is_read && i < ntext; i++) {
        require(again[i] == tolower((unsigned char)text[i]));
    }
    free(out);
}

/* RFC 4648, section 4. */
static char digit_of(const uint8_t *bytes, size_t nbytes, size_t i)
{
    static const char digits[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    size_t bit = 6 * i;
    if (bit >= 8 * nbytes) {
        return '=';
    }
    unsigned two = (unsigned)bytes[bit / 8] << 8;
    two |= bit / 8 + 1 < nbytes ? bytes[bit / 8 + 1] : 0;
    return digits[two >> (10 - bit % 8) & 63];
}

static void try_base64(const char *text, size_t ntext, size_t nbytes)
{
    uint8_t *out = malloc(nbytes);
    if (ki_base64_decode(text, ntext, out, nbytes)) {
        require(ntext == (nbytes + 2) / 3 * 4);
        for (size_t i = 0; i < ntext; i++) {
            require(text[i] == digit_of(out, nbytes, i));
        }
    }
    free(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes)
{
    if (nbytes == 0) {
        return 0;
    }
    const char *text = (const char *)data + 1;
    size_t expected = 1 + data[0] % MOST_NBYTES;
    try_hex(text, nbytes - 1, expected);
    try_base64(text, nbytes - 1, expected);
    return 0;
}
