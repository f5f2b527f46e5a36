/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Eight rows at once. A pixel needs the one to its left, so that a row is one long
 * chain; but row k may follow row k − 1 two pixels behind:
 *
 *     step t:   row 0 at pixel t, row 1 at t − 2, … row 7 at t − 14
 *
 * A vector holds these eight pixels, four bytes each, of which pixels of fewer bytes
 * use the first. Then left (a) is the result of the step before; above (b) is the
 * result two steps before, moved on by one row, with the row above all eight moving in;
 * above left (c) is b of the step before. Only a is waited for.
 *
 * Four steps make a block: four pixels of each row are loaded together and turned on
 * their side, so that there is one vector a step, and turned back to be stored. Rows
 * that have not begun give zeros, as what is left of a row counts as zero; what comes
 * after the end of a row is computed from anything and not used.
 */
#include "decode/png_unfilter.h"

#if defined(__x86_64__)
#include <immintrin.h>
#include <stdbool.h>
#include <string.h>

#include "base/cpu.h"

enum { NROWS = 8, LAG = 2, BLOCK = 4, HALF = NROWS / 2, MIN_PIXELS = 4 };

struct wave {
    const uint8_t *raw[NROWS]; /* where the row would be at step 0 */
    uint8_t *out[NROWS];
    const uint8_t *above;
    size_t nrows;
    size_t npixels;
    size_t step;       /* bytes a pixel */
    __m256i spread;    /* four pixels to four bytes each */
    __m256i gather;    /* and back */
    __m256i sees_left; /* all ones in rows whose filter uses a */
    __m256i sees_above;
    __m256i is_average;
    __m256i is_paeth;
    __m256i result[2]; /* of the last step, and of the one before it */
    __m256i above_left;
};

/* What rows are filtered with. PLAIN is none, sub and up. */
enum blend { ALL_PAETH, ALL_AVERAGE, PLAIN, NO_AVERAGE, ANY };

/* Paeth's prediction is a, b or c, whichever is nearest to a + b − c. Where c is not
 * between a and b, that is the one farther from c. Where it is, the one that is at
 * least twice as far from c as the other, if there is one, else c.
 *
 * Half the sum, rounded down, is half of all but one of it, rounded up. */
static inline __attribute__((always_inline)) __m256i
predict(const struct wave *wave, __m256i a, __m256i b, __m256i c, enum blend blend)
{
    __m256i low = _mm256_min_epu8(a, b);
    __m256i high = _mm256_max_epu8(a, b);
    __m256i over = _mm256_subs_epu8(high, c);
    __m256i under = _mm256_subs_epu8(c, low);
    __m256i over_twice = _mm256_adds_epu8(over, over);
    __m256i under_twice = _mm256_adds_epu8(under, under);
    __m256i is_low = _mm256_cmpeq_epi8(_mm256_max_epu8(over_twice, under), under);
    __m256i is_high = _mm256_cmpeq_epi8(_mm256_max_epu8(under_twice, over), over);
    __m256i paeth =
        _mm256_blendv_epi8(_mm256_blendv_epi8(c, low, is_low), high, is_high);
    if (blend != ANY) {
        return paeth;
    }
    __m256i average = _mm256_avg_epu8(low, _mm256_subs_epu8(high, _mm256_set1_epi8(1)));
    return _mm256_blendv_epi8(paeth, average, wave->is_average);
}

/* Sub is Paeth where there is nothing above, up where there is nothing to the left, and
 * none where there is neither: a prediction is made of what each row may see. Where all
 * are averages, pixels are held inverted while they are in the wave:
 *
 *     ¬(raw + ⌊(a + b) / 2⌋) = ⌈(¬a + ¬b) / 2⌉ − raw
 */
