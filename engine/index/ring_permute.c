/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bit c of row r of a PDQ hash is bit r of band (r + c) mod 16: rows turned left by
 * their number, as a square of bits, and this square transposed.
 */
#include "index/ring16.h"

/* 16 rows of 16 bits, four to a word, the first in its lowest bits. */
struct square {
    uint64_t words[4];
};

static unsigned turn_left(unsigned row, unsigned n)
{
    return (row << n | row >> (16 - n)) & 0xffffu;
}

static void set_row(struct square *square, unsigned row, unsigned value)
{
    square->words[row / 4] |= (uint64_t)value << row % 4 * 16;
}

static unsigned get_row(const struct square *square, unsigned row)
{
    return (unsigned)(square->words[row / 4] >> row % 4 * 16 & 0xffffu);
}

/* Of rows a and the rows b that stand n below them, exchanges the bits of a that are n
 * above a bit of the mask with those of b that are in it. */
static void exchange(uint64_t *a, uint64_t *b, unsigned n, uint64_t mask)
{
    uint64_t differing = (*a >> n ^ *b) & mask;
    *a ^= differing << n;
    *b ^= differing;
}

/* The same between rows of one word. */
static void exchange_within(uint64_t *word, unsigned n, uint64_t mask)
{
    uint64_t differing = (*word >> n ^ *word >> 16 * n) & mask;
    *word ^= differing << n ^ differing << 16 * n;
}

/* Squares of 8, 4, 2 and 1 beside the diagonal change places. */
static void transpose(struct square *square)
{
    uint64_t *words = square->words;
    exchange(&words[0], &words[2], 8, 0x00ff00ff00ff00ff);
    exchange(&words[1], &words[3], 8, 0x00ff00ff00ff00ff);
    exchange(&words[0], &words[1], 4, 0x0f0f0f0f0f0f0f0f);
    exchange(&words[2], &words[3], 4, 0x0f0f0f0f0f0f0f0f);
    for (unsigned i = 0; i < 4; i++) {
        exchange_within(&words[i], 2, 0x0000000033333333);
        exchange_within(&words[i], 1, 0x0000555500005555);
    }
}

struct ki_ring_hash ki_ring_permute(const struct ki_pdq *pdq)
{
    struct square square = {{0}};
    struct ki_ring_hash out;
    for (unsigned r = 0; r < KI_RING_NBANDS; r++) {
        const uint8_t *row = &pdq->bytes[KI_PDQ_NBYTES - 2 * (r + 1)];
        set_row(&square, r, turn_left((unsigned)row[0] << 8 | row[1], r));
    }
    transpose(&square);
    for (unsigned b = 0; b < KI_RING_NBANDS; b++) {
        out.band[b] = (uint16_t)get_row(&square, b);
    }
    return out;
}

struct ki_pdq ki_ring_unpermute(const struct ki_ring_hash *hash)
{
    struct square square = {{0}};
    struct ki_pdq out;
    for (unsigned b = 0; b < KI_RING_NBANDS; b++) {
        set_row(&square, b, hash->band[b]);
    }
    transpose(&square);
    for (unsigned r = 0; r < KI_RING_NBANDS; r++) {
        unsigned row = turn_left(get_row(&square, r), (16 - r) % 16);
        uint8_t *bytes = &out.bytes[KI_PDQ_NBYTES - 2 * (r + 1)];
        bytes[0] = (uint8_t)(row >> 8);
        bytes[1] = (uint8_t)row;
    }
    return out;
}
