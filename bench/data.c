/* SPDX-License-Identifier: Apache-2.0 */
/* Hashes to search in and to search for, from a seed. */
#include <stdlib.h>
#include <string.h>

#include "bench/bench.h"
#include "lists.h"

/* A pool of correlated hashes is made of pictures, which takes 30 µs each; larger sets
 * take from it again with 20 to 100 bits changed: near-duplicate clusters. */
enum { POOL = 200000 };

uint64_t bench_random(uint64_t *state)
{
    uint64_t z = (*state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

static struct ki_ring_hash uniform(uint64_t *random)
{
    struct ki_ring_hash hash;
    uint64_t words[4] = {bench_random(random), bench_random(random),
                         bench_random(random), bench_random(random)};
    memcpy(&hash, words, sizeof hash);
    return hash;
}

/* Changes exactly nbits different bits. */
static struct ki_ring_hash change_bits(const struct ki_ring_hash *hash, unsigned nbits,
                                       uint64_t *random)
{
    struct ki_ring_hash out = *hash;
    for (unsigned done = 0; done < nbits;) {
        unsigned bit = (unsigned)(bench_random(random) % 256);
        uint16_t mask = (uint16_t)(1u << bit % 16);
        if (((out.band[bit / 16] ^ hash->band[bit / 16]) & mask) == 0) {
            out.band[bit / 16] ^= mask;
            done++;
        }
    }
    return out;
}

static bool fill_pool(struct ki_ring_hash *hashes, uint32_t n, uint64_t seed)
{
    struct ki_correlated *source = NULL;
    bool is_good = ki_correlated_create(seed, &source) == KI_OK;
    for (uint32_t i = 0; is_good && i < n; i++) {
        struct ki_pdq pdq;
        unsigned quality = 0;
        is_good = ki_correlated_next(source, &pdq, &quality) == KI_OK;
        hashes[i] = ki_ring_permute(&pdq);
    }
    ki_correlated_destroy(source);
    return is_good;
}

struct ki_ring_hash *bench_hashes(enum bench_data kind, uint32_t n, uint64_t seed)
{
    struct ki_ring_hash *hashes = bench_alloc(n * sizeof *hashes);
    uint32_t npool = kind == BENCH_CORRELATED ? (n < POOL ? n : POOL) : 0;
    uint64_t random = seed;
    if (!hashes || !fill_pool(hashes, npool, seed)) {
        bench_free(hashes, n * sizeof *hashes);
        return NULL;
    }
    for (uint32_t i = npool; i < n; i++) {
        if (npool == 0) {
            hashes[i] = uniform(&random);
        } else {
            unsigned nbits = 20 + (unsigned)(bench_random(&random) % 81);
            hashes[i] =
                change_bits(&hashes[bench_random(&random) % npool], nbits, &random);
        }
    }
    return hashes;
}

/* Misses are uniform, or a list member with 60 to 100 bits changed. */
static void make_miss(struct bench_query *query, const struct ki_ring_hash *hashes,
                      uint32_t n, enum bench_data kind, uint64_t *random)
{
    query->hash = uniform(random);
    if (kind == BENCH_CORRELATED) {
        unsigned nbits = 60 + (unsigned)(bench_random(random) % 41);
        query->hash = change_bits(&hashes[bench_random(random) % n], nbits, random);
    }
}

static void make_hit(struct bench_query *query, const struct ki_ring_hash *hashes,
                     uint32_t n, unsigned distance, uint64_t *random)
{
    query->is_planted = true;
    query->id = (uint32_t)(bench_random(random) % n);
    query->distance = distance;
    query->hash = change_bits(&hashes[query->id], distance, random);
}

struct bench_query *bench_queries(const struct ki_ring_hash *hashes, uint32_t n,
                                  enum bench_data kind, enum bench_mix mix,
                                  uint32_t nqueries, uint64_t seed)
{
    struct bench_query *queries = calloc(nqueries, sizeof *queries);
    uint64_t random = seed ^ 0x5bd1e995u;
    for (uint32_t i = 0; queries && i < nqueries; i++) {
        if (mix == BENCH_MISSES || (mix == BENCH_HALF && i % 2)) {
            make_miss(&queries[i], hashes, n, kind, &random);
        } else {
            unsigned distance = i / (mix == BENCH_HALF ? 2 : 1) % 34;
            make_hit(&queries[i], hashes, n, distance, &random);
        }
    }
    return queries;
}

void bench_answer_add(struct bench_answer *answer, uint32_t id, unsigned distance)
{
    uint64_t mixed = (uint64_t)id << 16 | distance;
    answer->nhits++;
    answer->sum += bench_random(&mixed);
    answer->farthest = distance > answer->farthest ? distance : answer->farthest;
    if (id == answer->wanted_id && distance == answer->wanted_distance) {
        answer->has_wanted = true;
    }
}

bool bench_answer_report(void *answer, uint32_t id, unsigned distance)
{
    bench_answer_add(answer, id, distance);
    return true;
}
