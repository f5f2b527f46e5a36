/* SPDX-License-Identifier: Apache-2.0 */
/* A signature file of any bytes: refused with a message, or with a comment that is
 * terminated and plain; and never good for a key that signed nothing. */
#include <stdlib.h>
#include <string.h>

#include "fuzz/fuzz.h"
#include "keys/keys.h"
#include "keys/lines.h"

static void require(bool is_true)
{
    if (!is_true) {
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes)
{
    static const uint8_t prehash[KI_PREHASH_NBYTES];
    /* The y coordinate of the base point: a valid point whose secret nobody uses. */
    struct ki_public_key key = {0};
    memset(key.key, 0x66, sizeof key.key);
    key.key[0] = 0x58;

    struct ki_signature signature;
    struct ki_diag diag = {0};
    enum ki_status status =
        ki_signature_parse("S", (const char *)data, nbytes, &signature, &diag);
    require(status == KI_OK || status == KI_ERR_FORMAT || status == KI_ERR_UNSUPPORTED);
    require((status == KI_OK) == (diag.message[0] == '\0'));
    if (status != KI_OK) {
        return 0;
    }
    const char *comment = signature.trusted_comment;
    require(memchr(comment, '\0', KI_TRUSTED_COMMENT_NBYTES) != NULL);
    require(ki_key_comment_is_plain(comment, strlen(comment)));
    memcpy(key.id, signature.key_id, sizeof key.id);
    require(ki_signature_verify("S", &signature, &key, prehash, NULL) ==
            KI_ERR_DAMAGED);
    return 0;
}
