/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random numbers that are the same everywhere: xoshiro256** seeded by SplitMix64. C
 * does not order the arguments of a call or the parts of an initialiser, so draw no
 * more than one number in each, or two compilers make two different corpora.
 */
#ifndef KI_CORPUS_PRNG_H
#define KI_CORPUS_PRNG_H

#include <stddef.h>
#include <stdint.h>

struct ki_prng {
    uint64_t state[4];
};

/* Streams of one seed are independent of each other, so that a new picture or option
 * does not change the ones made before it. */
void ki_prng_seed(struct ki_prng *prng, uint64_t seed, uint64_t stream);

/* A seed for something of its own, under 2^53 so that JSON readers keep it whole. */
uint64_t ki_prng_derive(uint64_t seed, uint64_t stream);

uint64_t ki_prng_next(struct ki_prng *prng);

/* 0 … bound − 1; bound at least 1. */
uint32_t ki_prng_below(struct ki_prng *prng, uint32_t bound);

/* low … high, both included; low ≤ high. */
int ki_prng_range(struct ki_prng *prng, int low, int high);

void ki_prng_fill(struct ki_prng *prng, uint8_t *bytes, size_t nbytes);

#endif
