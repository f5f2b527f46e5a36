/* SPDX-License-Identifier: Apache-2.0 */
/* The functions that OpenSSL 3.0 calls deprecated, on purpose. Its EVP_DigestInit_ex2
 * frees and allocates a context each time: of two blocks, a hash takes 240 ns with it
 * and 130 without, and the audit log is verified by little else (OpenSSL 3.0.19, EPYC
 * with SHA extensions). A build of OpenSSL that leaves these functions out is told at
 * compile time. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "bytes/sha256.h"

#include <openssl/evp.h>
#include <openssl/sha.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"

bool ki_sha256(const void *data, size_t nbytes, uint8_t out[KI_SHA256_NBYTES])
{
    return EVP_Digest(data, nbytes, out, NULL, EVP_sha256(), NULL) == 1;
}

struct ki_sha256 {
    SHA256_CTX context;
    bool is_good;
};

enum ki_status ki_sha256_create(struct ki_sha256 **out, struct ki_diag *diag)
{
    struct ki_sha256 *hasher = calloc(1, sizeof *hasher);
    if (!hasher) {
        return ki_diag_set(diag, KI_ERR_NO_MEMORY, "no memory for SHA-256");
    }
    hasher->is_good = true;
    *out = hasher;
    return KI_OK;
}

void ki_sha256_destroy(struct ki_sha256 *hasher)
{
    free(hasher);
}

void ki_sha256_begin(struct ki_sha256 *hasher)
{
    if (SHA256_Init(&hasher->context) != 1) {
        hasher->is_good = false;
    }
}

void ki_sha256_add(struct ki_sha256 *hasher, const void *data, size_t nbytes)
{
    if (SHA256_Update(&hasher->context, data, nbytes) != 1) {
        hasher->is_good = false;
    }
}

void ki_sha256_end(struct ki_sha256 *hasher, uint8_t out[KI_SHA256_NBYTES])
{
    if (SHA256_Final(out, &hasher->context) != 1) {
        hasher->is_good = false;
        memset(out, 0, KI_SHA256_NBYTES);
    }
}

bool ki_sha256_is_good(const struct ki_sha256 *hasher)
{
    return hasher->is_good;
}
