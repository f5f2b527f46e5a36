/* SPDX-License-Identifier: Apache-2.0 */
/* A damaged or hostile database ends with all rows read or a reason; each row is a good
 * record or has a reason. The first byte says which format it is. */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz/fuzz.h"
#include "list/formats/format.h"

static void require(int is_true)
{
    if (!is_true) {
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes)
{
    static struct ki_list_parser parser;
    enum ki_step step = KI_STEP_SKIP;
    if (nbytes < 1) {
        return 0;
    }
    int fd = memfd_create("database", MFD_CLOEXEC);
    require(fd >= 0 && write(fd, data + 1, nbytes - 1) == (ssize_t)(nbytes - 1));
    ki_parser_begin(&parser, data[0] & 1 ? &ki_list_tsk_kdb : &ki_list_nsrl_sqlite, -1);
    parser.fd = fd;
    while (step != KI_STEP_END && step != KI_STEP_BAD) {
        size_t consumed = 0;
        step = ki_list_parse(&parser, "", 0, true, &consumed);
        require(consumed == 0);
        require(step != KI_STEP_RECORD || parser.record.nhashes > 0);
        require((step != KI_STEP_REJECT && step != KI_STEP_BAD) ||
                parser.record.reason[0] != '\0');
    }
    ki_parser_end(&parser);
    (void)close(fd);
    return 0;
}
