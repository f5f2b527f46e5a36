/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers of command lines, read strictly: digits only, no sign, no blanks, nothing
 * after them, no overflow. On false *out is untouched. */
#ifndef KI_TOOLS_NUMBER_H
#define KI_TOOLS_NUMBER_H

#include <stdbool.h>
#include <stdint.h>

bool number_read(const char *text, uint64_t *out);

/* A number of bytes: digits, then nothing, B, or K, M, G, T (powers of 1024), these
 * also as KiB, MiB, …; letters in either case. */
bool number_read_size(const char *text, uint64_t *out);

/* Seconds with up to six decimals ("3", "0.25"), in microseconds. */
bool number_read_seconds(const char *text, uint64_t *out_us);

#endif
