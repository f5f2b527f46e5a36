/* SPDX-License-Identifier: Apache-2.0 */
/* PDQ as its description reads, step by step. */
#ifndef KI_BENCH_NAIVE_H
#define KI_BENCH_NAIVE_H

#include <stdbool.h>
#include <stdint.h>

#include <knownimage/hash.h>

/* A grey picture with sides of at least 5, rows without padding. False if memory ran
 * out. */
bool naive_pdq(const uint8_t *pixels, uint32_t width, uint32_t height,
               struct ki_pdq *out);

#endif
