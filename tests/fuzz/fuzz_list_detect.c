/* SPDX-License-Identifier: Apache-2.0 */
/* Detection ends with a format or a reason, whatever the bytes; and what 64 hex digits
 * are is never guessed. */
#include <stdlib.h>
#include <string.h>

#include "fuzz/fuzz.h"
#include "list/formats/detect.h"

static void require(int is_true)
{
    if (!is_true) {
        abort();
    }
}

/* With nothing stated, the file itself must have said what it holds. */
static void expect_told(const struct ki_detected *detected, const char *text,
                        size_t nbytes)
{
    require(!detected->is_64_sha256 || memchr(text, '(', nbytes) != NULL);
    require(detected->format != &ki_list_pdq_text || detected->is_nothing ||
            memmem(text, nbytes, "hash=", 5) != NULL ||
            memchr(text, ',', nbytes) != NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes)
{
    struct ki_detected detected = {0};
    struct ki_diag diag = {0};
    if (nbytes == 0) {
        return 0;
    }
    const char *text = (const char *)data + 1;
    int kind = data[0] / 2 % 5 - 1;
    enum ki_status status =
        ki_list_detect(text, nbytes - 1, data[0] & 1, kind, &detected, &diag);
    require(status == KI_OK || status == KI_ERR_FORMAT);
    require(status == KI_OK ? detected.format != NULL : diag.message[0] != '\0');
    if (status == KI_OK && kind < 0) {
        expect_told(&detected, text, nbytes - 1);
    }
    return 0;
}
