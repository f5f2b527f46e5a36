/* SPDX-License-Identifier: Apache-2.0 */
#include "decode/jpeg_idct.h"

#include <string.h>

#include "base/cpu.h"

enum {
    NBITS = 13,      /* of constants, after the point */
    NBITS_KEPT = 2,  /* after the columns */
    NBITS_SCALE = 3, /* both directions together make values 8 times too large */
    SIDE = 8,
    MOST = 1 << 14, /* values before each direction; libjpeg may add two in 16 bits */
    CENTER = 128,
    MOST_SAMPLE = 511, /* before the centre is added */
};

/* What frequency k adds to the first samples of a direction, × √2; the rest follows by
 * symmetry: even ones are the same from the other end, odd ones negative. */

/* 8 samples: odd frequencies 1, 3, 5, 7. Other than the cosines by a unit of the last
 * place here and there: these are sums of constants that libjpeg has rounded. */
static const int32_t odd_of_8[4][4] = {
    {11363, 9633, 6437, 2260},
    {9633, -2259, -11362, -6436},
    {6437, -11362, 2261, 9633},
    {2260, -6436, 9633, -11363},
};
/* 2, 6. */
static const int32_t even_of_8[2][2] = {{10703, 4433}, {4433, -10704}};

/* 4 samples, each the sum of two; frequency 4 adds nothing: 1, 3, 5, 7. */
static const int32_t odd_of_4[4][2] = {
    {20995, 8697}, {7373, -17799}, {-4926, 11893}, {-4176, -1730}};
/* 2, 6. */
static const int32_t even_of_4[2] = {15137, -6270};

/* 2 samples, each the sum of four: 1, 3, 5, 7. Of even ones only 0 adds something. */
static const int32_t odd_of_2[4] = {29692, -10426, 6967, -5906};

/* Bits are set where a value is not within ± MOST. */
static inline uint32_t beyond(int32_t value)
{
    return ((uint32_t)value + MOST) / (2 * MOST);
}

static inline int32_t descale(int32_t value, unsigned nbits)
{
    return (value + (1 << (nbits - 1))) >> nbits;
}

static inline uint8_t clamp(int32_t value, uint32_t *wrong)
{
    *wrong |= ((uint32_t)value + MOST_SAMPLE + 1) / (2 * (MOST_SAMPLE + 1));
    int32_t sample = value + CENTER;
    return (uint8_t)(sample < 0 ? 0 : sample > 255 ? 255 : sample);
}

static inline void to_8(const int32_t *in, int32_t *out, unsigned nbits)
{
    int32_t sum = (in[0] + in[4]) * (1 << NBITS);
    int32_t difference = (in[0] - in[4]) * (1 << NBITS);
    int32_t outer = in[2] * even_of_8[0][0] + in[6] * even_of_8[1][0];
    int32_t inner = in[2] * even_of_8[0][1] + in[6] * even_of_8[1][1];
    const int32_t even[4] = {sum + outer, difference + inner, difference - inner,
                             sum - outer};
    for (int x = 0; x < 4; x++) {
        int32_t odd = in[1] * odd_of_8[0][x] + in[3] * odd_of_8[1][x] +
                      in[5] * odd_of_8[2][x] + in[7] * odd_of_8[3][x];
        out[x] = descale(even[x] + odd, nbits);
        out[7 - x] = descale(even[x] - odd, nbits);
    }
}

/* in: frequencies 0 … 7, without 4. */
static inline void to_4(const int32_t *in, int32_t *out, unsigned nbits)
{
    int32_t mean = in[0] * (2 << NBITS);
    int32_t outer = in[2] * even_of_4[0] + in[6] * even_of_4[1];
    const int32_t even[2] = {mean + outer, mean - outer};
    for (int x = 0; x < 2; x++) {
        int32_t odd = in[1] * odd_of_4[0][x] + in[3] * odd_of_4[1][x] +
                      in[5] * odd_of_4[2][x] + in[7] * odd_of_4[3][x];
        out[x] = descale(even[x] + odd, nbits + 1);
        out[3 - x] = descale(even[x] - odd, nbits + 1);
    }
}

