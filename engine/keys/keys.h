/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keys and signatures in the format of minisign: Ed25519 over the BLAKE2b-512 of the
 * content (prehashed, "ED"), and a global signature over that signature and the trusted
 * comment. The legacy form "Ed", over the content itself, is refused: it cannot be
 * checked in bounded memory.
 *
 *     public key   untrusted comment: …\n  base64("Ed" id[8] key[32])\n
 *     signature    untrusted comment: …\n  base64("ED" id[8] signature[64])\n
 *                  trusted comment: …\n    base64(global signature[64])\n
 *     secret key   untrusted comment: …\n  base64("Ed" kdf[2] "B2" salt[32] ops[8]
 *                  memory[8] id[8] key[64] checksum[32])\n
 *
 * Lines may end in CR LF; nothing may follow the last. Texts are borrowed for the call;
 * nothing here allocates but what is created. Threads: no shared state, any thread.
 */
#ifndef KI_KEYS_KEYS_H
#define KI_KEYS_KEYS_H

#include <stddef.h>
#include <stdint.h>

#include <knownimage/status.h>

enum {
    KI_KEY_ID_NBYTES = 8,
    KI_KEY_ID_NHEX = 16,
    KI_KEY_PUBLIC_NBYTES = 32,
    KI_KEY_SECRET_NBYTES = 64,
    KI_SIGNATURE_NBYTES = 64,
    KI_PREHASH_NBYTES = 64,
    KI_TRUSTED_COMMENT_NBYTES = 1024, /* with the terminator */
    KI_KEY_FILE_LIMIT_NBYTES = 4096,  /* no public key or signature is longer */
    KI_SIGNATURE_TEXT_NBYTES = 2048,  /* room for any signature written here */
};

struct ki_public_key {
    uint8_t id[KI_KEY_ID_NBYTES];
    uint8_t key[KI_KEY_PUBLIC_NBYTES];
};

/* To be wiped by ki_secret_key_wipe. */
struct ki_secret_key {
    uint8_t id[KI_KEY_ID_NBYTES];
    uint8_t key[KI_KEY_SECRET_NBYTES];
};

struct ki_signature {
    uint8_t key_id[KI_KEY_ID_NBYTES];
    uint8_t content[KI_SIGNATURE_NBYTES];
    uint8_t global[KI_SIGNATURE_NBYTES];
    /* Without control characters but tabs. To be believed only once verified. */
    char trusted_comment[KI_TRUSTED_COMMENT_NBYTES];
};

/* The id as minisign shows it: upper-case digits, last byte first. */
void ki_key_id_text(const uint8_t id[KI_KEY_ID_NBYTES], char out[KI_KEY_ID_NHEX + 1]);

/* Reads a public key file, or its second line alone. name stands in messages.
 * KI_ERR_FORMAT with the line and what is wrong with it. */
enum ki_status ki_public_key_parse(const char *name, const char *text, size_t nbytes,
                                   struct ki_public_key *key, struct ki_diag *diag);
enum ki_status ki_public_key_read(const char *path, struct ki_public_key *key,
                                  struct ki_diag *diag);

/* Reads a signature file; verifies nothing. KI_ERR_FORMAT; KI_ERR_UNSUPPORTED if it is
 * a legacy signature. */
enum ki_status ki_signature_parse(const char *name, const char *text, size_t nbytes,
                                  struct ki_signature *signature, struct ki_diag *diag);
enum ki_status ki_signature_read(const char *path, struct ki_signature *signature,
                                 struct ki_diag *diag);

/* BLAKE2b-512 of what a descriptor gives from where it stands to its end, 64 KiB at a
 * time; or of bytes. */
enum ki_status ki_prehash_fd(int fd, const char *name, uint8_t out[KI_PREHASH_NBYTES],
                             struct ki_diag *diag);
enum ki_status ki_prehash_bytes(const void *data, size_t nbytes,
                                uint8_t out[KI_PREHASH_NBYTES], struct ki_diag *diag);

/* The same of pieces one after the other, for who copies them meanwhile. Not to be used
 * after its end. */
struct ki_prehash;
enum ki_status ki_prehash_create(struct ki_prehash **out, struct ki_diag *diag);
void ki_prehash_add(struct ki_prehash *prehash, const void *data, size_t nbytes);
void ki_prehash_end(struct ki_prehash *prehash, uint8_t out[KI_PREHASH_NBYTES]);
void ki_prehash_destroy(struct ki_prehash *prehash); /* NULL is allowed */

/* KI_OK only if the signature is of this key, over this content, and its trusted
 * comment is the one that was signed; then, and only then, the comment may be believed.
 * KI_ERR_DAMAGED otherwise. */
enum ki_status ki_signature_verify(const char *name,
                                   const struct ki_signature *signature,
                                   const struct ki_public_key *key,
                                   const uint8_t prehash[KI_PREHASH_NBYTES],
                                   struct ki_diag *diag);

/* Makes a pair of files that must not exist (KI_ERR_EXISTS): the secret one with mode
 * 0600 and not encrypted, so that a program can sign while nobody is there; both are
 * durable on KI_OK. After a failure neither is left; a kill in between may leave the
 * secret one alone. */
enum ki_status ki_key_create(const char *secret_path, const char *public_path,
                             struct ki_public_key *key, struct ki_diag *diag);

/* KI_ERR_FORMAT; KI_ERR_UNSUPPORTED if it is encrypted; KI_ERR_DAMAGED if its checksum
 * is wrong. */
enum ki_status ki_secret_key_read(const char *path, struct ki_secret_key *key,
                                  struct ki_diag *diag);
void ki_secret_key_wipe(struct ki_secret_key *key);

/* Writes the signature file of a content into out, terminated; *length without the
 * terminator. KI_ERR_ARGUMENT if the comment is too long or has control characters. */
enum ki_status ki_signature_make(const struct ki_secret_key *key,
                                 const uint8_t prehash[KI_PREHASH_NBYTES],
                                 const char *trusted_comment,
                                 char out[KI_SIGNATURE_TEXT_NBYTES], size_t *length,
                                 struct ki_diag *diag);

#endif
