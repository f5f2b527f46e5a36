/* SPDX-License-Identifier: Apache-2.0 */
/* The table of folds, and the one for any processor: four samples at a time, which the
 * compiler maps to what every processor of the architecture has. */
#include "gray/fold.h"

#include "gray/fold_isa.h"

#define LANES 4
#if defined(__SSE2__)
#include <emmintrin.h>

typedef __m128 vec;

static inline vec load_bytes(const uint8_t *p)
{
    int four = 0;
    __builtin_memcpy(&four, p, sizeof four);
    const __m128i zero = _mm_setzero_si128();
    __m128i words = _mm_unpacklo_epi8(_mm_cvtsi32_si128(four), zero);
    return _mm_cvtepi32_ps(_mm_unpacklo_epi16(words, zero));
}
#else
typedef float vec __attribute__((vector_size(LANES * sizeof(float))));

static inline vec load_bytes(const uint8_t *p)
{
    return (vec){p[0], p[1], p[2], p[3]};
}
#endif

#include "gray/fold_body.h"

#define TURNED 4
typedef float turned_vec __attribute__((vector_size(TURNED * sizeof(float))));

static inline turned_vec load_pieces(const float *row, const uint32_t *first)
{
    turned_vec v;
    memcpy(&v, row + first[0], sizeof v);
    return v;
}

static inline void turn_fours(turned_vec v[4])
{
    turned_vec ab_low = __builtin_shufflevector(v[0], v[1], 0, 4, 1, 5);
    turned_vec ab_high = __builtin_shufflevector(v[0], v[1], 2, 6, 3, 7);
    turned_vec cd_low = __builtin_shufflevector(v[2], v[3], 0, 4, 1, 5);
    turned_vec cd_high = __builtin_shufflevector(v[2], v[3], 2, 6, 3, 7);
    v[0] = __builtin_shufflevector(ab_low, cd_low, 0, 1, 4, 5);
    v[1] = __builtin_shufflevector(ab_low, cd_low, 2, 3, 6, 7);
    v[2] = __builtin_shufflevector(ab_high, cd_high, 0, 1, 4, 5);
    v[3] = __builtin_shufflevector(ab_high, cd_high, 2, 3, 6, 7);
}

#include "gray/fold_across.h"

static void fold_luma(float *luma, const uint8_t *rgb, size_t npixels,
                      size_t pixel_nbytes)
{
    luma_of(luma, rgb, npixels, pixel_nbytes);
}

/* Sums of up to COUNTED_NCOLUMNS columns; the products of rows whose counts add up to
 * 257 fit into 16 bits. */
enum { COUNTED_NCOLUMNS = 64, MOST_COUNTED = 257 };

static void add_row(uint16_t *restrict sums, const uint8_t *restrict row,
                    unsigned count, size_t width)
{
    for (size_t x = 0; x < width; x++) {
        sums[x] = (uint16_t)(sums[x] + count * row[x]);
    }
}

static void store_sums(float *restrict sums, const uint16_t *restrict words,
                       size_t width, bool is_first, float scale)
{
    for (size_t x = 0; x < width; x++) {
        sums[x] = ((is_first ? 0.0f : sums[x]) + (float)words[x]) * scale;
    }
}

static void strip_counted(float *sums, const uint8_t *rows, size_t stride,
                          const uint8_t *counts, float scale, size_t nrows,
                          size_t width, bool is_first)
{
    for (size_t y = 0; y < nrows; is_first = false) {
        uint16_t words[COUNTED_NCOLUMNS] = {0};
        unsigned counted = 0;
        for (; y < nrows && counted + counts[y] <= MOST_COUNTED; y++) {
            add_row(words, rows + y * stride, counts[y], width);
            counted += counts[y];
        }
        store_sums(sums, words, width, is_first, y < nrows ? 1.0f : scale);
    }
}

void ki_fold_counted_plain(float *sums, const uint8_t *rows, size_t stride,
                           const uint8_t *counts, float scale, size_t nrows,
                           size_t width, bool is_first)
{
    for (size_t x = 0; x < width; x += COUNTED_NCOLUMNS) {
        size_t some = width - x < COUNTED_NCOLUMNS ? width - x : COUNTED_NCOLUMNS;
        strip_counted(sums + x, rows + x, stride, counts, scale, nrows, some, is_first);
    }
}

static const struct ki_fold fold_scalar = {
    .name = "scalar",
    .cpu_needs = 0,
    .bytes = fold_bytes,
    .floats = fold_floats,
    .counted = ki_fold_counted_plain,
    .across = fold_across,
    .product = fold_product,
    .hundredths = fold_hundredths,
    .luma = fold_luma,
};

static const struct ki_fold *const folds[] = {
    &fold_scalar,
#if defined(__x86_64__)
    &ki_fold_avx2,
    &ki_fold_avx512,
#endif
    NULL,
};

const struct ki_fold *ki_fold_at(size_t i)
{
    return i < sizeof folds / sizeof folds[0] ? folds[i] : NULL;
}

const struct ki_fold *ki_fold_best(unsigned cpu_features)
{
    const struct ki_fold *best = &fold_scalar;
    for (size_t i = 0; folds[i]; i++) {
        if ((folds[i]->cpu_needs & ~cpu_features) == 0 &&
            (folds[i]->cpu_avoids & cpu_features) == 0) {
            best = folds[i];
        }
    }
    return best;
}
