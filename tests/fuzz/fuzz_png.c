/* SPDX-License-Identifier: Apache-2.0 */
#include "fuzz/decode_checked.h"
#include "fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes)
{
    decode_checked(KI_FORMAT_PNG, data, nbytes);
    return 0;
}
