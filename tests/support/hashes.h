/* SPDX-License-Identifier: Apache-2.0 */
/* Hashes to search in: uniform ones, and ones correlated as real PDQ hashes are. */
#ifndef KI_TESTS_SUPPORT_HASHES_H
#define KI_TESTS_SUPPORT_HASHES_H

#include <string.h>

#include <knownimage/hash.h>

#include "support/random.h"

static inline struct ki_pdq hash_uniform(struct random_state *random)
{
    struct ki_pdq pdq;
    for (size_t i = 0; i < sizeof pdq.bytes; i += 8) {
        uint64_t value = random_next(random);
        memcpy(pdq.bytes + i, &value, 8);
    }
    return pdq;
}

/* A hash of any kind; the longest repeat 32 bytes. */
static inline struct ki_hash hash_of_kind(struct random_state *random,
                                          enum ki_kind kind)
{
    struct ki_hash hash = {.kind = kind};
    struct ki_pdq pdq = hash_uniform(random);
    for (size_t i = 0; i < ki_kind_nbytes(kind); i++) {
        hash.bytes[i] = pdq.bytes[i % sizeof pdq.bytes];
    }
    return hash;
}

static inline void hash_flip(struct ki_pdq *pdq, unsigned bit)
{
    pdq->bytes[bit / 8] = (uint8_t)(pdq->bytes[bit / 8] ^ 1u << (bit % 8));
}

/* Flips exactly n different bits. */
static inline struct ki_pdq hash_at_distance(struct random_state *random,
                                             const struct ki_pdq *pdq, unsigned n)
{
    struct ki_pdq out = *pdq;
    struct ki_pdq flipped = {{0}};
    for (unsigned done = 0; done < n;) {
        unsigned bit = random_below(random, 256);
        if (!(flipped.bytes[bit / 8] >> (bit % 8) & 1)) {
            hash_flip(&flipped, bit);
            hash_flip(&out, bit);
            done++;
        }
    }
    return out;
}

/* One of `ntemplates` templates, seen through up to 80 flips: near-duplicate clusters.
 * A template's neighbouring bits agree three times out of four. */
static inline struct ki_pdq hash_correlated(struct random_state *random,
                                            uint64_t template_seed, uint32_t ntemplates)
{
    struct random_state own = {template_seed + random_below(random, ntemplates)};
    struct ki_pdq pdq = {{0}};
    unsigned bit = (unsigned)(random_next(&own) & 1);
    for (unsigned i = 0; i < 256; i++) {
        bit = random_below(&own, 4) == 0 ? 1 - bit : bit;
        if (bit) {
            hash_flip(&pdq, i);
        }
    }
    return hash_at_distance(random, &pdq, random_below(random, 81));
}

#endif
