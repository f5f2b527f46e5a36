/* SPDX-License-Identifier: Apache-2.0 */
#include "bytes/digest.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"

/* The input goes through all digests a piece at a time, so that each piece is read
 * from memory once. 32 KiB fits the first-level cache of every CPU of interest. */
enum { PIECE_NBYTES = 32 * 1024 };

struct ki_digester {
    unsigned kinds;
    EVP_MD *algorithm[KI_NKINDS];
    EVP_MD_CTX *context[KI_NKINDS];
};

static const char *const algorithm_names[KI_NKINDS] = {
    [KI_KIND_PDQ] = "PDQ",           [KI_KIND_MD5] = "MD5",
    [KI_KIND_SHA1] = "SHA1",         [KI_KIND_SHA256] = "SHA256",
    [KI_KIND_PHOTODNA] = "PhotoDNA", /* never asked for, never offered */
};

static enum ki_status digester_add(struct ki_digester *digester, enum ki_kind kind,
                                   struct ki_diag *diag)
{
    /* Fetched once: a fetch at each use would cost more than a small file. */
    digester->algorithm[kind] = EVP_MD_fetch(NULL, algorithm_names[kind], NULL);
    digester->context[kind] = EVP_MD_CTX_new();
    if (!digester->algorithm[kind]) {
        return ki_diag_set(diag, KI_ERR_UNSUPPORTED, "OpenSSL offers no %s here",
                           algorithm_names[kind]);
    }
    return digester->context[kind] ? KI_OK : KI_ERR_NO_MEMORY;
}

enum ki_status ki_digester_create(unsigned kinds, struct ki_digester **out,
                                  struct ki_diag *diag)
{
    struct ki_digester *digester = calloc(1, sizeof *digester);
    if (!digester) {
        return KI_ERR_NO_MEMORY;
    }
    digester->kinds = kinds & KI_ALL_DIGESTS;
    for (unsigned kind = 0; kind < KI_NKINDS; kind++) {
        if (digester->kinds & KI_BIT(kind)) {
            enum ki_status status = digester_add(digester, (enum ki_kind)kind, diag);
            if (status != KI_OK) {
                ki_digester_destroy(digester);
                return status;
            }
        }
    }
    *out = digester;
    return KI_OK;
}

void ki_digester_destroy(struct ki_digester *digester)
{
    if (!digester) {
        return;
    }
    for (unsigned kind = 0; kind < KI_NKINDS; kind++) {
        EVP_MD_CTX_free(digester->context[kind]);
        EVP_MD_free(digester->algorithm[kind]);
    }
    free(digester);
}

static bool digest_begin(struct ki_digester *digester)
{
    for (unsigned kind = 0; kind < KI_NKINDS; kind++) {
        if ((digester->kinds & KI_BIT(kind)) &&
            EVP_DigestInit_ex(digester->context[kind], digester->algorithm[kind],
                              NULL) != 1) {
            return false;
        }
    }
    return true;
}

static bool digest_piece(struct ki_digester *digester, const uint8_t *data,
                         size_t nbytes)
{
    for (unsigned kind = 0; kind < KI_NKINDS; kind++) {
        if ((digester->kinds & KI_BIT(kind)) &&
            EVP_DigestUpdate(digester->context[kind], data, nbytes) != 1) {
            return false;
        }
    }
    return true;
}

static bool digest_end(struct ki_digester *digester, struct ki_hash digests[KI_NKINDS])
{
    for (unsigned kind = 0; kind < KI_NKINDS; kind++) {
        if (!(digester->kinds & KI_BIT(kind))) {
            continue;
        }
        uint8_t value[EVP_MAX_MD_SIZE];
        unsigned nvalue = 0;
        if (EVP_DigestFinal_ex(digester->context[kind], value, &nvalue) != 1 ||
            nvalue != ki_kind_nbytes((enum ki_kind)kind)) {
            return false;
        }
        memset(&digests[kind], 0, sizeof digests[kind]);
        digests[kind].kind = (enum ki_kind)kind;
        memcpy(digests[kind].bytes, value, nvalue);
    }
    return true;
}

unsigned ki_digester_compute(struct ki_digester *digester, const uint8_t *data,
                             size_t nbytes, struct ki_hash digests[KI_NKINDS])
{
    if (!digest_begin(digester)) {
        return 0;
    }
    for (size_t done = 0; done < nbytes; done += PIECE_NBYTES) {
        size_t piece = nbytes - done < PIECE_NBYTES ? nbytes - done : PIECE_NBYTES;
        if (!digest_piece(digester, data + done, piece)) {
            return 0;
        }
    }
    return digest_end(digester, digests) ? digester->kinds : 0;
}