static inline __attribute__((always_inline)) __m256i
add_prediction(const struct wave *wave, __m256i raw, __m256i a, __m256i b, __m256i c,
               enum blend blend)
{
    if (blend == ALL_PAETH) {
        return _mm256_add_epi8(raw, predict(wave, a, b, c, blend));
    }
    if (blend == ALL_AVERAGE) {
        return _mm256_sub_epi8(_mm256_avg_epu8(a, b), raw);
    }
    a = _mm256_and_si256(a, wave->sees_left);
    b = _mm256_and_si256(b, wave->sees_above);
    if (blend == PLAIN) {
        return _mm256_add_epi8(_mm256_add_epi8(raw, b), a);
    }
    c = _mm256_and_si256(c, wave->is_paeth);
    return _mm256_add_epi8(raw, predict(wave, a, b, c, blend));
}

/* The next pixel of each row, from the filtered ones. What is above row 0 is the last
 * of the four pixels of above: it and rows 0 … 3 stand before rows 4 … 7, and all move
 * on by one (vpermd would take eight cycles on Zen 3, this takes four). */
static inline __attribute__((always_inline)) __m256i
advance(struct wave *wave, __m256i raw, __m128i above, enum blend blend)
{
    __m256i first_rows = _mm256_inserti128_si256(
        _mm256_castsi128_si256(above), _mm256_castsi256_si128(wave->result[1]), 1);
    __m256i b = _mm256_alignr_epi8(wave->result[1], first_rows, 12);
    __m256i result =
        add_prediction(wave, raw, wave->result[0], b, wave->above_left, blend);
    wave->above_left = b;
    wave->result[1] = wave->result[0];
    wave->result[0] = result;
    return result;
}

/* Of four by four pixels in each half: rows to columns, and back. */
static inline void turn(__m256i v[BLOCK])
{
    __m256i ab_low = _mm256_unpacklo_epi32(v[0], v[1]);
    __m256i ab_high = _mm256_unpackhi_epi32(v[0], v[1]);
    __m256i cd_low = _mm256_unpacklo_epi32(v[2], v[3]);
    __m256i cd_high = _mm256_unpackhi_epi32(v[2], v[3]);
    v[0] = _mm256_unpacklo_epi64(ab_low, cd_low);
    v[1] = _mm256_unpackhi_epi64(ab_low, cd_low);
    v[2] = _mm256_unpacklo_epi64(ab_high, cd_high);
    v[3] = _mm256_unpackhi_epi64(ab_high, cd_high);
}

static inline __m128i load_half(const uint8_t *p)
{
    return _mm_loadu_si128((const __m128i *)(const void *)p);
}

static inline void store_half(uint8_t *p, __m128i half)
{
    _mm_storeu_si128((__m128i *)(void *)p, half);
}

static inline void load_block(const struct wave *wave, size_t at, __m256i v[BLOCK])
{
    for (size_t k = 0; k < HALF; k++) {
        __m256i both = _mm256_inserti128_si256(
            _mm256_castsi128_si256(load_half(wave->raw[k] + at)),
            load_half(wave->raw[k + HALF] + at), 1);
        v[k] = _mm256_shuffle_epi8(both, wave->spread);
    }
    turn(v);
}

static inline void gather_block(const struct wave *wave, __m256i v[BLOCK])
{
    turn(v);
    for (size_t k = 0; k < HALF; k++) {
        v[k] = _mm256_shuffle_epi8(v[k], wave->gather);
    }
}

static inline void store_block(const struct wave *wave, size_t at, __m256i v[BLOCK])
{
    gather_block(wave, v);
    for (size_t k = 0; k < HALF; k++) {
        store_half(wave->out[k] + at, _mm256_castsi256_si128(v[k]));
        store_half(wave->out[k + HALF] + at, _mm256_extracti128_si256(v[k], 1));
    }
}

/* Only the rows that have pixels here. Where a block begins before its row, it writes
 * into the slack of the row above. */
