/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "keys/keys.h"
#include "keys/lines.h"

enum { PUBLIC_NBYTES = 2 + KI_KEY_ID_NBYTES + KI_KEY_PUBLIC_NBYTES };

void ki_key_id_text(const uint8_t id[KI_KEY_ID_NBYTES], char out[KI_KEY_ID_NHEX + 1])
{
    static const char digits[] = "0123456789ABCDEF";
    for (size_t i = 0; i < KI_KEY_ID_NBYTES; i++) {
        uint8_t byte = id[KI_KEY_ID_NBYTES - 1 - i];
        out[2 * i] = digits[byte >> 4];
        out[2 * i + 1] = digits[byte & 15];
    }
    out[KI_KEY_ID_NHEX] = '\0';
}

enum ki_status ki_public_key_parse(const char *name, const char *text, size_t nbytes,
                                   struct ki_public_key *key, struct ki_diag *diag)
{
    struct ki_key_lines lines = {.name = name, .text = text, .nbytes = nbytes};
    uint8_t bytes[PUBLIC_NBYTES];
    enum ki_status status = KI_OK;
    size_t nprefix = strlen(KI_UNTRUSTED_PREFIX);
    if (nbytes >= nprefix && memcmp(text, KI_UNTRUSTED_PREFIX, nprefix) == 0) {
        const char *comment;
        size_t length;
        status =
            ki_key_lines_comment(&lines, KI_UNTRUSTED_PREFIX, &comment, &length, diag);
    }
    if (status == KI_OK) {
        status = ki_key_lines_base64(&lines, bytes, sizeof bytes, diag);
    }
    if (status == KI_OK && memcmp(bytes, "Ed", 2) != 0) {
        status = ki_key_lines_bad(&lines, "not an Ed25519 public key", diag);
    }
    if (status == KI_OK) {
        status = ki_key_lines_end(&lines, diag);
    }
    if (status == KI_OK) {
        memcpy(key->id, bytes + 2, KI_KEY_ID_NBYTES);
        memcpy(key->key, bytes + 2 + KI_KEY_ID_NBYTES, KI_KEY_PUBLIC_NBYTES);
    }
    return status;
}

enum ki_status ki_public_key_read(const char *path, struct ki_public_key *key,
                                  struct ki_diag *diag)
{
    char *text;
    size_t nbytes;
    enum ki_status status =
        ki_file_read(path, KI_KEY_FILE_LIMIT_NBYTES, &text, &nbytes, diag);
    if (status == KI_OK) {
        status = ki_public_key_parse(path, text, nbytes, key, diag);
        free(text);
    }
    return status;
}
