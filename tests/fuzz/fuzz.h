/* SPDX-License-Identifier: Apache-2.0 */
/* The entry point of every fuzz target, for libFuzzer and for the replay. */
#ifndef KI_TESTS_FUZZ_FUZZ_H
#define KI_TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>

/* Returns 0. A broken promise aborts. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes);

#endif
