/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Four rows at once for pixels of three or four bytes. A pixel needs the one to its
 * left, so that a row is one long chain; but row k may follow row k − 1 a pixel behind:
 *
 *     step t:   row 0 at pixel t, row 1 at t − 1, row 2 at t − 2, row 3 at t − 3
 *
 * A vector holds these four pixels, 16 bits a byte. Then left (a) is the result of the
 * step before; above (b) is that result moved on by one row, with the row above all
 * four moving in; above left (c) is b of the step before. Pixels of three bytes carry a
 * fourth along, which the next pixel overwrites.
 */
#include "decode/png_unfilter.h"

#if defined(__x86_64__)
#include <immintrin.h>
#include <stdbool.h>
#include <string.h>

#include "base/cpu.h"

enum { NROWS = 4 };

struct wave {
    const uint8_t *raw[NROWS];
    uint8_t *out[NROWS];
    const uint8_t *above;
    __m256i is_sub; /* all ones in the rows with this filter */
    __m256i is_up;
    __m256i is_average;
    __m256i is_paeth;
    __m256i left;
    __m256i above_left;
};

static inline int load_pixel(const uint8_t *p)
{
    int pixel = 0;
    memcpy(&pixel, p, sizeof pixel);
    return pixel;
}

static inline void store_pixel(uint8_t *p, int pixel)
{
    memcpy(p, &pixel, sizeof pixel);
}

static inline __m256i widen(int row0, int row1, int row2, int row3)
{
    return _mm256_cvtepu8_epi16(_mm_setr_epi32(row0, row1, row2, row3));
}

static inline __m256i predict_paeth(__m256i a, __m256i b, __m256i c)
{
    __m256i bc = _mm256_sub_epi16(b, c);
    __m256i ac = _mm256_sub_epi16(a, c);
    __m256i pa = _mm256_abs_epi16(bc);
    __m256i pb = _mm256_abs_epi16(ac);
    __m256i pc = _mm256_abs_epi16(_mm256_add_epi16(bc, ac));
    __m256i nearer = _mm256_blendv_epi8(a, b, _mm256_cmpgt_epi16(pa, pb));
    __m256i is_c = _mm256_cmpgt_epi16(_mm256_min_epi16(pa, pb), pc);
    return _mm256_blendv_epi8(nearer, c, is_c);
}

static inline __m256i predict(const struct wave *wave, __m256i a, __m256i b, __m256i c)
{
    __m256i average = _mm256_srli_epi16(_mm256_add_epi16(a, b), 1);
    __m256i sum = _mm256_and_si256(a, wave->is_sub);
    sum = _mm256_or_si256(sum, _mm256_and_si256(b, wave->is_up));
    sum = _mm256_or_si256(sum, _mm256_and_si256(average, wave->is_average));
    return _mm256_or_si256(sum,
                           _mm256_and_si256(predict_paeth(a, b, c), wave->is_paeth));
}

/* What all four rows are filtered with, if it is one of the two that pictures are full
 * of; they are compiled apart. */
enum blend { ANY, ALL_AVERAGE, ALL_PAETH };

/* The next pixel of each row, from the filtered ones; above belongs to row 0. */
static inline __attribute__((always_inline)) __m256i
advance(struct wave *wave, __m256i raw, int above, enum blend blend)
{
    __m256i moved = _mm256_permute4x64_epi64(wave->left, _MM_SHUFFLE(2, 1, 0, 0));
    __m256i entering =
        _mm256_castsi128_si256(_mm_cvtepu8_epi16(_mm_cvtsi32_si128(above)));
    __m256i b = _mm256_blend_epi32(moved, entering, 0x03);
    __m256i p;
    if (blend == ALL_PAETH) {
        p = predict_paeth(wave->left, b, wave->above_left);
    } else if (blend == ALL_AVERAGE) {
        p = _mm256_srli_epi16(_mm256_add_epi16(wave->left, b), 1);
    } else {
        p = predict(wave, wave->left, b, wave->above_left);
    }
    wave->above_left = b;
    wave->left = _mm256_and_si256(_mm256_add_epi16(raw, p), _mm256_set1_epi16(0x00ff));
    return wave->left;
}

/* A step at the ends, where not all rows have a pixel: those that have not begun stay
 * zero, as what is left of a row counts as zero. */
