/* SPDX-License-Identifier: Apache-2.0 */
/* MD5, SHA-1 and SHA-256 of one input in one pass, through OpenSSL. */
#ifndef KI_BYTES_DIGEST_H
#define KI_BYTES_DIGEST_H

#include <stddef.h>
#include <stdint.h>

#include <knownimage/hash.h>

/* The contexts, kept from input to input. One thread at a time. */
struct ki_digester;

/* Errors: KI_ERR_NO_MEMORY, KI_ERR_UNSUPPORTED (OpenSSL refuses a digest, as in FIPS
 * mode; the message names it). */
enum ki_status ki_digester_create(unsigned kinds, struct ki_digester **out,
                                  struct ki_diag *diag);
void ki_digester_destroy(struct ki_digester *digester);

/* Fills digests[kind] for every kind of the digester and returns their mask; 0 if
 * OpenSSL failed. digests is indexed by enum ki_kind. */
unsigned ki_digester_compute(struct ki_digester *digester, const uint8_t *data,
                             size_t nbytes, struct ki_hash digests[KI_NKINDS]);

#endif
