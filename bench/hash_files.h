/* SPDX-License-Identifier: Apache-2.0 */
/* From a file in memory to the hash. */
#ifndef KI_BENCH_HASH_FILES_H
#define KI_BENCH_HASH_FILES_H

#include <jansson.h>

#include "bench/pictures.h"

/* A JPEG against jpeg_read_coefficients, a PNG against libpng: each fidelity, more
 * hashes of the same decode, and the parts: decoding alone, inflating, digests. */
void bench_time_file(json_t *results, const struct bench_picture *picture, int nrounds);

#endif