static void store_block_at_end(const struct wave *wave, size_t t, __m256i v[BLOCK])
{
    uint8_t bytes[NROWS][16];
    gather_block(wave, v);
    for (size_t k = 0; k < HALF; k++) {
        store_half(bytes[k], _mm256_castsi256_si128(v[k]));
        store_half(bytes[k + HALF], _mm256_extracti128_si256(v[k], 1));
    }
    for (size_t k = 0; k < wave->nrows; k++) {
        if (t + BLOCK > LAG * k && t < LAG * k + wave->npixels) {
            memcpy(wave->out[k] + t * wave->step, bytes[k], sizeof bytes[k]);
        }
    }
}

/* All ones in the rows that have begun at step t. */
static inline __m256i begun_at(size_t t)
{
    const __m256i begins = _mm256_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14);
    return _mm256_cmpgt_epi32(_mm256_set1_epi32((int)t + 1), begins);
}

static void run_block_at_end(struct wave *wave, size_t t)
{
    __m256i v[BLOCK];
    load_block(wave, t * wave->step, v);
    __m128i above = _mm_shuffle_epi8(load_half(wave->above + t * wave->step),
                                     _mm256_castsi256_si128(wave->spread));
    for (size_t i = 0; i < BLOCK; i++) {
        const __m128i last = _mm_shuffle_epi32(above, 0);
        __m256i result = advance(wave, v[i], last, ANY);
        above = _mm_srli_si128(above, 4);
        wave->result[0] = _mm256_and_si256(result, begun_at(t + i));
        v[i] = wave->result[0];
    }
    store_block_at_end(wave, t, v);
}

/* Inverted, if that is how the wave holds them. */
static inline __attribute__((always_inline)) __m256i held(__m256i v, enum blend blend)
{
    return blend == ALL_AVERAGE ? _mm256_xor_si256(v, _mm256_set1_epi8(-1)) : v;
}

static inline __attribute__((always_inline)) void invert(struct wave *wave,
                                                         enum blend blend)
{
    wave->result[0] = held(wave->result[0], blend);
    wave->result[1] = held(wave->result[1], blend);
    wave->above_left = held(wave->above_left, blend);
}

/* Whole blocks of pixels in all eight rows. */
static inline __attribute__((always_inline)) size_t
run_middle(struct wave *wave, size_t t, enum blend blend)
{
    struct wave w = *wave;
    invert(&w, blend);
    for (; t + BLOCK <= w.npixels; t += BLOCK) {
        __m256i v[BLOCK];
        size_t at = t * w.step;
        load_block(&w, at, v);
        __m128i above =
            _mm_shuffle_epi8(load_half(w.above + at), _mm256_castsi256_si128(w.spread));
        above = _mm256_castsi256_si128(held(_mm256_castsi128_si256(above), blend));
        v[0] = advance(&w, v[0], _mm_slli_si128(above, 12), blend);
        v[1] = advance(&w, v[1], _mm_slli_si128(above, 8), blend);
        v[2] = advance(&w, v[2], _mm_slli_si128(above, 4), blend);
        v[3] = advance(&w, v[3], above, blend);
        for (size_t i = 0; i < BLOCK; i++) {
            v[i] = held(v[i], blend);
        }
        store_block(&w, at, v);
    }
    invert(&w, blend);
    *wave = w;
    return t;
}

static __m256i rows_with(const uint8_t filters[NROWS], int filter)
{
    int64_t all = 0;
    memcpy(&all, filters, sizeof all);
    __m256i each = _mm256_cvtepu8_epi32(_mm_cvtsi64_si128(all));
    return _mm256_cmpeq_epi32(each, _mm256_set1_epi32(filter));
}

static void set_filters(struct wave *wave, const uint8_t filters[NROWS])
{
    wave->is_average = rows_with(filters, KI_PNG_FILTER_AVERAGE);
    wave->is_paeth = rows_with(filters, KI_PNG_FILTER_PAETH);
    __m256i sees_both = _mm256_or_si256(wave->is_average, wave->is_paeth);
    wave->sees_left = _mm256_or_si256(rows_with(filters, KI_PNG_FILTER_SUB), sees_both);
    wave->sees_above = _mm256_or_si256(rows_with(filters, KI_PNG_FILTER_UP), sees_both);
}

