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

void written_end(struct written *written, const char *expected)
{
    cr_assert_eq(fclose(written->out), 0);
    cr_assert_eq(memory_nbytes, strlen(memory));
    cr_assert_str_eq(memory, expected);
    free(memory);
}
