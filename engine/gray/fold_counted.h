/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The body of ki_fold.counted for x86-64 with AVX2 or more. The including file defines
 *
 *     STRIP_NBYTES     columns summed up at once
 *     words            a vector of as many bytes, used as 16-bit sums
 *     zero_words()
 *     add_pair(low, high, a, b, counts)
 *                      adds (counts mod 256)·a[x] + (counts / 256)·b[x] for the columns
 *                      x, in any order
 *     store_words(sums, low, high, is_first, scale)
 *                      in the order of the columns, as 32-bit floats
 *
 * A pair of rows is interleaved byte by byte, so that one instruction multiplies both
 * with their counts and adds the products.
 */
#include <immintrin.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gray/fold.h"

/* 128 · 255 is the most that a signed 16-bit sum holds. */
enum { MOST_COUNTED = 128, MOST_PAIRS = 64, TAIL = 8 };

/* Two rows and their counts in one word, or one row twice, the second with count 0. */
struct pair {
    const uint8_t *a;
    const uint8_t *b;
    uint16_t counts;
    bool is_last; /* of those whose products fit into 16 bits together */
};

/* Makes pairs of at most nrows rows; *npairs of them from how many rows is returned. */
static size_t make_pairs(const uint8_t *rows, size_t stride, const uint8_t *counts,
                         size_t nrows, struct pair pairs[MOST_PAIRS], size_t *npairs)
{
    unsigned counted = 0;
    size_t y = 0;
    size_t n = 0;
    while (y < nrows && n < MOST_PAIRS) {
        if (n > 0 && counted + counts[y] > MOST_COUNTED) {
            pairs[n - 1].is_last = true;
            counted = 0;
        }
        unsigned first = counts[y];
        unsigned second = y + 1 < nrows ? counts[y + 1] : 0;
        second = counted + first + second <= MOST_COUNTED ? second : 0;
        const uint8_t *row = rows + y * stride;
        pairs[n++] = (struct pair){row, second ? row + stride : row,
                                   (uint16_t)(second * 256 + first), false};
        counted += first + second;
        y += second ? 2 : 1;
    }
    pairs[n - 1].is_last = true;
    *npairs = n;
    return y;
}

static inline void store_eight(float *sums, __m128i eight, bool is_first, float scale)
{
    __m256 sum = _mm256_cvtepi32_ps(_mm256_cvtepi16_epi32(eight));
    if (!is_first) {
        sum = _mm256_add_ps(_mm256_loadu_ps(sums), sum);
    }
    _mm256_storeu_ps(sums, _mm256_mul_ps(sum, _mm256_set1_ps(scale)));
}

static inline void strip_counted(float *sums, const struct pair *pairs, size_t npairs,
                                 size_t x, bool is_first, float scale)
{
    words low = zero_words();
    words high = zero_words();
    for (size_t i = 0; i < npairs; i++) {
        add_pair(&low, &high, pairs[i].a + x, pairs[i].b + x, pairs[i].counts);
        if (pairs[i].is_last) {
            store_words(sums + x, low, high, is_first, i + 1 < npairs ? 1.0f : scale);
            low = zero_words();
            high = zero_words();
            is_first = false;
        }
    }
}

static inline void tail_counted(float *sums, const struct pair *pairs, size_t npairs,
                                size_t x, bool is_first, float scale)
{
    __m128i sum = _mm_setzero_si128();
    for (size_t i = 0; i < npairs; i++) {
        __m128i a = _mm_loadl_epi64((const __m128i *)(const void *)(pairs[i].a + x));
        __m128i b = _mm_loadl_epi64((const __m128i *)(const void *)(pairs[i].b + x));
        __m128i counts = _mm_set1_epi16((short)pairs[i].counts);
        __m128i products = _mm_maddubs_epi16(_mm_unpacklo_epi8(a, b), counts);
        sum = _mm_add_epi16(sum, products);
        if (pairs[i].is_last) {
            store_eight(sums + x, sum, is_first, i + 1 < npairs ? 1.0f : scale);
            sum = _mm_setzero_si128();
            is_first = false;
        }
    }
}

static void columns_counted(float *sums, const struct pair *pairs, size_t npairs,
                            size_t width, bool is_first, float scale)
{
    size_t x = 0;
    for (; x + STRIP_NBYTES <= width; x += STRIP_NBYTES) {
        strip_counted(sums, pairs, npairs, x, is_first, scale);
    }
    for (; x + TAIL <= width; x += TAIL) {
        tail_counted(sums, pairs, npairs, x, is_first, scale);
    }
}

static void fold_counted(float *sums, const uint8_t *rows, size_t stride,
                         const uint8_t *counts, float scale, size_t nrows, size_t width,
                         bool is_first)
{
    size_t x = width - width % TAIL;
    if (x < width) {
        ki_fold_counted_plain(sums + x, rows + x, stride, counts, scale, nrows,
                              width - x, is_first);
    }
    while (nrows > 0) {
        struct pair pairs[MOST_PAIRS];
        size_t npairs = 0;
        size_t some = make_pairs(rows, stride, counts, nrows, pairs, &npairs);
        columns_counted(sums, pairs, npairs, x, is_first, some < nrows ? 1.0f : scale);
        rows += some * stride;
        counts += some;
        nrows -= some;
        is_first = false;
    }
}
