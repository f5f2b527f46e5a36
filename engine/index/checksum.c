/* SPDX-License-Identifier: Apache-2.0 */
/* XXH3-128 of files. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xxhash.h>

#include "base/diag.h"
#include "base/hex.h"
#include "index/segment.h"

enum { PIECE_NBYTES = 1 << 20 };

static enum ki_status hash_file(int fd, const char *path, XXH3_state_t *state,
                                uint8_t *piece, struct ki_diag *diag)
{
    off_t done = 0;
    for (;;) {
        ssize_t got = pread(fd, piece, PIECE_NBYTES, done);
        if (got == 0) {
            return KI_OK;
        }
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return ki_diag_errno(diag, errno, "cannot read %s", path);
        }
        (void)XXH3_128bits_update(state, piece, (size_t)got);
        done += got;
    }
}

enum ki_status ki_file_checksum(int fd, const char *path,
                                char out[KI_CHECKSUM_NHEX + 1], struct ki_diag *diag)
{
    XXH3_state_t *state = XXH3_createState();
    uint8_t *piece = malloc(PIECE_NBYTES);
    enum ki_status status = KI_ERR_NO_MEMORY;
    if (state && piece) {
        (void)XXH3_128bits_reset(state);
        status = hash_file(fd, path, state, piece, diag);
    } else {
        status = ki_diag_set(diag, status, "no memory to check %s", path);
    }
    if (status == KI_OK) {
        XXH128_canonical_t canonical;
        XXH128_canonicalFromHash(&canonical, XXH3_128bits_digest(state));
        ki_hex_encode(canonical.digest, sizeof canonical.digest, out);
    }
    free(piece);
    (void)XXH3_freeState(state);
    return status;
}
