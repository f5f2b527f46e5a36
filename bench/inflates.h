/* SPDX-License-Identifier: Apache-2.0 */
/* Inflating a PNG's pixels with nothing else, by each library there is. */
#ifndef KI_BENCH_INFLATES_H
#define KI_BENCH_INFLATES_H

#include "bench/pictures.h"
#include "bench/ways.h"

struct bench_inflates {
    uint8_t *stream; /* all IDAT chunks in one */
    size_t nstream;
    uint8_t *out;
    size_t nout;
};

/* False if the picture is none that this is for. */
bool bench_inflates_begin(struct bench_inflates *inflates,
                          const struct bench_picture *picture);

/* Adds the ways; returns how many. */
size_t bench_inflates_add(struct bench_inflates *inflates, struct bench_way *ways);
void bench_inflates_end(struct bench_inflates *inflates);

#endif
