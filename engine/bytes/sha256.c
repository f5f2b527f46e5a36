/* SPDX-License-Identifier: Apache-2.0 */
#include "bytes/sha256.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"

bool ki_sha256(const void *data, size_t nbytes, uint8_t out[KI_SHA256_NBYTES])
{
    return EVP_Digest(data, nbytes, out, NULL, EVP_sha256(), NULL) == 1;
}

struct ki_sha256 {
    EVP_MD *algorithm; /* fetched once: a fetch at each use costs more than a hash */
    EVP_MD_CTX *context;
    bool is_good;
};

enum ki_status ki_sha256_create(struct ki_sha256 **out, struct ki_diag *diag)
{
    struct ki_sha256 *hasher = calloc(1, sizeof *hasher);
    if (!hasher) {
        return ki_diag_set(diag, KI_ERR_NO_MEMORY, "no memory for SHA-256");
    }
    hasher->algorithm = EVP_MD_fetch(NULL, "SHA256", NULL);
    hasher->context = EVP_MD_CTX_new();
    if (!hasher->algorithm || !hasher->context) {
        ki_sha256_destroy(hasher);
        return ki_diag_set(diag, KI_ERR_UNSUPPORTED, "OpenSSL offers no SHA256 here");
    }
    hasher->is_good = true;
    *out = hasher;
    return KI_OK;
}

void ki_sha256_destroy(struct ki_sha256 *hasher)
{
    if (hasher) {
        EVP_MD_CTX_free(hasher->context);
        EVP_MD_free(hasher->algorithm);
        free(hasher);
    }
}

void ki_sha256_begin(struct ki_sha256 *hasher)
{
    if (EVP_DigestInit_ex2(hasher->context, hasher->algorithm, NULL) != 1) {
        hasher->is_good = false;
    }
}

void ki_sha256_add(struct ki_sha256 *hasher, const void *data, size_t nbytes)
{
    if (EVP_DigestUpdate(hasher->context, data, nbytes) != 1) {
        hasher->is_good = false;
    }
}

void ki_sha256_end(struct ki_sha256 *hasher, uint8_t out[KI_SHA256_NBYTES])
{
    if (EVP_DigestFinal_ex(hasher->context, out, NULL) != 1) {
        hasher->is_good = false;
        memset(out, 0, KI_SHA256_NBYTES);
    }
}

bool ki_sha256_is_good(const struct ki_sha256 *hasher)
{
    return hasher->is_good;
}
