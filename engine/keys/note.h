/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signed notes of C2SP (https://c2sp.org/signed-note): a text, an empty line, and
 *
 *     — name base64(key hash[4] Ed25519(text)[64])
 *
 * One file holds both, and the tools and witnesses of transparency logs read it; a
 * detached minisign signature would do neither. The key is the same Ed25519 key: what
 * minisign signs is a 64-byte hash, or begins with a signature, so that no note is one.
 */
#ifndef KI_KEYS_NOTE_H
#define KI_KEYS_NOTE_H

#include <stddef.h>

#include "keys/keys.h"

enum { KI_NOTE_NAME_NBYTES = 128, KI_NOTE_NBYTES = 4096 };

/* key hash[4]: SHA-256(name, newline, 1, public key), the hint at the key. */
void ki_note_key_hash(const char *name, const uint8_t key[KI_KEY_PUBLIC_NBYTES],
                      uint8_t out[4]);

/* Writes text, which ends in a newline, and its signature, terminated. KI_ERR_LIMIT if
 * they do not fit. */
enum ki_status ki_note_sign(const struct ki_secret_key *key, const char *name,
                            const char *text, char out[KI_NOTE_NBYTES],
                            struct ki_diag *diag);

/* *ntext: the length of the text within the note, its last newline included. Signatures
 * by others may stand beside. KI_ERR_FORMAT: this is no note; KI_ERR_DAMAGED: none of
 * its signatures is of that name and key, or it does not fit. */
enum ki_status ki_note_verify(const struct ki_public_key *key, const char *name,
                              const char *note, size_t nbytes, size_t *ntext,
                              struct ki_diag *diag);

#endif
