/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The body of ki_fold.counted for x86-64 with AVX2 or more. The including file defines
 *
 *     words            a vector register of whole numbers
 *     NWORDS           of them for the sums of STRIP_NBYTES columns with 16 bits each,
 *                      2 · NWORDS with 32 bits
 *     pair_products(products, a, b, counts)
 *                      (counts mod 256)·a[x] + (counts / 256)·b[x] with 16 bits for
 *                      all columns x, in any order
 *     add_16, add_32   two registers
 *     widen(wide, sums)
 *                      from 16 bits to 32, in the order of the columns
 *     to_floats(wide)  a register as vec
 *
 * A pair of rows is interleaved byte by byte, so that one instruction multiplies both
 * with their counts and adds the products. A group of pairs adds up to 16 bits, groups
 * to 32.
 */
#include <immintrin.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gray/fold.h"

/* 128 · 255 is the most that a signed 16-bit sum holds. */
enum { MOST_COUNTED = 128, MOST_PAIRS = 64, STRIP_NBYTES = 64, TAIL = 8 };

/* Eight rows of 512: those of the next output. Memory that is not there may be asked
 * for; nothing comes of it. */
enum { AHEAD_NBYTES = 4096 };

/* Two rows and their counts in one word, or one row twice, the second with count 0. */
struct pair {
    const uint8_t *a;
    const uint8_t *b;
    unsigned counts;
    bool is_last; /* of its group */
};

/* Makes pairs of at most nrows rows; *npairs of them from how many rows is returned. */
static size_t make_pairs(const uint8_t *rows, size_t stride, const uint8_t *counts,
                         size_t nrows, struct pair pairs[MOST_PAIRS], size_t *npairs)
{
    unsigned room = MOST_COUNTED;
    size_t y = 0;
    size_t n = 0;
    while (y < nrows && n < MOST_PAIRS) {
        unsigned first = counts[y];
        unsigned second = y + 1 < nrows ? counts[y + 1] : 0;
        if (first > room) {
            pairs[n - 1].is_last = true;
            room = MOST_COUNTED;
        }
        second = first + second <= room ? second : 0;
        room -= first + second;
        pairs[n++] = (struct pair){rows, second ? rows + stride : rows,
                                   second * 256 + first, false};
        size_t taken = second ? 2 : 1;
        rows += taken * stride;
        y += taken;
    }
    pairs[n - 1].is_last = true;
    *npairs = n;
    return y;
}

static inline void fetch_ahead(const uint8_t *sample)
{
    _mm_prefetch((const char *)(sample + AHEAD_NBYTES), _MM_HINT_T0);
}

/* The products of a pair. Rows below each other are not read in the order of addresses,
 * so that a processor does not see what of a narrow picture comes next. */
static inline void multiply_pair(words products[NWORDS], const struct pair *pair,
                                 size_t x)
{
    fetch_ahead(pair->a + x);
    fetch_ahead(pair->b + x);
    pair_products(products, pair->a + x, pair->b + x, pair->counts);
}

/* The sums of a group of pairs; returns the first pair after it. */
static inline const struct pair *sum_group(words sums[NWORDS], const struct pair *pair,
                                           size_t x)
{
    multiply_pair(sums, pair, x);
    while (!pair->is_last) {
        words products[NWORDS];
        pair++;
        multiply_pair(products, pair, x);
        for (size_t i = 0; i < NWORDS; i++) {
            sums[i] = add_16(sums[i], products[i]);
        }
    }
    return pair + 1;
}

static inline void strip_counted(float *sums, const struct pair *pair,
                                 const struct pair *end, size_t x, bool is_first,
                                 float scale)
{
    words group[NWORDS];
    words all[2 * NWORDS];
    pair = sum_group(group, pair, x);
    widen(all, group);
    while (pair < end) {
        words wide[2 * NWORDS];
        pair = sum_group(group, pair, x);
        widen(wide, group);
        for (size_t i = 0; i < (size_t)2 * NWORDS; i++) {
            all[i] = add_32(all[i], wide[i]);
        }
    }
    for (size_t i = 0; i < (size_t)2 * NWORDS; i++) {
        float *some = sums + x + i * LANES;
        vec sum = to_floats(all[i]);
        if (!is_first) {
            sum += load_floats(some);
        }
        store_floats(some, sum * scale);
    }
}

static inline __m256i eight_products(const struct pair *pair, size_t x)
{
    __m128i a = _mm_loadl_epi64((const __m128i *)(const void *)(pair->a + x));
    __m128i b = _mm_loadl_epi64((const __m128i *)(const void *)(pair->b + x));
    __m128i counts = _mm_set1_epi16((short)pair->counts);
    return _mm256_cvtepi16_epi32(_mm_maddubs_epi16(_mm_unpacklo_epi8(a, b), counts));
}

static inline void tail_counted(float *sums, const struct pair *pair,
                                const struct pair *end, size_t x, bool is_first,
                                float scale)
{
    __m256i all = eight_products(pair, x);
    for (pair++; pair < end; pair++) {
        all = _mm256_add_epi32(all, eight_products(pair, x));
    }
    __m256 sum = _mm256_cvtepi32_ps(all);
    if (!is_first) {
        sum = _mm256_add_ps(_mm256_loadu_ps(sums + x), sum);
    }
    _mm256_storeu_ps(sums + x, _mm256_mul_ps(sum, _mm256_set1_ps(scale)));
}

static void columns_counted(float *sums, const struct pair *pairs, size_t npairs,
                            size_t width, bool is_first, float scale)
{
    size_t x = 0;
    for (; x + STRIP_NBYTES <= width; x += STRIP_NBYTES) {
        strip_counted(sums, pairs, pairs + npairs, x, is_first, scale);
    }
    for (; x + TAIL <= width; x += TAIL) {
        tail_counted(sums, pairs, pairs + npairs, x, is_first, scale);
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
