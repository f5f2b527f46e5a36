/* SPDX-License-Identifier: Apache-2.0 */
#include "hash/pdq.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SIDE = 64 };

void ki_pdq_tables_init(struct ki_pdq_tables *tables)
{
    /* The scale is rounded to float before the product with the double cosine, as the
     * reference does; a bit near the median can hang on it. */
    const double pi = 3.14159265358979323846;
    const float scale = (float)sqrt(2.0 / SIDE);
    for (int i = 0; i < KI_DCT_SIDE; i++) {
        for (int j = 0; j < SIDE; j++) {
            double angle = pi / (2.0 * SIDE) * (i + 1) * (2 * j + 1);
            tables->dct[i][j] = (float)((double)scale * cos(angle));
            tables->turned[j][i] = tables->dct[i][j];
        }
    }
}

void ki_pdq_coefficients(const struct ki_pdq_tables *tables, const struct ki_fold *fold,
                         const float *samples, float out[KI_DCT_NSAMPLES])
{
    float half[KI_DCT_SIDE * SIDE];
    fold->product(half, tables->dct[0], samples, KI_DCT_SIDE, SIDE, SIDE);
    fold->product(out, half, tables->turned[0], KI_DCT_SIDE, SIDE, KI_DCT_SIDE);
}

/* A whole number that orders as the float does; −0 comes before 0, which is the same to
 * a comparison with the median. */
static int32_t order_of(float value)
{
    int32_t bits = 0;
    memcpy(&bits, &value, sizeof bits);
    return bits < 0 ? bits ^ INT32_MAX : bits;
}

/* The value at place `rank` (from 0) of the sorted values: its bits one by one from the
 * highest, by counting, without a branch on any value. */
static float select_rank(const float values[KI_DCT_NSAMPLES], int rank)
{
    int32_t orders[KI_DCT_NSAMPLES];
    for (int k = 0; k < KI_DCT_NSAMPLES; k++) {
        orders[k] = order_of(values[k]);
    }
    /* The largest number that at most rank of them are below. */
    int32_t found = INT32_MIN;
    for (int bit = 31; bit >= 0; bit--) {
        int32_t tried = (int32_t)((uint32_t)found ^ (uint32_t)1 << bit);
        int32_t nbelow = 0;
        for (int k = 0; k < KI_DCT_NSAMPLES; k++) {
            nbelow += orders[k] < tried;
        }
        found = nbelow <= rank ? tried : found;
    }
    int32_t bits = found < 0 ? found ^ INT32_MAX : found;
    float value = 0;
    memcpy(&value, &bits, sizeof value);
    return value;
}

void ki_pdq_bits(const float coefficients[KI_DCT_NSAMPLES], struct ki_pdq *out)
{
    float median = select_rank(coefficients, KI_DCT_NSAMPLES / 2 - 1);
    for (int byte = 0; byte < KI_PDQ_NBYTES; byte++) {
        unsigned bits = 0;
        for (int k = 0; k < 8; k++) {
            bits |= (unsigned)(coefficients[byte * 8 + k] > median) << k;
        }
        out->bytes[KI_PDQ_NBYTES - 1 - byte] = (uint8_t)bits;
    }
}

/* A transform mirrors the rows of the coefficients, the columns, both or neither, and
 * leaves them as they are or lays them on their side. */
static const struct {
    enum ki_transform upright;
    enum ki_transform transposed;
    bool mirrors_rows;
    bool mirrors_columns;
} mirrors[] = {
    {KI_TRANSFORM_ORIGINAL, KI_TRANSFORM_FLIPPLUS1, false, false},
    {KI_TRANSFORM_FLIPX, KI_TRANSFORM_ROT270, true, false},
    {KI_TRANSFORM_FLIPY, KI_TRANSFORM_ROT90, false, true},
    {KI_TRANSFORM_ROT180, KI_TRANSFORM_FLIPMINUS1, true, true},
};

