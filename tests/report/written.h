/* SPDX-License-Identifier: Apache-2.0 */
/* What a report writes, in memory; one at a time. */
#ifndef KI_TEST_WRITTEN_H
#define KI_TEST_WRITTEN_H

#include <stdbool.h>
#include <stdio.h>

struct written {
    FILE *out;
};

struct written written_begin(void);

/* Ends the writing and compares, frees; tells both on stderr if they differ. */
bool written_is(struct written *written, const char *expected);

#endif
