/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KI_BENCH_ROBUSTNESS_SVG_H
#define KI_BENCH_ROBUSTNESS_SVG_H

#include <jansson.h>
#include <stdio.h>

/* Results of knownimage-bench robustness: above, what is found of each alteration;
 * below, how many pairs of strangers there are at each distance. */
void robustness_write_svg(FILE *out, const json_t *results);

#endif
