/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which hashes say too little; <knownimage/hash.h> defines the figures and says where
 * the limits come from. Rows may be counted from either end, and columns too: that
 * leaves coherence, weight and broken squares as they are, and exchanges masks of the
 * asymmetry for their complements, whose min(x, 256 − x) is the same.
 */
#include "hash/gate.h"

#include <stdlib.h>
#include <string.h>

#include <knownimage/index.h>

enum {
    SIDE = 16,
    NBITS = SIDE * SIDE,
    MIN_COHERENCE = 540,
    MAX_ASYMMETRY = 58,
    /* Of 5000 diagonal stripes, as knownimage-bench gate draws them, 91 % are at it or
     * below, and 99 % of those within 31 bits of another. Of 15486 hashes of 215
     * photographs and wallpapers and their altered copies, the least has 60: those that
     * bench/README.md names, and of Debian's lomiri-wallpapers, ukui-wallpapers and
     * gcompris-qt-data. Crops of them with little but an edge are below it. */
    MAX_BROKEN_SQUARES = 54,
    MIN_WEIGHT_OFFSET = 8, /* of a picture's own hash, which has half of its bits set */
    /* On lists stand values that were not made by the book: of random bits one in three
     * is off by 8, one in 13100 by 32. No picture that is near to others of its sort is
     * between the two without another doubt; some flat ones are between 32 and 40
     * (knownimage-bench gate). */
    MIN_LISTED_WEIGHT_OFFSET = 32,
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

/* By exchanging the off-diagonal quarters of blocks of 16, 8, 4 and 2 (Warren, Hacker's
 * Delight, 7-3). */
static void transpose(const uint16_t rows[SIDE], uint16_t columns[SIDE])
{
    static const uint16_t low_halves[] = {0x00ff, 0x0f0f, 0x3333, 0x5555};
    memcpy(columns, rows, SIDE * sizeof *columns);
    int side = SIDE / 2;
    for (int step = 0; step < 4; step++, side /= 2) {
        for (int i = 0; i < SIDE; i++) {
            if (i & side) {
                continue;
            }
            unsigned moved =
                (unsigned)(columns[i] >> side ^ columns[i + side]) & low_halves[step];
            columns[i + side] = (uint16_t)(columns[i + side] ^ moved);
            columns[i] = (uint16_t)(columns[i] ^ moved << side);
        }
    }
}

/* Of 16 bits; a loop over it becomes vector code without an instruction for it. */
static inline int count_bits(uint16_t x)
{
    x = (uint16_t)(x - (x >> 1 & 0x5555));
    x = (uint16_t)((x & 0x3333) + (x >> 2 & 0x3333));
    x = (uint16_t)((x + (x >> 4)) & 0x0f0f);
    return (x + (x >> 8)) & 0x1f;
}

/* Rows that are k apart around the ring are each pair once for k = 1 … 7, and twice for
 * k = 8. */
static unsigned coherence_of(const uint16_t rows[SIDE])
{
    uint16_t ring[2 * SIDE];
    memcpy(ring, rows, SIDE * sizeof *rows);
    memcpy(ring + SIDE, rows, SIDE * sizeof *rows);
    int sum = 0;
    for (int k = 1; k <= SIDE / 2; k++) {
        int part = 0;
        for (int i = 0; i < SIDE; i++) {
            part += abs(SIDE / 2 - count_bits(ring[i] ^ ring[i + k]));
        }
        sum += k == SIDE / 2 ? part / 2 : part;
    }
    return (unsigned)sum;
}

static unsigned asymmetry_of(const uint16_t rows[SIDE], const uint16_t columns[SIDE])
{
    static const uint16_t masks[4][2] = {
        /* {even rows, odd rows} */
        {0x0000, 0x0000},
        {0xffff, 0x0000},
        {0x5555, 0x5555},
        {0xaaaa, 0x5555},
    };
    int least = NBITS;
    for (int m = 0; m < 4; m++) {
        int x = 0;
        for (int i = 0; i < SIDE; i++) {
            x += count_bits((uint16_t)(rows[i] ^ columns[i] ^ masks[m][i % 2]));
        }
        int distance = x < NBITS - x ? x : NBITS - x;
        least = distance < least ? distance : least;
    }
    return (unsigned)least;
}

/* Rows and columns two apart, as the coefficients of a wave change sign with parity. */
static unsigned broken_squares_of(const uint16_t rows[SIDE])
{
    enum { STEP = 2, MASK = (1 << (SIDE - STEP)) - 1 };
    int sum = 0;
    for (int i = 0; i < SIDE - STEP; i++) {
        unsigned above = rows[i];
        unsigned below = rows[i + STEP];
        unsigned columns = (above ^ above >> STEP) | (below ^ below >> STEP);
        unsigned across = above ^ below;
        sum += count_bits((uint16_t)((across | across >> STEP) & columns & MASK));
    }
    return (unsigned)sum;
}

void ki_pdq_measure(const struct ki_pdq *pdq, struct ki_pdq_figures *out)
{
    static const struct ki_pdq zero;
    uint16_t rows[SIDE];
    uint16_t columns[SIDE];
    rows_of(pdq, rows);
    transpose(rows, columns);
    unsigned of_rows = coherence_of(rows);
    unsigned of_columns = coherence_of(columns);
    out->coherence = of_rows > of_columns ? of_rows : of_columns;
    out->asymmetry = asymmetry_of(rows, columns);
    out->weight = ki_pdq_distance(pdq, &zero);
    out->broken_squares = broken_squares_of(rows);
}

static int weight_offset(const struct ki_pdq_figures *figures)
{
    return abs((int)figures->weight - NBITS / 2);
}

unsigned ki_pdq_figures_doubts(const struct ki_pdq_figures *figures)
{
    unsigned doubts = 0;
    if (figures->coherence >= MIN_COHERENCE) {
        doubts |= KI_DOUBT_COHERENT;
    }
    if (figures->asymmetry <= MAX_ASYMMETRY) {
        doubts |= KI_DOUBT_SYMMETRIC;
    }
    if (weight_offset(figures) >= MIN_LISTED_WEIGHT_OFFSET) {
        doubts |= KI_DOUBT_WEIGHT;
    }
    if (figures->broken_squares <= MAX_BROKEN_SQUARES) {
        doubts |= KI_DOUBT_STRIPED;
    }
    return doubts;
}

unsigned ki_pdq_doubts(const struct ki_pdq *pdq)
{
    struct ki_pdq_figures figures;
    ki_pdq_measure(pdq, &figures);
    return ki_pdq_figures_doubts(&figures);
}

bool ki_pdq_is_degenerate(const struct ki_pdq *pdq)
{
    struct ki_pdq_figures figures;
    ki_pdq_measure(pdq, &figures);
    return ki_pdq_figures_doubts(&figures) != 0 ||
           weight_offset(&figures) >= MIN_WEIGHT_OFFSET;
}

bool ki_pdq_is_meaningless(const struct ki_pdq *pdq)
{
    struct ki_pdq_figures figures;
    ki_pdq_measure(pdq, &figures);
    return weight_offset(&figures) >= MIN_MEANINGLESS_OFFSET ||
           figures.coherence >= MIN_COHERENCE;
}
