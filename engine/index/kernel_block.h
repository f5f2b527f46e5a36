/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How all kernels go about it: first a mask for every 64 postings, then the positions
 * from the masks. Nothing branches on what was loaded while loads are in flight: a
 * branch that waits for memory and is then mispredicted would cost all the loads behind
 * it (measured at 10 M hashes: 34 against 26 µs a query).
 */
#ifndef KI_INDEX_KERNEL_BLOCK_H
#define KI_INDEX_KERNEL_BLOCK_H

#include "index/fetch.h"
#include "index/kernel.h"

enum {
    KI_BLOCK_NPOSTINGS = 64,
    KI_MOST_BLOCKS = KI_KERNEL_MOST_POSTINGS / KI_BLOCK_NPOSTINGS + KI_KERNEL_MOST_SPANS
};

/* Which of 64 postings from first on are kept. */
struct ki_block {
    uint64_t kept;
    uint32_t first;
};

/* The lowest n bits, 0 ≤ n; all if n ≥ 64. */
static inline uint64_t ki_lowest_bits(uint32_t n)
{
    return n >= 64 ? ~(uint64_t)0 : ((uint64_t)1 << n) - 1;
}

static inline size_t ki_blocks_extract(const struct ki_block *blocks,
                                       const struct ki_block *end, uint32_t *out)
{
    size_t nkept = 0;
    for (; blocks < end; blocks++) {
        for (uint64_t kept = blocks->kept; kept; kept &= kept - 1) {
            out[nkept++] = blocks->first + (uint32_t)__builtin_ctzll(kept);
        }
    }
    return nkept;
}

/* What an instruction set adds: a bit for each of the first left sketches, at most 64,
 * that differs from the wanted one in at most spare bits; higher bits do not matter.
 * It may read KI_KERNEL_PADDING bytes over the end. */
typedef uint64_t (*ki_near_block)(const void *wanted, const uint16_t *sketches,
                                  uint32_t left, uint32_t spare);

static inline __attribute__((always_inline)) size_t
ki_scan_spans(ki_near_block near, const void *wanted, const uint16_t *sketches,
              const struct ki_postings *spans, size_t nspans, uint32_t *out)
{
    struct ki_block blocks[KI_MOST_BLOCKS];
    struct ki_block *end = blocks;
    for (size_t i = 0; i < nspans; i++) {
        uint32_t p = spans[i].begin;
        uint32_t left = spans[i].end - p;
        const char *ahead = spans[i].ahead;
        for (;; p += KI_BLOCK_NPOSTINGS, left -= KI_BLOCK_NPOSTINGS) {
            uint64_t kept = near(wanted, sketches + p, left, spans[i].spare);
            ki_fetch(ahead);
            ki_fetch(ahead + KI_LINE_NBYTES);
            ahead += KI_BLOCK_NPOSTINGS * sizeof *sketches;
            *end++ = (struct ki_block){kept & ki_lowest_bits(left), p};
            if (left <= KI_BLOCK_NPOSTINGS) {
                break;
            }
        }
    }
    return ki_blocks_extract(blocks, end, out);
}

#endif
