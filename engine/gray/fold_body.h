/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The body of ki_fold, compiled once per instruction set. The including file defines
 *
 *     LANES            floats in a vector
 *     vec              such a vector: + and · work on it element by element
 *     load_bytes(p)    LANES bytes as floats
 */
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

static inline void luma_of(float *restrict luma, const uint8_t *restrict rgb,
                           size_t npixels, size_t step)
{
    for (size_t x = 0; x < npixels; x++) {
        luma[x] = 0.299f * (float)rgb[step * x] + 0.587f * (float)rgb[step * x + 1] +
                  0.114f * (float)rgb[step * x + 2];
    }
}
