/* SPDX-License-Identifier: Apache-2.0 */
#include <sodium.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/diag.h"
#include "base/file.h"
#include "keys/keys.h"
#include "keys/lines.h"

enum {
    ID_AT = 2 + 2 + 2 + 32 + 8 + 8,
    KEY_AT = ID_AT + KI_KEY_ID_NBYTES,
    CHECKSUM_AT = KEY_AT + KI_KEY_SECRET_NBYTES,
    CHECKSUM_NBYTES = 32,
    SECRET_NBYTES = CHECKSUM_AT + CHECKSUM_NBYTES,
    FILE_NBYTES = 512, /* more than any file made here */
    BASE64_NBYTES = 256,
};

static enum ki_status start(struct ki_diag *diag)
{
    if (sodium_init() < 0) {
        return ki_diag_set(diag, KI_ERR_UNSUPPORTED, "libsodium does not start");
    }
    return KI_OK;
}

static void encode(const uint8_t *bytes, size_t nbytes, char out[BASE64_NBYTES])
{
    (void)sodium_bin2base64(out, BASE64_NBYTES, bytes, nbytes,
                            sodium_base64_VARIANT_ORIGINAL);
}

/* BLAKE2b-256 of the algorithm, the id and the key. */
static void make_checksum(const uint8_t id[KI_KEY_ID_NBYTES],
                          const uint8_t key[KI_KEY_SECRET_NBYTES],
                          uint8_t out[CHECKSUM_NBYTES])
{
    crypto_generichash_state state;
    (void)crypto_generichash_init(&state, NULL, 0, CHECKSUM_NBYTES);
    (void)crypto_generichash_update(&state, (const uint8_t *)"Ed", 2);
    (void)crypto_generichash_update(&state, id, KI_KEY_ID_NBYTES);
    (void)crypto_generichash_update(&state, key, KI_KEY_SECRET_NBYTES);
    (void)crypto_generichash_final(&state, out, CHECKSUM_NBYTES);
    sodium_memzero(&state, sizeof state);
}

static void secret_text(const struct ki_secret_key *key, char out[FILE_NBYTES])
{
    /* No key derivation: its name, salt and costs are zero. */
    uint8_t bytes[SECRET_NBYTES] = {'E', 'd', 0, 0, 'B', '2'};
    char base64[BASE64_NBYTES];
    memcpy(bytes + ID_AT, key->id, KI_KEY_ID_NBYTES);
    memcpy(bytes + KEY_AT, key->key, KI_KEY_SECRET_NBYTES);
    make_checksum(key->id, key->key, bytes + CHECKSUM_AT);
    encode(bytes, sizeof bytes, base64);
    (void)snprintf(out, FILE_NBYTES,
                   KI_UNTRUSTED_PREFIX "knownimage secret key, not encrypted\n%s\n",
                   base64);
    sodium_memzero(bytes, sizeof bytes);
    sodium_memzero(base64, sizeof base64);
}

static void public_text(const struct ki_public_key *key, char out[FILE_NBYTES])
{
    uint8_t bytes[2 + KI_KEY_ID_NBYTES + KI_KEY_PUBLIC_NBYTES] = {'E', 'd'};
    char base64[BASE64_NBYTES];
    char id[KI_KEY_ID_NHEX + 1];
    memcpy(bytes + 2, key->id, KI_KEY_ID_NBYTES);
    memcpy(bytes + 2 + KI_KEY_ID_NBYTES, key->key, KI_KEY_PUBLIC_NBYTES);
    encode(bytes, sizeof bytes, base64);
    ki_key_id_text(key->id, id);
    (void)snprintf(out, FILE_NBYTES,
                   KI_UNTRUSTED_PREFIX "knownimage public key %s\n%s\n", id, base64);
}

static enum ki_status write_pair(const char *secret_path, const char *secret,
                                 const char *public_path, const char *public,
                                 struct ki_diag *diag)
{
    enum ki_status status =
        ki_file_create_synced(secret_path, 0600, secret, strlen(secret), diag);
    if (status != KI_OK) {
        return status;
    }
    status = ki_file_create_synced(public_path, 0644, public, strlen(public), diag);
    if (status != KI_OK) {
        (void)unlink(secret_path);
        return status;
    }
    status = ki_folder_sync_of(secret_path, diag);
    if (status == KI_OK) {
        status = ki_folder_sync_of(public_path, diag);
    }
    if (status != KI_OK) {
        (void)unlink(secret_path);
        (void)unlink(public_path);
    }
    return status;
}

enum ki_status ki_key_create(const char *secret_path, const char *public_path,
                             struct ki_public_key *key, struct ki_diag *diag)
{
    enum ki_status status = start(diag);
    if (status != KI_OK) {
        return status;
    }
    struct ki_public_key made;
    struct ki_secret_key secret;
    char secret_file[FILE_NBYTES];
    char public_file[FILE_NBYTES];
    randombytes_buf(made.id, sizeof made.id);
    memcpy(secret.id, made.id, sizeof secret.id);
    (void)crypto_sign_keypair(made.key, secret.key);
    secret_text(&secret, secret_file);
    public_text(&made, public_file);
    ki_secret_key_wipe(&secret);
    status = write_pair(secret_path, secret_file, public_path, public_file, diag);
    sodium_memzero(secret_file, sizeof secret_file);
    if (status == KI_OK) {
        *key = made;
    }
    return status;
}

/* minisign leaves the checksum of keys that are not encrypted empty; then the key's own
 * second half, which its first determines, has to do. */