static void set_shuffles(struct wave *wave)
{
    uint8_t spread[16];
    uint8_t gather[16];
    memset(spread, 0x80, sizeof spread); /* a zero */
    memset(gather, 0x80, sizeof gather);
    for (size_t i = 0; i < BLOCK * wave->step; i++) {
        size_t place = i / wave->step * 4 + i % wave->step;
        spread[place] = (uint8_t)i;
        gather[i] = (uint8_t)place;
    }
    wave->spread = _mm256_broadcastsi128_si256(load_half(spread));
    wave->gather = _mm256_broadcastsi128_si256(load_half(gather));
}

/* Up to eight rows from the y-th. Rows that there are not stand for others' pixels,
 * which can be read as well as any. */
static void begin_rows(struct wave *wave, const struct ki_png_rows *rows, uint32_t y)
{
    uint8_t filters[NROWS] = {0};
    const uint8_t *raw = rows->raw + y * rows->raw_stride;
    uint8_t *out = rows->out + y * rows->out_stride;
    wave->nrows = rows->nrows - y < NROWS ? rows->nrows - y : NROWS;
    for (size_t k = 0; k < NROWS; k++) {
        bool is_there = k < wave->nrows;
        filters[k] = raw[is_there ? k * rows->raw_stride : 0];
        wave->raw[k] =
            is_there ? raw + k * rows->raw_stride + 1 - LAG * k * wave->step : raw + 1;
        wave->out[k] =
            is_there ? out + k * rows->out_stride - LAG * k * wave->step : NULL;
    }
    wave->above = out - rows->out_stride;
    set_filters(wave, filters);
    wave->result[0] = _mm256_setzero_si256();
    wave->result[1] = _mm256_setzero_si256();
    wave->above_left = _mm256_setzero_si256();
}

static void undo_some(struct wave *wave)
{
    const size_t last_begins = (size_t)LAG * (NROWS - 1);
    const size_t all_begun = (last_begins + BLOCK - 1) / BLOCK * BLOCK;
    size_t end = wave->npixels + (size_t)LAG * (wave->nrows - 1);
    size_t t = 0;
    for (; t < all_begun && t < end; t += BLOCK) {
        run_block_at_end(wave, t);
    }
    if (wave->nrows < NROWS) {
        /* Blocks at the end look which rows there are. */
    } else if (_mm256_movemask_epi8(wave->is_paeth) == -1) {
        t = run_middle(wave, t, ALL_PAETH);
    } else if (_mm256_movemask_epi8(wave->is_average) == -1) {
        t = run_middle(wave, t, ALL_AVERAGE);
    } else if (_mm256_testz_si256(wave->sees_left, wave->sees_above)) {
        t = run_middle(wave, t, PLAIN);
    } else if (_mm256_movemask_epi8(wave->is_average) == 0) {
        t = run_middle(wave, t, NO_AVERAGE);
    } else {
        t = run_middle(wave, t, ANY);
    }
    for (; t < end; t += BLOCK) {
        run_block_at_end(wave, t);
    }
}

static void undo_rows(const struct ki_png_rows *rows)
{
    if (rows->npixels < MIN_PIXELS) {
        ki_png_unfilter_scalar(rows);
        return;
    }
    struct wave wave = {.npixels = rows->npixels, .step = rows->pixel_nbytes};
    set_shuffles(&wave);
    for (uint32_t y = 0; y < rows->nrows; y += NROWS) {
        begin_rows(&wave, rows, y);
        undo_some(&wave);
    }
}

const struct ki_png_unfilter ki_png_unfilter_avx2 = {"avx2", KI_CPU_AVX2, undo_rows};
#endif
