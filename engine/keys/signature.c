/* SPDX-License-Identifier: Apache-2.0 */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/file.h"
#include "keys/keys.h"
#include "keys/lines.h"

enum {
    SIGNATURE_LINE_NBYTES = 2 + KI_KEY_ID_NBYTES + KI_SIGNATURE_NBYTES,
};

static enum ki_status read_content_line(struct ki_key_lines *lines,
                                        struct ki_signature *out, struct ki_diag *diag)
{
    uint8_t bytes[SIGNATURE_LINE_NBYTES];
    enum ki_status status = ki_key_lines_base64(lines, bytes, sizeof bytes, diag);
    if (status != KI_OK) {
        return status;
    }
    if (memcmp(bytes, "Ed", 2) == 0) {
        return ki_diag_set(diag, KI_ERR_UNSUPPORTED,
                           "%s: a legacy signature, over the content itself; sign "
                           "it prehashed (minisign -S -H)",
                           lines->name);
    }
    if (memcmp(bytes, "ED", 2) != 0) {
        return ki_key_lines_bad(lines, "not an Ed25519 signature", diag);
    }
    memcpy(out->key_id, bytes + 2, KI_KEY_ID_NBYTES);
    memcpy(out->content, bytes + 2 + KI_KEY_ID_NBYTES, KI_SIGNATURE_NBYTES);
    return KI_OK;
}

static enum ki_status read_trusted_comment(struct ki_key_lines *lines,
                                           struct ki_signature *out,
                                           struct ki_diag *diag)
{
    const char *comment;
    size_t length;
    enum ki_status status =
        ki_key_lines_comment(lines, KI_TRUSTED_PREFIX, &comment, &length, diag);
    if (status != KI_OK) {
        return status;
    }
    if (length >= KI_TRUSTED_COMMENT_NBYTES ||
        !ki_key_comment_is_plain(comment, length)) {
        return ki_key_lines_bad(
            lines, "trusted comment too long or with control characters", diag);
    }
    memcpy(out->trusted_comment, comment, length);
    out->trusted_comment[length] = '\0';
    return KI_OK;
}

enum ki_status ki_signature_parse(const char *name, const char *text, size_t nbytes,
                                  struct ki_signature *signature, struct ki_diag *diag)
{
    struct ki_key_lines lines = {.name = name, .text = text, .nbytes = nbytes};
    struct ki_signature read = {0};
    const char *comment;
    size_t length;
    enum ki_status status =
        ki_key_lines_comment(&lines, KI_UNTRUSTED_PREFIX, &comment, &length, diag);
    if (status == KI_OK) {
        status = read_content_line(&lines, &read, diag);
    }
    if (status == KI_OK) {
        status = read_trusted_comment(&lines, &read, diag);
    }
    if (status == KI_OK) {
        status = ki_key_lines_base64(&lines, read.global, sizeof read.global, diag);
    }
    if (status == KI_OK) {
        status = ki_key_lines_end(&lines, diag);
    }
    if (status == KI_OK) {
        *signature = read;
    }
    return status;
}

enum ki_status ki_signature_read(const char *path, struct ki_signature *signature,
                                 struct ki_diag *diag)
{
    char *text;
    size_t nbytes;
    enum ki_status status =
        ki_file_read(path, KI_KEY_FILE_LIMIT_NBYTES, &text, &nbytes, diag);
    if (status == KI_OK) {
        status = ki_signature_parse(path, text, nbytes, signature, diag);
        free(text);
    }
    return status;
}

static bool is_global_good(const struct ki_signature *signature,
                           const struct ki_public_key *key)
{
    uint8_t signed_bytes[KI_SIGNATURE_NBYTES + KI_TRUSTED_COMMENT_NBYTES];
    size_t length = strlen(signature->trusted_comment);
    memcpy(signed_bytes, signature->content, KI_SIGNATURE_NBYTES);
    memcpy(signed_bytes + KI_SIGNATURE_NBYTES, signature->trusted_comment, length);
    return crypto_sign_verify_detached(signature->global, signed_bytes,
                                       KI_SIGNATURE_NBYTES + length, key->key) == 0;
}

enum ki_status ki_signature_verify(const char *name,
                                   const struct ki_signature *signature,
                                   const struct ki_public_key *key,
                                   const uint8_t prehash[KI_PREHASH_NBYTES],
                                   struct ki_diag *diag)
{
    if (sodium_init() < 0) {
        return ki_diag_set(diag, KI_ERR_UNSUPPORTED, "libsodium does not start");
    }
    if (memcmp(signature->key_id, key->id, KI_KEY_ID_NBYTES) != 0) {
        char found[KI_KEY_ID_NHEX + 1];
        char wanted[KI_KEY_ID_NHEX + 1];
        ki_key_id_text(signature->key_id, found);
        ki_key_id_text(key->id, wanted);
        return ki_diag_set(diag, KI_ERR_DAMAGED, "%s: signed with key %s, not with %s",
                           name, found, wanted);
    }
    if (crypto_sign_verify_detached(signature->content, prehash, KI_PREHASH_NBYTES,
                                    key->key) != 0) {
        return ki_diag_set(diag, KI_ERR_DAMAGED,
                           "%s: the signature does not belong to this content", name);
    }
    if (!is_global_good(signature, key)) {
        return ki_diag_set(diag, KI_ERR_DAMAGED,
                           "%s: the trusted comment is not the one that was signed",
                           name);
    }
    return KI_OK;
}
