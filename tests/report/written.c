/* SPDX-License-Identifier: Apache-2.0 */
#include "report/written.h"

#include <criterion/criterion.h>

#include <stdlib.h>
#include <string.h>

/* open_memstream keeps the address of text and nbytes, so they cannot move. */
static char *memory;
static size_t memory_nbytes;

struct written written_begin(void)
{
    struct written written = {.out = open_memstream(&memory, &memory_nbytes)};
    cr_assert(written.out);
    return written;
}

bool written_is(struct written *written, const char *expected)
{
    bool is_same = fclose(written->out) == 0 && memory_nbytes == strlen(expected) &&
                   memcmp(memory, expected, memory_nbytes) == 0;
    if (!is_same) {
        (void)fprintf(stderr, "written:  %s\nexpected: %s\n", memory, expected);
    }
    free(memory);
    return is_same;
}
