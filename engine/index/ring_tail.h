/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A bucket of ring16 has 48 bits a posting. One with m postings whose first is number x
 * of its band begins at unit 3 · x, a unit being 16 bits:
 *
 *     ┌────────────┬──────────────┬────────────────────┬─────────────────────┬──────┐
 *     │ m sketches │ m rest codes │ low bits of m      │ their high bits, in │ 0 …  │
 *     │            │              │ hash numbers       │ m + 2^h bits        │      │
 *     └────────────┴──────────────┴────────────────────┴─────────────────────┴──────┘
 *       16 m         rest m         (id_nbits − h) m
 *
 * All but the sketches is the tail, 32 bits a posting. Numbers ascend in a bucket, so
 * that most of their high bits can be left out: of h = ⌊log2 m⌋ high bits only the
 * steps are written, a 1 for each posting after as many 0 as its high bits are more
 * than those of the one before (Elias, "Efficient storage and retrieval by content and
 * address of static files", J. ACM 1974). The 1 of posting k is then bit high + k. That
 * takes two bits a posting at most instead of h, and rest codes, the low bits of the band
 * after the next, have the others: 13 bits of 50 million hashes instead of 6, which leave
 * 7 of 538 candidates a search instead of 141. Buckets of less than 8 postings write
 * numbers whole.
 *
 * Each part is read only for what the part before has kept. A page that is touched
 * first costs as much as 30 cache lines of a page in use, so that parts of a bucket
 * stand side by side.
 */
#ifndef KI_INDEX_RING_TAIL_H
#define KI_INDEX_RING_TAIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum { KI_TAIL_LEAST_SPLIT = 8 };

/* Bits a posting of each part of a tail; high: of its numbers, 0 if they are whole. Tails
 * of ring12 write all numbers whole. */
struct ki_tail {
    unsigned rest;
    unsigned low;
    unsigned high;
};

static inline struct ki_tail ki_tail_whole(unsigned id_nbits)
{
    return (struct ki_tail){32 - id_nbits, id_nbits, 0};
}

/* What a rest code may have at most, so that rows (ring_rows.h) hold it. */
static inline unsigned ki_tail_most_rest(unsigned id_nbits)
{
    return id_nbits > 24 ? 40 - id_nbits : 16;
}

/* Of a bucket with m postings, 16 ≤ id_nbits ≤ 30, m ≤ 2^id_nbits. */
static inline struct ki_tail ki_tail_of(unsigned id_nbits, uint32_t m)
{
    if (m < KI_TAIL_LEAST_SPLIT) {
        return ki_tail_whole(id_nbits);
    }
    unsigned high = 31 - (unsigned)__builtin_clz(m);
    unsigned most = ki_tail_most_rest(id_nbits);
    unsigned rest = 30 + high - id_nbits;
    return (struct ki_tail){rest < most ? rest : most, id_nbits - high, high};
}

/* The bits from `bit` on, at most 32 of them; reads up to 8 bytes. */
static inline uint32_t ki_tail_bits(const uint16_t *units, uint64_t bit,
                                      unsigned nbits)
{
    uint64_t bits = 0;
    memcpy(&bits, (const uint8_t *)units + bit / 8, sizeof bits);
    return (uint32_t)(bits >> bit % 8 & (((uint64_t)1 << nbits) - 1));
}

/* Where the low bits of posting k stand, and where the high bits begin: in bits from the
 * beginning of the tail on. */
static inline uint64_t ki_tail_low_bit(struct ki_tail tail, uint32_t m, uint32_t k)
{
    return (uint64_t)m * tail.rest + (uint64_t)k * tail.low;
}

static inline uint64_t ki_tail_high_bit(struct ki_tail tail, uint32_t m)
{
    return ki_tail_low_bit(tail, m, m);
}

/* Writes a tail of m postings: of each its hash's number in as many low bits as low and
 * high together, and above them as many bits of a rest code or more. Numbers ascend. */
void ki_tail_write(uint16_t *tail, uint32_t m, struct ki_tail widths,
                   const uint64_t *postings);

/* Whether it is well-formed and every number is below n. */
bool ki_tail_is_valid(const uint16_t *tail, uint32_t m, struct ki_tail widths,
                      uint32_t n);

/* The high bits of posting k of m, in a tail that is valid and splits numbers. Begins
 * where the last call ended if that was in the same tail and not behind k: all postings
 * in their order take one walk together. */
struct ki_tail_walk {
    const uint16_t *tail;
    uint64_t byte; /* where the next 64 bits begin */
    uint32_t n;    /* postings before it */
};
uint32_t ki_tail_high(struct ki_tail_walk *walk, const uint16_t *tail, uint32_t m,
                      struct ki_tail widths, uint32_t k);

#endif