static bool is_of_seed(const uint8_t key[KI_KEY_SECRET_NBYTES])
{
    uint8_t public[KI_KEY_PUBLIC_NBYTES];
    uint8_t secret[KI_KEY_SECRET_NBYTES];
    (void)crypto_sign_seed_keypair(public, secret, key);
    bool is_same = sodium_memcmp(secret, key, KI_KEY_SECRET_NBYTES) == 0;
    sodium_memzero(secret, sizeof secret);
    return is_same;
}

static enum ki_status take_secret(const struct ki_key_lines *lines,
                                  const uint8_t bytes[SECRET_NBYTES],
                                  struct ki_secret_key *key, struct ki_diag *diag)
{
    if (memcmp(bytes, "Ed", 2) != 0 || memcmp(bytes + 4, "B2", 2) != 0) {
        return ki_key_lines_bad(lines, "not an Ed25519 secret key", diag);
    }
    if (bytes[2] != 0 || bytes[3] != 0) {
        return ki_diag_set(diag, KI_ERR_UNSUPPORTED,
                           "%s is encrypted, and nobody can be asked for its password",
                           lines->name);
    }
    uint8_t checksum[CHECKSUM_NBYTES];
    make_checksum(bytes + ID_AT, bytes + KEY_AT, checksum);
    bool is_good = sodium_memcmp(checksum, bytes + CHECKSUM_AT, CHECKSUM_NBYTES) == 0 ||
                   (sodium_is_zero(bytes + CHECKSUM_AT, CHECKSUM_NBYTES) &&
                    is_of_seed(bytes + KEY_AT));
    if (!is_good) {
        return ki_diag_set(diag, KI_ERR_DAMAGED, "%s: wrong checksum", lines->name);
    }
    memcpy(key->id, bytes + ID_AT, KI_KEY_ID_NBYTES);
    memcpy(key->key, bytes + KEY_AT, KI_KEY_SECRET_NBYTES);
    return KI_OK;
}

static enum ki_status parse_secret(struct ki_key_lines *lines,
                                   struct ki_secret_key *key, struct ki_diag *diag)
{
    uint8_t bytes[SECRET_NBYTES];
    const char *comment;
    size_t length;
    enum ki_status status =
        ki_key_lines_comment(lines, KI_UNTRUSTED_PREFIX, &comment, &length, diag);
    if (status == KI_OK) {
        status = ki_key_lines_base64(lines, bytes, sizeof bytes, diag);
    }
    if (status == KI_OK) {
        status = ki_key_lines_end(lines, diag);
    }
    if (status == KI_OK) {
        status = take_secret(lines, bytes, key, diag);
    }
    sodium_memzero(bytes, sizeof bytes);
    return status;
}

enum ki_status ki_secret_key_read(const char *path, struct ki_secret_key *key,
                                  struct ki_diag *diag)
{
    char *text;
    size_t nbytes;
    enum ki_status status = start(diag);
    if (status == KI_OK) {
        status = ki_file_read(path, KI_KEY_FILE_LIMIT_NBYTES, &text, &nbytes, diag);
    }
    if (status != KI_OK) {
        return status;
    }
    struct ki_key_lines lines = {.name = path, .text = text, .nbytes = nbytes};
    status = parse_secret(&lines, key, diag);
    sodium_memzero(text, nbytes);
    free(text);
    return status;
}

void ki_secret_key_wipe(struct ki_secret_key *key)
{
    sodium_memzero(key, sizeof *key);
}

enum ki_status ki_signature_make(const struct ki_secret_key *key,
                                 const uint8_t prehash[KI_PREHASH_NBYTES],
                                 const char *trusted_comment,
                                 char out[KI_SIGNATURE_TEXT_NBYTES], size_t *length,
                                 struct ki_diag *diag)
{
    size_t ncomment = strlen(trusted_comment);
    if (ncomment >= KI_TRUSTED_COMMENT_NBYTES ||
        !ki_key_comment_is_plain(trusted_comment, ncomment)) {
        return ki_diag_set(diag, KI_ERR_ARGUMENT,
                           "trusted comment too long or with control characters");
    }
    uint8_t bytes[2 + KI_KEY_ID_NBYTES + KI_SIGNATURE_NBYTES] = {'E', 'D'};
    uint8_t signed_bytes[KI_SIGNATURE_NBYTES + KI_TRUSTED_COMMENT_NBYTES];
    uint8_t global[KI_SIGNATURE_NBYTES];
    char content_base64[BASE64_NBYTES];
    char global_base64[BASE64_NBYTES];
    memcpy(bytes + 2, key->id, KI_KEY_ID_NBYTES);
    (void)crypto_sign_detached(signed_bytes, NULL, prehash, KI_PREHASH_NBYTES,
                               key->key);
    memcpy(bytes + 2 + KI_KEY_ID_NBYTES, signed_bytes, KI_SIGNATURE_NBYTES);
    memcpy(signed_bytes + KI_SIGNATURE_NBYTES, trusted_comment, ncomment + 1);
    (void)crypto_sign_detached(global, NULL, signed_bytes,
                               KI_SIGNATURE_NBYTES + ncomment, key->key);
    encode(bytes, sizeof bytes, content_base64);
    encode(global, sizeof global, global_base64);
    int written = snprintf(out, KI_SIGNATURE_TEXT_NBYTES,
                           KI_UNTRUSTED_PREFIX
                           "signature by knownimage\n%s\n" KI_TRUSTED_PREFIX "%s\n%s\n",
                           content_base64, trusted_comment, global_base64);
    *length = (size_t)written;
    return KI_OK;
}
