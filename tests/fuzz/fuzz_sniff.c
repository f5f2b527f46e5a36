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
    for (size_t i = 0; i < nbytes && i < MOST_MAGIC; i++) {
        enum ki_format of_less = ki_sniff(data, i);
        if (of_less != format && of_less != KI_FORMAT_UNKNOWN) {
            abort();
        }
    }
    return 0;
}
