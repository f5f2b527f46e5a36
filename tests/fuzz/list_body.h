/* SPDX-License-Identifier: Apache-2.0 */
/* The body of the list targets: a file parsed whole and in pieces gives the same
 * records, each within its limits. The first byte says how long the pieces are and what
 * the caller stated. */
#ifndef KI_TESTS_FUZZ_LIST_BODY_H
#define KI_TESTS_FUZZ_LIST_BODY_H

#include <stddef.h>
#include <stdint.h>

int fuzz_list(const char *format, const uint8_t *data, size_t nbytes);

#endif
