/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes have one format or none, and the first few of them say which. */
#include <stdlib.h>

#include "bytes/sniff.h"
#include "fuzz/fuzz.h"

enum { MOST_MAGIC = 12 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes)
{
    enum ki_format format = ki_sniff(data, nbytes);
    enum ki_format of_start = ki_sniff(data, nbytes < MOST_MAGIC ? nbytes : MOST_MAGIC);
    if ((unsigned)format >= KI_NFORMATS || format != of_start) {
        abort();
    }
    return 0;
}
