/* SPDX-License-Identifier: Apache-2.0 */
/* Decodes anything under small limits and aborts where a decoder breaks a promise. */
#ifndef KI_TESTS_FUZZ_DECODE_CHECKED_H
#define KI_TESTS_FUZZ_DECODE_CHECKED_H

#include "decode/decoder.h"

void decode_checked(enum ki_format format, const uint8_t *data, size_t nbytes);

#endif
