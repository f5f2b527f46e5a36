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
    KI_LINE_NPOSTINGS = KI_LINE_NBYTES / sizeof(uint16_t),
    KI_MOST_BLOCKS =
        KI_KERNEL_MOST_POSTINGS / KI_BLOCK_NPOSTINGS + 2 * KI_KERNEL_MOST_SPANS
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

/* How much of a line an instruction set loads at least: those that load whole ones begin
 * where lines do. */
enum ki_loads { KI_LOADS_PARTS, KI_LOADS_LINES };

/* What an instruction set adds: a bit for each of the first left sketches, at most 64,
 * that differs from the wanted one in at most spare bits; higher bits do not matter.
 * It may read KI_KERNEL_PADDING bytes over the end. */
typedef uint64_t (*ki_near_block)(const void *wanted, const uint16_t *sketches,
                                  uint32_t left, uint32_t spare);

/* Postings before a span that its first block begins with, to begin where a cache line
 * does and to read no line that has none of the span. Not if it lies across two lines
 * and a load as long as one holds all of it. */
static inline uint32_t ki_lead_in(uint32_t begin, uint32_t count)
{
    uint32_t lead = begin % KI_LINE_NPOSTINGS;
    uint32_t is_across = (uint32_t)(count <= KI_LINE_NPOSTINGS) &
                         (uint32_t)(lead + count > KI_LINE_NPOSTINGS);
    return lead & (is_across - 1);
}

static inline __attribute__((always_inline)) size_t
ki_scan_spans(ki_near_block near, enum ki_loads loads, const void *wanted,
              const uint16_t *sketches, const struct ki_postings *spans, size_t nspans,
              uint32_t *out)
{
    struct ki_block blocks[KI_MOST_BLOCKS];
    struct ki_block *end = blocks;
    for (size_t i = 0; i < nspans; i++) {
        uint32_t count = spans[i].end - spans[i].begin;
        uint32_t lead = loads == KI_LOADS_LINES ? ki_lead_in(spans[i].begin, count) : 0;
        uint32_t p = spans[i].begin - lead;
        uint32_t left = count + lead;
        uint64_t wanted_lanes = ~ki_lowest_bits(lead);
        const char *ahead = spans[i].ahead;
        for (;; p += KI_BLOCK_NPOSTINGS, left -= KI_BLOCK_NPOSTINGS) {
            uint64_t kept = near(wanted, sketches + p, left, spans[i].spare);
            ki_fetch(ahead);
            ki_fetch(ahead + KI_LINE_NBYTES);
            ahead += KI_BLOCK_NPOSTINGS * sizeof *sketches;
            *end++ = (struct ki_block){kept & wanted_lanes & ki_lowest_bits(left), p};
            wanted_lanes = ~(uint64_t)0;
            if (left <= KI_BLOCK_NPOSTINGS) {
                break;
            }
        }
    }
    return ki_blocks_extract(blocks, end, out);
}

#endif
