/* SPDX-License-Identifier: Apache-2.0 */
/* BLAKE2b-512 of a content, which is what is signed. */
#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/diag.h"
#include "keys/keys.h"

enum { CHUNK_NBYTES = 65536 };

struct ki_prehash {
    crypto_generichash_state state;
};

static enum ki_status start(crypto_generichash_state *state, struct ki_diag *diag)
{
    if (sodium_init() < 0 ||
        crypto_generichash_init(state, NULL, 0, KI_PREHASH_NBYTES) != 0) {
        return ki_diag_set(diag, KI_ERR_UNSUPPORTED, "libsodium does not start");
    }
    return KI_OK;
}

enum ki_status ki_prehash_create(struct ki_prehash **out, struct ki_diag *diag)
{
    /* libsodium asks for more alignment than malloc gives. */
    struct ki_prehash *prehash =
        aligned_alloc(_Alignof(struct ki_prehash), sizeof *prehash);
    if (!prehash) {
        return ki_diag_set(diag, KI_ERR_NO_MEMORY, "no memory to check a signature");
    }
    enum ki_status status = start(&prehash->state, diag);
    if (status != KI_OK) {
        free(prehash);
        return status;
    }
    *out = prehash;
    return KI_OK;
}

void ki_prehash_add(struct ki_prehash *prehash, const void *data, size_t nbytes)
{
    (void)crypto_generichash_update(&prehash->state, data, nbytes);
}

void ki_prehash_end(struct ki_prehash *prehash, uint8_t out[KI_PREHASH_NBYTES])
{
    (void)crypto_generichash_final(&prehash->state, out, KI_PREHASH_NBYTES);
}

void ki_prehash_destroy(struct ki_prehash *prehash)
{
    free(prehash);
}

enum ki_status ki_prehash_fd(int fd, const char *name, uint8_t out[KI_PREHASH_NBYTES],
                             struct ki_diag *diag)
{
    crypto_generichash_state state;
    enum ki_status status = start(&state, diag);
    if (status != KI_OK) {
        return status;
    }
    uint8_t chunk[CHUNK_NBYTES];
    for (;;) {
        ssize_t got = read(fd, chunk, sizeof chunk);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return ki_diag_errno(diag, errno, "cannot read %s", name);
        }
        if (got == 0) {
            break;
        }
        (void)crypto_generichash_update(&state, chunk, (size_t)got);
    }
    (void)crypto_generichash_final(&state, out, KI_PREHASH_NBYTES);
    return KI_OK;
}

enum ki_status ki_prehash_bytes(const void *data, size_t nbytes,
                                uint8_t out[KI_PREHASH_NBYTES], struct ki_diag *diag)
{
    crypto_generichash_state state;
    enum ki_status status = start(&state, diag);
    if (status == KI_OK) {
        (void)crypto_generichash_update(&state, data, nbytes);
        (void)crypto_generichash_final(&state, out, KI_PREHASH_NBYTES);
    }
    return status;
}
