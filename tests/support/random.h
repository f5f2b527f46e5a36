/* SPDX-License-Identifier: Apache-2.0 */
/* Random numbers for tests: SplitMix64 (Steele, Lea, Flood 2014). The seed is printed
 * and can be given in KNOWNIMAGE_TEST_SEED. */
#ifndef KI_TESTS_SUPPORT_RANDOM_H
#define KI_TESTS_SUPPORT_RANDOM_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

struct random_state {
    uint64_t state;
};

static inline uint64_t random_next(struct random_state *random)
{
    uint64_t z = (random->state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

static inline uint32_t random_below(struct random_state *random, uint32_t limit)
{
    return (uint32_t)((random_next(random) >> 32) * limit >> 32);
}

static inline struct random_state random_begin(uint64_t seed)
{
    const char *given = getenv("KNOWNIMAGE_TEST_SEED");
    struct random_state random = {given ? strtoull(given, NULL, 0) : seed};
    printf("seed %llu\n", (unsigned long long)random.state);
    return random;
}

#endif
