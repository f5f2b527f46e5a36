/* SPDX-License-Identifier: Apache-2.0 */
/* Detection ends with a format or a reason, whatever the bytes. */
#include <stdlib.h>

#include "fuzz/fuzz.h"
#include "list/detect.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes)
{
    struct ki_detected detected = {0};
    struct ki_diag diag = {0};
    if (nbytes == 0) {
        return 0;
    }
    enum ki_status status =
        ki_list_detect((const char *)data + 1, nbytes - 1, data[0] & 1,
                       data[0] / 2 % 5 - 1, &detected, &diag);
    bool is_told = status == KI_OK ? detected.format != NULL : diag.message[0] != '\0';
    if (!is_told) {
        abort();
    }
    return 0;
}