/* in: frequencies 0, 1, 3, 5, 7. */
static inline void to_2(const int32_t *in, int32_t *out, unsigned nbits)
{
    int32_t mean = in[0] * (4 << NBITS);
    int32_t odd = in[1] * odd_of_2[0] + in[2] * odd_of_2[1] + in[3] * odd_of_2[2] +
                  in[4] * odd_of_2[3];
    out[0] = descale(mean + odd, nbits + 2);
    out[1] = descale(mean - odd, nbits + 2);
}

enum {
    AFTER_COLUMNS = NBITS - NBITS_KEPT,
    AFTER_ROWS = NBITS + NBITS_KEPT + NBITS_SCALE,
};

static inline int32_t multiply(int16_t value, uint16_t quant, uint32_t *wrong)
{
    int32_t product = value * quant;
    *wrong |= beyond(product);
    return product;
}

static bool block_to_8(const int16_t *line, const uint16_t *quant, uint8_t *samples,
                       size_t stride)
{
    int32_t rows[SIDE][SIDE];
    uint32_t wrong = 0;
    for (unsigned x = 0; x < SIDE; x++) {
        int32_t in[SIDE];
        int32_t out[SIDE];
        for (unsigned k = 0; k < SIDE; k++) {
            in[k] = multiply(line[k * SIDE + x], quant[k * SIDE + x], &wrong);
        }
        if (wrong) {
            return false;
        }
        to_8(in, out, AFTER_COLUMNS);
        for (unsigned y = 0; y < SIDE; y++) {
            rows[y][x] = out[y];
            wrong |= beyond(out[y]);
        }
    }
    for (unsigned y = 0; wrong == 0 && y < SIDE; y++) {
        int32_t out[SIDE];
        to_8(rows[y], out, AFTER_ROWS);
        for (unsigned x = 0; x < SIDE; x++) {
            samples[y * stride + x] = clamp(out[x], &wrong);
        }
    }
    return wrong == 0;
}

static bool block_to_4(const int16_t *line, const uint16_t *quant, uint8_t *samples,
                       size_t stride)
{
    int32_t rows[4][SIDE] = {{0}};
    uint32_t wrong = 0;
    for (unsigned x = 0; x < SIDE; x++) {
        int32_t in[SIDE];
        int32_t out[4];
        for (unsigned k = 0; x != 4 && k < SIDE; k++) {
            in[k] =
                k == 4 ? 0 : multiply(line[k * SIDE + x], quant[k * SIDE + x], &wrong);
        }
        if (x == 4) {
            continue;
        }
        if (wrong) {
            return false;
        }
        to_4(in, out, AFTER_COLUMNS);
        for (unsigned y = 0; y < 4; y++) {
            rows[y][x] = out[y];
            wrong |= beyond(out[y]);
        }
    }
    for (unsigned y = 0; wrong == 0 && y < 4; y++) {
        int32_t out[4];
        to_4(rows[y], out, AFTER_ROWS);
        for (unsigned x = 0; x < 4; x++) {
            samples[y * stride + x] = clamp(out[x], &wrong);
        }
    }
    return wrong == 0;
}

/* Lines have rows and columns 0, 1, 3, 5, 7. */
enum { NUSED = 5 };

static bool block_to_2(const int16_t *line, const uint16_t *quant, uint8_t *samples,
                       size_t stride)
{
    int32_t rows[2][NUSED];
    uint32_t wrong = 0;
    for (unsigned x = 0; x < NUSED; x++) {
        int32_t in[NUSED];
        int32_t out[2];
        for (unsigned k = 0; k < NUSED; k++) {
            in[k] = multiply(line[k * NUSED + x], quant[k * NUSED + x], &wrong);
        }
        if (wrong) {
            return false;
        }
        to_2(in, out, AFTER_COLUMNS);
        rows[0][x] = out[0];
        rows[1][x] = out[1];
        wrong |= beyond(out[0]) | beyond(out[1]);
    }
    for (unsigned y = 0; wrong == 0 && y < 2; y++) {
        int32_t out[2];
        to_2(rows[y], out, AFTER_ROWS);
        samples[y * stride] = clamp(out[0], &wrong);
        samples[y * stride + 1] = clamp(out[1], &wrong);
    }
    return wrong == 0;
}

