/* SPDX-License-Identifier: Apache-2.0 */
#include "index/ring_candidates.h"

#include "index/fetch.h"

enum { FETCHED_MOST = 8 }; /* lines of high bits; others come as they are read */

/* All of a bucket's high bits are on the way to those of its last posting. */
static void ask_for_high(const uint8_t *tail, uint64_t first, uint64_t nbits)
{
    const uint8_t *line = tail + first / 8;
    const uint8_t *last = tail + (first + nbits) / 8;
    ki_fetch(last);
    for (unsigned i = 0; i < FETCHED_MOST && line < last; i++, line += KI_LINE_NBYTES) {
        ki_fetch(line);
    }
}

void ki_candidates_ask_rests(const struct ki_candidates *candidates, size_t first)
{
    for (size_t i = first; i < candidates->n; i++) {
        const struct ki_candidate *candidate = &candidates->kept[i];
        unsigned nbits = ki_candidates_widths(candidates, candidate).rest;
        ki_fetch((const uint8_t *)ki_candidates_tail(candidates, candidate) +
                 (uint64_t)candidate->k * nbits / 8);
    }
}

void ki_candidates_ask_numbers(const struct ki_candidates *candidates, size_t first)
{
    for (size_t i = first; i < candidates->nleft; i++) {
        const struct ki_candidate *candidate = &candidates->kept[i];
        const uint32_t m = candidate->count;
        const struct ki_tail widths = ki_candidates_widths(candidates, candidate);
        const uint8_t *tail =
            (const uint8_t *)ki_candidates_tail(candidates, candidate);
        ki_fetch(tail + ki_tail_low_bit(widths, m, candidate->k) / 8);
        if (widths.high > 0) {
            ask_for_high(tail, ki_tail_high_bit(widths, m),
                         m + ((uint64_t)1 << widths.high));
        }
    }
}

static uint32_t number_of(struct ki_candidates *candidates,
                          const struct ki_candidate *candidate)
{
    const uint16_t *tail = ki_candidates_tail(candidates, candidate);
    const struct ki_tail widths = ki_candidates_widths(candidates, candidate);
    uint64_t bit = ki_tail_low_bit(widths, candidate->count, candidate->k);
    uint32_t low = ki_tail_bits(tail, bit, widths.low);
    if (widths.high == 0) {
        return low;
    }
    return low |
           ki_tail_high(&candidates->walk, tail, candidate->count, widths, candidate->k)
               << widths.low;
}

void ki_candidates_name(struct ki_candidates *candidates)
{
    for (size_t i = 0; i < candidates->nleft; i++) {
        struct ki_candidate *candidate = &candidates->kept[i];
        candidate->k = number_of(candidates, candidate);
    }
    for (size_t i = 0; i < candidates->nleft; i++) {
        ki_fetch(&candidates->hashes[candidates->kept[i].k]);
    }
}

static bool qualifies(const uint16_t *distances, const int *allowance, unsigned nbands,
                      unsigned band)
{
    int sum = 0;
    for (unsigned i = 0; i < 3; i++) {
        unsigned b = (band + i) % nbands;
        sum += distances[b] - allowance[b];
        if (sum >= 0) {
            return false;
        }
    }
    return true;
}

bool ki_ring_is_reported(const uint16_t *distances, const int *allowance,
                         unsigned nbands, unsigned band)
{
    if (!qualifies(distances, allowance, nbands, band)) {
        return false;
    }
    for (unsigned b = 0; b < band; b++) {
        if (qualifies(distances, allowance, nbands, b)) {
            return false;
        }
    }
    return true;
}
