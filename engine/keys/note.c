/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/note.h"

#include <sodium.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/diag.h"
#include "base/hex.h"

/* An em dash and a space. */
#define MARK "\xe2\x80\x94 "

enum {
    HASH_NBYTES = 4,
    LINE_NBYTES = HASH_NBYTES + KI_SIGNATURE_NBYTES,
    LINE_NTEXT = (LINE_NBYTES + 2) / 3 * 4
};

void ki_note_key_hash(const char *name, const uint8_t key[KI_KEY_PUBLIC_NBYTES],
                      uint8_t out[4])
{
    crypto_hash_sha256_state state;
    uint8_t hash[crypto_hash_sha256_BYTES];
    (void)crypto_hash_sha256_init(&state);
    (void)crypto_hash_sha256_update(&state, (const uint8_t *)name, strlen(name));
    (void)crypto_hash_sha256_update(&state, (const uint8_t *)"\n\x01", 2);
    (void)crypto_hash_sha256_update(&state, key, KI_KEY_PUBLIC_NBYTES);
    (void)crypto_hash_sha256_final(&state, hash);
    memcpy(out, hash, HASH_NBYTES);
}

enum ki_status ki_note_sign(const struct ki_secret_key *key, const char *name,
                            const char *text, char out[KI_NOTE_NBYTES],
                            struct ki_diag *diag)
{
    uint8_t bytes[LINE_NBYTES];
    char base64[LINE_NTEXT + 1];
    ki_note_key_hash(name, key->key + KI_KEY_SECRET_NBYTES - KI_KEY_PUBLIC_NBYTES,
                     bytes);
    (void)crypto_sign_detached(bytes + HASH_NBYTES, NULL, (const uint8_t *)text,
                               strlen(text), key->key);
    (void)sodium_bin2base64(base64, sizeof base64, bytes, sizeof bytes,
                            sodium_base64_VARIANT_ORIGINAL);
    int length =
        snprintf(out, KI_NOTE_NBYTES, "%s\n" MARK "%s %s\n", text, name, base64);
    if (length < 0 || length >= KI_NOTE_NBYTES) {
        return ki_diag_set(diag, KI_ERR_LIMIT, "the note is too long");
    }
    return KI_OK;
}

/* A signature line of that name and key. */
static bool take_signature(const char *line, size_t nline, const char *name,
                           const uint8_t hash[HASH_NBYTES], uint8_t out[LINE_NBYTES])
{
    size_t nmark = strlen(MARK);
    size_t nname = strlen(name);
    return nline == nmark + nname + 1 + LINE_NTEXT && memcmp(line, MARK, nmark) == 0 &&
           memcmp(line + nmark, name, nname) == 0 && line[nmark + nname] == ' ' &&
           ki_base64_decode(line + nmark + nname + 1, LINE_NTEXT, out, LINE_NBYTES) &&
           memcmp(out, hash, HASH_NBYTES) == 0;
}

/* The signatures begin after the last empty line. */
static bool split(const char *note, size_t nbytes, size_t *ntext)
{
    if (nbytes > KI_NOTE_NBYTES || nbytes == 0 || note[nbytes - 1] != '\n') {
        return false;
    }
    for (size_t i = nbytes - 1; i > 0; i--) {
        if (note[i] == '\n' && note[i - 1] == '\n') {
            *ntext = i;
            return i + 1 < nbytes;
        }
    }
    return false;
}

enum ki_status ki_note_verify(const struct ki_public_key *key, const char *name,
                              const char *note, size_t nbytes, size_t *ntext,
                              struct ki_diag *diag)
{
    uint8_t hash[HASH_NBYTES];
    uint8_t bytes[LINE_NBYTES];
    size_t nsigned;
    if (!split(note, nbytes, &nsigned)) {
        return ki_diag_set(diag, KI_ERR_FORMAT, "not a signed note");
    }
    ki_note_key_hash(name, key->key, hash);
    const char *line = note + nsigned + 1;
    while (line < note + nbytes) {
        const char *end = memchr(line, '\n', (size_t)(note + nbytes - line));
        if (take_signature(line, (size_t)(end - line), name, hash, bytes)) {
            break;
        }
        line = end + 1;
    }
    if (line == note + nbytes) {
        return ki_diag_set(diag, KI_ERR_DAMAGED,
                           "it has no signature of this log and key");
    }
    if (crypto_sign_verify_detached(bytes + HASH_NBYTES, (const uint8_t *)note, nsigned,
                                    key->key) != 0) {
        return ki_diag_set(diag, KI_ERR_DAMAGED, "its signature does not fit");
    }
    *ntext = nsigned;
    return KI_OK;
}
