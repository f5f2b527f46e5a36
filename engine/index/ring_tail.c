/* SPDX-License-Identifier: Apache-2.0 */
#include "index/ring_tail.h"

#include "index/count_bits.h"

/* Packs values of any width into 32-bit words, low bits first. */
struct packer {
    uint8_t *at;
    uint64_t bits;
    unsigned nbits; /* of them that are not written yet, below 32 */
};

static void pack(struct packer *packer, uint32_t value, unsigned nbits)
{
    packer->bits |= (uint64_t)value << packer->nbits;
    packer->nbits += nbits;
    if (packer->nbits >= 32) {
        uint32_t word = (uint32_t)packer->bits;
        memcpy(packer->at, &word, sizeof word);
        packer->at += sizeof word;
        packer->bits >>= 32;
        packer->nbits -= 32;
    }
}

static uint32_t mask_of(unsigned nbits)
{
    return (uint32_t)(((uint64_t)1 << nbits) - 1);
}

/* A 1 after `step` 0. */
static void pack_step(struct packer *packer, uint32_t step)
{
    for (; step >= 31; step -= 31) {
        pack(packer, 0, 31);
    }
    pack(packer, (uint32_t)1 << step, step + 1);
}

/* What is left of a tail is zero. */
static void pack_end(struct packer *packer, const uint8_t *end)
{
    while (packer->at < end) {
        pack(packer, 0, 32);
    }
}

void ki_tail_write(uint16_t *tail, uint32_t m, struct ki_tail widths,
                   const uint64_t *postings)
{
    const unsigned id_nbits = widths.low + widths.high;
    const uint32_t rest_mask = mask_of(widths.rest);
    const uint32_t low_mask = mask_of(widths.low);
    struct packer packer = {.at = (uint8_t *)tail};
    for (uint32_t k = 0; k < m; k++) {
        pack(&packer, (uint32_t)(postings[k] >> id_nbits) & rest_mask, widths.rest);
    }
    for (uint32_t k = 0; k < m; k++) {
        pack(&packer, (uint32_t)postings[k] & low_mask, widths.low);
    }
    if (widths.high > 0) {
        uint32_t last = 0;
        for (uint32_t k = 0; k < m; k++) {
            uint32_t high = ((uint32_t)postings[k] & mask_of(id_nbits)) >> widths.low;
            pack_step(&packer, high - last);
            last = high;
        }
    }
    pack_end(&packer, (const uint8_t *)(tail + (size_t)2 * m));
}

/* Up to 64 bits from a byte on, without those before `first` and from `end` on. */
static uint64_t load(const uint16_t *tail, uint64_t byte, uint64_t first, uint64_t end)
{
    uint64_t bits = 0;
    memcpy(&bits, (const uint8_t *)tail + byte, sizeof bits);
    if (8 * byte < first) {
        bits &= ~(uint64_t)0 << (first - 8 * byte);
    }
    if (8 * byte + 64 > end) {
        bits &= ((uint64_t)1 << (end - 8 * byte)) - 1;
    }
    return bits;
}

/* The numbers of all postings from their high bits. */
static bool are_numbers_valid(const uint16_t *tail, uint32_t m, struct ki_tail widths,
                              uint32_t n)
{
    const uint64_t first = ki_tail_high_bit(widths, m);
    const uint64_t end = first + m + ((uint64_t)1 << widths.high);
    uint32_t k = 0;
    bool is_good = true;
    for (uint64_t byte = first / 8; 8 * byte < end; byte += 8) {
        uint64_t bits = load(tail, byte, first, end);
        for (; bits; bits &= bits - 1, k++) {
            if (k == m) {
                return false;
            }
            uint64_t high = 8 * byte + (unsigned)__builtin_ctzll(bits) - first - k;
            uint64_t low =
                ki_tail_bits(tail, ki_tail_low_bit(widths, m, k), widths.low);
            is_good &= (high << widths.low | low) < n;
        }
    }
    return is_good && k == m;
}

bool ki_tail_is_valid(const uint16_t *tail, uint32_t m, struct ki_tail widths,
                      uint32_t n)
{
    if (widths.high > 0) {
        return are_numbers_valid(tail, m, widths, n);
    }
    bool is_good = true;
    for (uint32_t k = 0; k < m; k++) {
        uint64_t bit = ki_tail_low_bit(widths, m, k);
        is_good &= ki_tail_bits(tail, bit, widths.low) < n;
    }
    return is_good;
}

static uint32_t count_bits(uint64_t bits)
{
    return (uint32_t)((ki_count_bits_of_bytes(bits) * 0x0101010101010101u) >> 56);
}

uint32_t ki_tail_high(struct ki_tail_walk *walk, const uint16_t *tail, uint32_t m,
                      struct ki_tail widths, uint32_t k)
{
    const uint64_t first = ki_tail_high_bit(widths, m);
    const uint64_t end = first + m + ((uint64_t)1 << widths.high);
    if (walk->tail != tail || k < walk->n) {
        *walk = (struct ki_tail_walk){tail, first / 8, 0};
    }
    uint64_t bits = load(tail, walk->byte, first, end);
    for (uint32_t nset = count_bits(bits); walk->n + nset <= k;
         nset = count_bits(bits)) {
        walk->n += nset;
        walk->byte += 8;
        bits = load(tail, walk->byte, first, end);
    }
    for (uint32_t i = walk->n; i < k; i++) {
        bits &= bits - 1;
    }
    return (uint32_t)(8 * walk->byte + (unsigned)__builtin_ctzll(bits) - first) - k;
}