static bool block_to_1(const int16_t *line, const uint16_t *quant, uint8_t *samples,
                       size_t stride)
{
    (void)stride;
    return ki_jpeg_idct_flat(line[0], quant[0], samples);
}

bool ki_jpeg_idct_flat(int16_t dc, uint16_t quant, uint8_t *sample)
{
    uint32_t wrong = 0;
    int32_t product = multiply(dc, quant, &wrong);
    *sample = wrong ? 0 : clamp(descale(product, NBITS_SCALE), &wrong);
    return wrong == 0;
}

/* The row and column of each coefficient in the order of the zigzag: diagonals, in turn
 * up and down. */
static void walk_zigzag(uint8_t *row_of, uint8_t *column_of)
{
    unsigned k = 0;
    for (unsigned diagonal = 0; diagonal < 2 * SIDE - 1; diagonal++) {
        unsigned first = diagonal < SIDE ? 0 : diagonal - SIDE + 1;
        unsigned last = diagonal - first;
        for (unsigned i = first; i <= last; i++, k++) {
            unsigned row = diagonal % 2 ? i : diagonal - i;
            row_of[k] = (uint8_t)row;
            column_of[k] = (uint8_t)(diagonal - row);
        }
    }
}

struct form {
    unsigned nslots;
    unsigned nrows;       /* of the line, and columns */
    uint8_t places[SIDE]; /* of each row and column among those; NONE: not used */
    uint8_t spare;        /* a slot for what is not used */
    ki_jpeg_idct_block *block;
    ki_jpeg_idct_block *block_avx2; /* NULL: none */
};

enum { NONE = SIDE };

#if !defined(__x86_64__)
#define ki_jpeg_idct_avx2_8 NULL
#define ki_jpeg_idct_avx2_4 NULL
#endif

static const struct form forms[4] = {
    {64, SIDE, {0, 1, 2, 3, 4, 5, 6, 7}, 0, block_to_8, ki_jpeg_idct_avx2_8},
    {64, SIDE, {0, 1, 2, 3, NONE, 5, 6, 7}, 36, block_to_4, ki_jpeg_idct_avx2_4},
    {32, NUSED, {0, 1, NONE, 2, NONE, 3, NONE, 4}, 31, block_to_2, NULL},
    {1, 1, {0, NONE, NONE, NONE, NONE, NONE, NONE, NONE}, 0, block_to_1, NULL},
};

static const struct form *form_of(unsigned block)
{
    return block == 1 ? &forms[0] : block == 2 ? &forms[1] : &forms[block == 4 ? 2 : 3];
}

void ki_jpeg_idct_choose(struct ki_jpeg_idct *idct, unsigned block,
                         unsigned cpu_features)
{
    const struct form *form = form_of(block);
    *idct = (struct ki_jpeg_idct){
        .side = SIDE / block, .nslots = form->nslots, .block = form->block};
    if (form->block_avx2 && (cpu_features & KI_CPU_AVX2)) {
        idct->block = form->block_avx2;
    }
    uint8_t row_of[SIDE * SIDE];
    uint8_t column_of[SIDE * SIDE];
    walk_zigzag(row_of, column_of);
    for (unsigned k = 0; k < SIDE * SIDE; k++) {
        unsigned row = form->places[row_of[k]];
        unsigned column = form->places[column_of[k]];
        bool is_used = row != NONE && column != NONE;
        idct->slot[k] = (uint8_t)(is_used ? row * form->nrows + column : form->spare);
        idct->used |= (uint64_t)(is_used && k > 0) << k;
    }
}

bool ki_jpeg_idct_arrange(const struct ki_jpeg_idct *idct, const uint16_t *steps,
                          uint16_t *quant)
{
    bool is_good = steps[0] < 2 * MOST;
    memset(quant, 0, idct->nslots * sizeof *quant);
    for (unsigned k = 1; k < SIDE * SIDE; k++) {
        if (idct->used >> k & 1) {
            quant[idct->slot[k]] = steps[k];
            is_good = is_good && steps[k] < 2 * MOST;
        }
    }
    quant[0] = steps[0];
    return is_good;
}
