/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The body of ki_fold, compiled once per instruction set. The including file defines
 *
 *     LANES            floats in a vector
 *     vec              such a vector: + and · work on it element by element
 *     load_bytes(p)    LANES bytes as floats
 */
#include <math.h>
#include <string.h>

#include "gray/fold.h"

enum { STRIP = 4 }; /* vectors summed up at once, in registers */

static inline vec load_floats(const float *p)
{
    vec v;
    memcpy(&v, p, sizeof v);
    return v;
}

static inline void store_floats(float *p, vec v)
{
    memcpy(p, &v, sizeof v);
}

/* One function for each type of sample and number of vectors side by side. */
#define FOLD_STRIP(name, type, load, count)                                            \
    static inline void name(float *sums, const type *rows, size_t stride,              \
                            const float *weights, size_t nrows, bool is_first)         \
    {                                                                                  \
        vec s[count];                                                                  \
        for (size_t i = 0; i < (count); i++) {                                         \
            s[i] = is_first ? (vec){0} : load_floats(sums + i * LANES);                \
        }                                                                              \
        for (size_t y = 0; y < nrows; y++) {                                           \
            for (size_t i = 0; i < (count); i++) {                                     \
                s[i] += weights[y] * load(rows + y * stride + i * LANES);              \
            }                                                                          \
        }                                                                              \
        for (size_t i = 0; i < (count); i++) {                                         \
            store_floats(sums + i * LANES, s[i]);                                      \
        }                                                                              \
    }

FOLD_STRIP(strip_of_bytes, uint8_t, load_bytes, STRIP)
FOLD_STRIP(vector_of_bytes, uint8_t, load_bytes, 1)
FOLD_STRIP(strip_of_floats, float, load_floats, STRIP)
FOLD_STRIP(vector_of_floats, float, load_floats, 1)

/* The whole width: strips, then vectors, then what is left one by one. */
#define FOLD(name, type, strip, vector)                                                \
    static void name(float *sums, const type *rows, size_t stride,                     \
                     const float *weights, size_t nrows, size_t width, bool is_first)  \
    {                                                                                  \
        const size_t nstrip = (size_t)STRIP * LANES;                                   \
        size_t x = 0;                                                                  \
        for (; x + nstrip <= width; x += nstrip) {                                     \
            strip(sums + x, rows + x, stride, weights, nrows, is_first);               \
        }                                                                              \
        for (; x + LANES <= width; x += LANES) {                                       \
            vector(sums + x, rows + x, stride, weights, nrows, is_first);              \
        }                                                                              \
        for (; x < width; x++) {                                                       \
            float sum = is_first ? 0.0f : sums[x];                                     \
            for (size_t y = 0; y < nrows; y++) {                                       \
                sum += weights[y] * (float)rows[y * stride + x];                       \
            }                                                                          \
            sums[x] = sum;                                                             \
        }                                                                              \
    }

FOLD(fold_bytes, uint8_t, strip_of_bytes, vector_of_bytes)
FOLD(fold_floats, float, strip_of_floats, vector_of_floats)

/* Of a product, 8 sums of LANES at once: so many do not wait for each other. */
enum { TILE_NVECS = LANES < 16 ? 2 : 1, TILE_NROWS = 8 / TILE_NVECS };

static inline void product_tile(float *out, const float *a, const float *b,
                                size_t ninner, size_t width)
{
    vec s[TILE_NROWS][TILE_NVECS] = {{{0}}};
    for (size_t k = 0; k < ninner; k++) {
        for (size_t i = 0; i < TILE_NROWS; i++) {
            for (size_t v = 0; v < TILE_NVECS; v++) {
                s[i][v] += a[i * ninner + k] * load_floats(b + k * width + v * LANES);
            }
        }
    }
    for (size_t i = 0; i < TILE_NROWS; i++) {
        for (size_t v = 0; v < TILE_NVECS; v++) {
            store_floats(out + i * width + v * LANES, s[i][v]);
        }
    }
}

static void fold_product(float *out, const float *a, const float *b, size_t nrows,
                         size_t ninner, size_t width)
{
    for (size_t i = 0; i < nrows; i += TILE_NROWS) {
        for (size_t x = 0; x < width; x += (size_t)TILE_NVECS * LANES) {
            product_tile(out + i * width + x, a + i * ninner, b + x, ninner, width);
        }
    }
}

/* The quotient, rounded to single precision, is a whole number or more just if the
 * dividend is as many times 255 or more, so that whole numbers can be divided; and for
 * n under 65535, n / 255 = (n + 1 + n / 256) / 256. */
static unsigned fold_hundredths(const float *a, const float *b, size_t n)
{
    unsigned sum = 0;
    for (size_t k = 0; k < n; k++) {
        unsigned dividend = (unsigned)(int)fabsf((a[k] - b[k]) * 100.0f);
        sum += (dividend + 1 + dividend / 256) / 256;
    }
    return sum;
}

static inline void luma_of(float *restrict luma, const uint8_t *restrict rgb,
                           size_t npixels, size_t step)
{
    for (size_t x = 0; x < npixels; x++) {
        luma[x] = 0.299f * (float)rgb[step * x] + 0.587f * (float)rgb[step * x + 1] +
                  0.114f * (float)rgb[step * x + 2];
    }
}
