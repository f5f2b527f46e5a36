/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A checkpoint of any bytes: never one of a key that signed nothing. As a text that the
 * log's key did sign, it is refused, or says a size and root that written out again are
 * what its first lines say.
 */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz/fuzz.h"
#include "report/audit_files.h"

static const char origin[] = "knownimage/audit/0123456789abcdef";

static void require(bool is_true)
{
    if (!is_true) {
        abort();
    }
}

static void make_key(struct ki_secret_key *key, struct ki_public_key *public_key)
{
    static const uint8_t seed[crypto_sign_SEEDBYTES] = {1};
    *key = (struct ki_secret_key){.id = {1}};
    *public_key = (struct ki_public_key){.id = {1}};
    require(sodium_init() >= 0);
    require(crypto_sign_seed_keypair(public_key->key, key->key, seed) == 0);
}

static void check_unsigned(const struct ki_public_key *key, const uint8_t *data,
                           size_t nbytes)
{
    uint64_t size;
    uint8_t root[KI_SHA256_NBYTES];
    struct ki_diag diag = {0};
    enum ki_status status = ki_audit_checkpoint_parse(key, origin, (const char *)data,
                                                      nbytes, &size, root, &diag);
    require(status == KI_ERR_FORMAT || status == KI_ERR_DAMAGED);
    require(diag.message[0] != '\0');
}

static void check_signed(const struct ki_secret_key *key,
                         const struct ki_public_key *public_key, const char *text)
{
    char note[KI_NOTE_NBYTES];
    char again[KI_NOTE_NBYTES];
    uint64_t size;
    uint8_t root[KI_SHA256_NBYTES];
    if (ki_note_sign(key, origin, text, note, NULL) != KI_OK) {
        return; /* too long */
    }
    enum ki_status status = ki_audit_checkpoint_parse(public_key, origin, note,
                                                      strlen(note), &size, root, NULL);
    if (status == KI_OK) {
        ki_audit_checkpoint_text(origin, size, root, again);
        require(strncmp(text, again, strlen(again)) == 0);
    }
    /* One byte of the text changed: never good. */
    note[0] ^= 1;
    require(ki_audit_checkpoint_parse(public_key, origin, note, strlen(note), &size,
                                      root, NULL) != KI_OK);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes)
{
    struct ki_secret_key key;
    struct ki_public_key public_key;
    char text[KI_NOTE_NBYTES] = "";
    make_key(&key, &public_key);
    check_unsigned(&public_key, data, nbytes);
    size_t length = strnlen((const char *)data, nbytes);
    if (nbytes > 0 && length + sizeof origin + 1 < sizeof text) {
        (void)snprintf(text, sizeof text, "%.*s\n", (int)length, (const char *)data);
        check_signed(&key, &public_key, text);
        (void)snprintf(text, sizeof text, "%s\n%.*s\n", origin, (int)length,
                       (const char *)data);
        check_signed(&key, &public_key, text);
    }
    return 0;
}