static void step_at_end(struct wave *wave, size_t t, size_t npixels, size_t step)
{
    int raw[NROWS] = {0};
    int has[NROWS] = {0};
    for (size_t k = 0; k < NROWS; k++) {
        if (t >= k && t - k < npixels) {
            raw[k] = load_pixel(wave->raw[k] + (t - k) * step);
            has[k] = -1;
        }
    }
    int above = t < npixels ? load_pixel(wave->above + t * step) : 0;
    __m256i result = advance(wave, widen(raw[0], raw[1], raw[2], raw[3]), above, ANY);
    __m256i mask =
        _mm256_cvtepi32_epi64(_mm_setr_epi32(has[0], has[1], has[2], has[3]));
    wave->left = _mm256_and_si256(result, mask);
    uint8_t bytes[32];
    _mm256_storeu_si256((__m256i *)(void *)bytes,
                        _mm256_packus_epi16(wave->left, wave->left));
    static const size_t places[NROWS] = {0, 4, 16, 20};
    for (size_t k = 0; k < NROWS; k++) {
        if (has[k]) {
            memcpy(wave->out[k] + (t - k) * step, bytes + places[k], 4);
        }
    }
}

static inline __attribute__((always_inline)) void
run_middle(struct wave *wave, size_t npixels, size_t step, enum blend blend)
{
    struct wave w = *wave;
    for (size_t t = NROWS - 1; t < npixels; t++) {
        size_t at = t * step;
        __m256i raw = widen(load_pixel(w.raw[0] + at), load_pixel(w.raw[1] + at - step),
                            load_pixel(w.raw[2] + at - 2 * step),
                            load_pixel(w.raw[3] + at - 3 * step));
        __m256i result = advance(&w, raw, load_pixel(w.above + at), blend);
        __m256i bytes = _mm256_packus_epi16(result, result);
        __m128i low = _mm256_castsi256_si128(bytes);
        __m128i high = _mm256_extracti128_si256(bytes, 1);
        store_pixel(w.out[0] + at, _mm_cvtsi128_si32(low));
        store_pixel(w.out[1] + at - step, _mm_extract_epi32(low, 1));
        store_pixel(w.out[2] + at - 2 * step, _mm_cvtsi128_si32(high));
        store_pixel(w.out[3] + at - 3 * step, _mm_extract_epi32(high, 1));
    }
    *wave = w;
}

static __m256i rows_with(const uint8_t *const raw[NROWS], int filter)
{
    int is[NROWS];
    for (size_t k = 0; k < NROWS; k++) {
        is[k] = -(raw[k][-1] == filter);
    }
    return _mm256_cvtepi32_epi64(_mm_setr_epi32(is[0], is[1], is[2], is[3]));
}

static void undo_four(const struct ki_png_rows *rows, uint32_t y)
{
    struct wave wave = {.left = _mm256_setzero_si256(),
                        .above_left = _mm256_setzero_si256()};
    size_t npixels = rows->npixels;
    size_t step = rows->pixel_nbytes;
    for (size_t k = 0; k < NROWS; k++) {
        wave.raw[k] = rows->raw + (y + k) * rows->raw_stride + 1;
        wave.out[k] = rows->out + (y + k) * rows->out_stride;
    }
    wave.above = wave.out[0] - rows->out_stride;
    wave.is_sub = rows_with(wave.raw, KI_PNG_FILTER_SUB);
    wave.is_up = rows_with(wave.raw, KI_PNG_FILTER_UP);
    wave.is_average = rows_with(wave.raw, KI_PNG_FILTER_AVERAGE);
    wave.is_paeth = rows_with(wave.raw, KI_PNG_FILTER_PAETH);
    for (size_t t = 0; t < NROWS - 1; t++) {
        step_at_end(&wave, t, npixels, step);
    }
    if (_mm256_movemask_epi8(wave.is_paeth) == -1) {
        run_middle(&wave, npixels, step, ALL_PAETH);
    } else if (_mm256_movemask_epi8(wave.is_average) == -1) {
        run_middle(&wave, npixels, step, ALL_AVERAGE);
    } else {
        run_middle(&wave, npixels, step, ANY);
    }
    for (size_t t = npixels; t < npixels + NROWS - 1; t++) {
        step_at_end(&wave, t, npixels, step);
    }
}

static void undo_rows(const struct ki_png_rows *rows)
{
    uint32_t y = 0;
    bool is_fit = rows->pixel_nbytes >= 3 && rows->npixels >= NROWS;
    for (; is_fit && y + NROWS <= rows->nrows; y += NROWS) {
        undo_four(rows, y);
    }
    struct ki_png_rows rest = *rows;
    rest.raw += y * rows->raw_stride;
    rest.out += y * rows->out_stride;
    rest.nrows -= y;
    ki_png_unfilter_scalar(&rest);
}

const struct ki_png_unfilter ki_png_unfilter_avx2 = {"avx2", KI_CPU_AVX2, undo_rows};
#endif
