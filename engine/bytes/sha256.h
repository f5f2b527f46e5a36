/* SPDX-License-Identifier: Apache-2.0 */
/* SHA-256 of short pieces, many times, through OpenSSL. */
#ifndef KI_BYTES_SHA256_H
#define KI_BYTES_SHA256_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <knownimage/status.h>

enum { KI_SHA256_NBYTES = 32 };

/* Of one piece; false if OpenSSL has none. */
bool ki_sha256(const void *data, size_t nbytes, uint8_t out[KI_SHA256_NBYTES]);

/* The context, kept from use to use. One thread at a time. */
struct ki_sha256;

enum ki_status ki_sha256_create(struct ki_sha256 **out, struct ki_diag *diag);
void ki_sha256_destroy(struct ki_sha256 *hasher); /* NULL is allowed */

/* Of pieces one after the other. A failure of OpenSSL shows in ki_sha256_is_good. */
void ki_sha256_begin(struct ki_sha256 *hasher);
void ki_sha256_add(struct ki_sha256 *hasher, const void *data, size_t nbytes);
void ki_sha256_end(struct ki_sha256 *hasher, uint8_t out[KI_SHA256_NBYTES]);
bool ki_sha256_is_good(const struct ki_sha256 *hasher);

#endif
