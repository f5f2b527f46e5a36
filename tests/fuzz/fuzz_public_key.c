/* SPDX-License-Identifier: Apache-2.0 */
/* A public key file of any bytes: a key, or KI_ERR_FORMAT with a message. */
#include <stdlib.h>

#include "fuzz/fuzz.h"
#include "keys/keys.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes)
{
    struct ki_public_key key;
    struct ki_diag diag = {0};
    enum ki_status status =
        ki_public_key_parse("K", (const char *)data, nbytes, &key, &diag);
    if (status != KI_OK && (status != KI_ERR_FORMAT || diag.message[0] == '\0')) {
        abort();
    }
    return 0;
}
