/* SPDX-License-Identifier: Apache-2.0 */
#include "prng.h"

#include <assert.h>
#include <string.h>

static uint64_t splitmix(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

static uint64_t rotate_left(uint64_t x, unsigned n)
{
    return x << n | x >> (64 - n);
}

void ki_prng_seed(struct ki_prng *prng, uint64_t seed, uint64_t stream)
{
    uint64_t mixed = splitmix(&seed) ^ rotate_left(splitmix(&stream), 32);
    for (size_t i = 0; i < 4; i++) {
        prng->state[i] = splitmix(&mixed);
    }
}

uint64_t ki_prng_derive(uint64_t seed, uint64_t stream)
{
    struct ki_prng prng;
    ki_prng_seed(&prng, seed, stream);
    return ki_prng_next(&prng) >> 11;
}

uint64_t ki_prng_next(struct ki_prng *prng)
{
    uint64_t *s = prng->state;
    uint64_t result = rotate_left(s[1] * 5, 7) * 9;
    uint64_t t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotate_left(s[3], 45);
    return result;
}

uint32_t ki_prng_below(struct ki_prng *prng, uint32_t bound)
{
    assert(bound > 0);
    return (uint32_t)((ki_prng_next(prng) >> 32) * bound >> 32);
}

int ki_prng_range(struct ki_prng *prng, int low, int high)
{
    assert(low <= high);
    return low + (int)ki_prng_below(prng, (uint32_t)(high - low) + 1);
}

void ki_prng_fill(struct ki_prng *prng, uint8_t *bytes, size_t nbytes)
{
    for (size_t i = 0; i < nbytes; i += sizeof(uint64_t)) {
        uint64_t word = ki_prng_next(prng);
        size_t n = nbytes - i < sizeof word ? nbytes - i : sizeof word;
        memcpy(bytes + i, &word, n);
    }
}
