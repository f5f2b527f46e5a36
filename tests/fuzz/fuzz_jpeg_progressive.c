/* SPDX-License-Identifier: Apache-2.0 */
/* Where the short way through a progressive JPEG comes to an end, libjpeg has the same
 * luma and no objection. The last byte, which may stand after the EOI, is the scale. */
#include <stdlib.h>

#include "decode/luma.h"
#include "fuzz/decode_checked.h"
#include "fuzz/fuzz.h"

enum { MOST_PIXELS = 1 << 17 };

static void compare_ways(const uint8_t *data, size_t nbytes)
{
    struct ki_jpeg_facts facts;
    unsigned block = 1u << data[nbytes - 1] % 4;
    if (!luma_facts(data, nbytes, block, &facts) ||
        (uint64_t)facts.width * facts.height > MOST_PIXELS) {
        return;
    }
    struct luma own = {0};
    struct luma plain = {0};
    if (luma_short(data, nbytes, &facts, NULL, NULL, &own) == KI_JPEG_DONE &&
        (!luma_plain(data, nbytes, block, &plain) || !luma_equal(&own, &plain))) {
        abort();
    }
    luma_free(&own);
    luma_free(&plain);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes)
{
    decode_checked(KI_FORMAT_JPEG, data, nbytes);
    if (nbytes > 0) {
        compare_ways(data, nbytes);
    }
    return 0;
}
