/* SPDX-License-Identifier: Apache-2.0 */
/* From grey pixels to the hash: the whole of it, and its parts. */
#ifndef KI_BENCH_HASH_PIXELS_H
#define KI_BENCH_HASH_PIXELS_H

#include <jansson.h>
#include <stdint.h>

/* The filter step by step (naive), against ours with each instruction set. */
void bench_time_pixels(json_t *results, uint32_t width, uint32_t height, int nrounds);

/* What each part needs of the whole, with each instruction set. */
void bench_time_stages(json_t *results, uint32_t width, uint32_t height, int nrounds);

#endif
