/* SPDX-License-Identifier: Apache-2.0 */
/* What a report writes, in memory; one at a time. */
#ifndef KI_TEST_WRITTEN_H
#define KI_TEST_WRITTEN_H

#include <stdio.h>

struct written {
    FILE *out;
};

struct written written_begin(void);

/* Ends the writing, compares with what was expected, and frees. */
void written_end(struct written *written, const char *expected);

#endif