/* A mirror turns the sign of the odd frequencies, which have even indices. */
static void mirror_coefficients(const float in[KI_DCT_NSAMPLES], bool mirrors_rows,
                                bool mirrors_columns, float out[KI_DCT_NSAMPLES])
{
    for (int i = 0; i < KI_DCT_SIDE; i++) {
        const float row = mirrors_rows && i % 2 == 0 ? -1.0f : 1.0f;
        const float even = mirrors_columns ? -row : row;
        for (int j = 0; j < KI_DCT_SIDE; j += 2) {
            int k = i * KI_DCT_SIDE + j;
            out[k] = in[k] * even;
            out[k + 1] = in[k + 1] * row;
        }
    }
}

/* Bit i · 16 + j becomes bit j · 16 + i: the same coefficients have the same median. */
static void transpose_bits(const struct ki_pdq *in, struct ki_pdq *out)
{
    uint16_t rows[KI_DCT_SIDE];
    for (int i = 0; i < KI_DCT_SIDE; i++) {
        const uint8_t *high = &in->bytes[KI_PDQ_NBYTES - 2 - 2 * i];
        rows[i] = (uint16_t)(high[0] << 8 | high[1]);
    }
    /* Squares of 8, 4, 2 and 1 change places. */
    static const uint16_t masks[] = {0x00ff, 0x0f0f, 0x3333, 0x5555};
    for (int step = 0, width = 8; width > 0; step++, width /= 2) {
        for (int i = 0; i < KI_DCT_SIDE; i++) {
            if ((i & width) == 0) {
                unsigned moved = (rows[i] >> width ^ rows[i + width]) & masks[step];
                rows[i] = (uint16_t)(rows[i] ^ moved << width);
                rows[i + width] = (uint16_t)(rows[i + width] ^ moved);
            }
        }
    }
    for (int i = 0; i < KI_DCT_SIDE; i++) {
        uint8_t *high = &out->bytes[KI_PDQ_NBYTES - 2 - 2 * i];
        high[0] = (uint8_t)(rows[i] >> 8);
        high[1] = (uint8_t)rows[i];
    }
}

/* Sums of 4,096 products of up to 255 in single precision err by about 0.001. The
 * weakest photographs have a mean of about 10. */
static bool is_above_noise(const float coefficients[KI_DCT_NSAMPLES])
{
    float sum = 0.0f;
    for (int k = 0; k < KI_DCT_NSAMPLES; k++) {
        sum += fabsf(coefficients[k]);
    }
    return sum / KI_DCT_NSAMPLES > 0.05f;
}

bool ki_pdq_compute(const struct ki_pdq_tables *tables, const struct ki_fold *fold,
                    const float *samples, bool dihedral,
                    struct ki_pdq out[KI_NTRANSFORMS])
{
    float coefficients[KI_DCT_NSAMPLES];
    ki_pdq_coefficients(tables, fold, samples, coefficients);
    bool is_good = is_above_noise(coefficients);
    ki_pdq_bits(coefficients, &out[KI_TRANSFORM_ORIGINAL]);
    for (size_t m = 0; dihedral && m < sizeof mirrors / sizeof mirrors[0]; m++) {
        struct ki_pdq *upright = &out[mirrors[m].upright];
        if (m > 0) {
            float mirrored[KI_DCT_NSAMPLES];
            mirror_coefficients(coefficients, mirrors[m].mirrors_rows,
                                mirrors[m].mirrors_columns, mirrored);
            ki_pdq_bits(mirrored, upright);
        }
        transpose_bits(upright, &out[mirrors[m].transposed]);
    }
    return is_good;
}

unsigned ki_pdq_quality(const struct ki_fold *fold, const float *samples)
{
    const size_t nsamples = (size_t)SIDE * SIDE;
    unsigned down = fold->hundredths(samples, samples + SIDE, nsamples - SIDE);
    unsigned across = fold->hundredths(samples, samples + 1, nsamples - 1);
    /* The last of a row and the first of the next are no neighbours. */
    for (size_t k = SIDE; k < nsamples; k += SIDE) {
        across -= fold->hundredths(samples + k - 1, samples + k, 1);
    }
    unsigned quality = (down + across) / 90;
    return quality < KI_QUALITY_MAX ? quality : KI_QUALITY_MAX;
}
