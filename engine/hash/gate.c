/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which hashes say too little. Seen as a 16×16 matrix H of bits with rows r_i:
 *
 *   coh = max over rows and over columns of Σ_{i<k} |8 − popcount(r_i xor r_k)|
 *   dT  = min over masks of min(x, 256 − x), x = popcount(H xor Hᵀ xor mask), where a
 *         mask is nothing, the even rows, the even columns, or the cells of odd i+j
 *
 * Photographs have coh about 220 and dT about 112. At the limits below, none of 350
 * photographs and 0.05 % of 26,658 altered ones are caught, and every flat, gradient,
 * stripe, checker and blob picture that collided with another.
 */
#include "hash/gate.h"

#include <stdlib.h>
#include <string.h>

enum {
    SIDE = 16,
    MIN_COHERENCE = 540,
    MAX_SYMMETRY = 58,
    MIN_WEIGHT_OFFSET = 8,
    /* Beyond the reach, at the largest radius of a list, 47, of every picture that the
     * gate lets pass. */
    MIN_MEANINGLESS_OFFSET = MIN_WEIGHT_OFFSET + 47
};

unsigned ki_pdq_distance(const struct ki_pdq *a, const struct ki_pdq *b)
{
    unsigned distance = 0;
    for (size_t i = 0; i < KI_PDQ_NBYTES; i += sizeof(uint64_t)) {
        uint64_t x = 0;
        uint64_t y = 0;
        memcpy(&x, a->bytes + i, sizeof x);
        memcpy(&y, b->bytes + i, sizeof y);
        distance += (unsigned)__builtin_popcountll(x ^ y);
    }
    return distance;
}

static void rows_of(const struct ki_pdq *pdq, uint16_t rows[SIDE])
{
    for (size_t i = 0; i < SIDE; i++) {
        const uint8_t *word = &pdq->bytes[KI_PDQ_NBYTES - 2 * (i + 1)];
        rows[i] = (uint16_t)(word[0] << 8 | word[1]);
    }
}

static void transpose(const uint16_t rows[SIDE], uint16_t columns[SIDE])
{
    for (int j = 0; j < SIDE; j++) {
        unsigned column = 0;
        for (int i = 0; i < SIDE; i++) {
            column |= (unsigned)(rows[i] >> j & 1) << i;
        }
        columns[j] = (uint16_t)column;
    }
}

static int coherence(const uint16_t rows[SIDE])
{
    int sum = 0;
    for (int i = 0; i < SIDE; i++) {
        for (int k = i + 1; k < SIDE; k++) {
            sum += abs(8 - __builtin_popcount((unsigned)(rows[i] ^ rows[k])));
        }
    }
    return sum;
}

static int symmetry(const uint16_t rows[SIDE], const uint16_t columns[SIDE])
{
    static const uint16_t masks[4][2] = {
        /* {even rows, odd rows} */
        {0x0000, 0x0000},
        {0xffff, 0x0000},
        {0x5555, 0x5555},
        {0xaaaa, 0x5555},
    };
    int least = SIDE * SIDE;
    for (int m = 0; m < 4; m++) {
        int x = 0;
        for (int i = 0; i < SIDE; i++) {
            unsigned cells = (unsigned)(rows[i] ^ columns[i] ^ masks[m][i % 2]);
            x += __builtin_popcount(cells);
        }
        int distance = x < SIDE * SIDE - x ? x : SIDE * SIDE - x;
        least = distance < least ? distance : least;
    }
    return least;
}

static int weight_offset(const struct ki_pdq *pdq)
{
    static const struct ki_pdq zero;
    return abs((int)ki_pdq_distance(pdq, &zero) - SIDE * SIDE / 2);
}

static bool is_coherent(const uint16_t rows[SIDE], const uint16_t columns[SIDE])
{
    return coherence(rows) >= MIN_COHERENCE || coherence(columns) >= MIN_COHERENCE;
}

bool ki_pdq_is_degenerate(const struct ki_pdq *pdq)
{
    uint16_t rows[SIDE];
    uint16_t columns[SIDE];
    rows_of(pdq, rows);
    transpose(rows, columns);
    return weight_offset(pdq) >= MIN_WEIGHT_OFFSET || is_coherent(rows, columns) ||
           symmetry(rows, columns) <= MAX_SYMMETRY;
}

bool ki_pdq_is_meaningless(const struct ki_pdq *pdq)
{
    uint16_t rows[SIDE];
    uint16_t columns[SIDE];
    rows_of(pdq, rows);
    transpose(rows, columns);
    return weight_offset(pdq) >= MIN_MEANINGLESS_OFFSET || is_coherent(rows, columns);
}
