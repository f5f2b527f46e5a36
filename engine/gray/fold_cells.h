/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The body of ki_fold.cells for x86-64 with AVX2 or more. Included after
 * fold_counted.h; the including file defines in addition
 *
 *     multiply(bytes, weights)
 *                      products of bytes and signed weights, neighbours added up, with
 *                      16 bits
 *     spread(word)     64 bits in every place
 *     load_words(p)    a register of bytes
 *     quads(a, b)      sums of four neighbours with 16 bits of a, then of b, with 32
 */
enum {
    CELLS_NBYTES = (KI_GRAY_SIDE - 1) * KI_FOLD_CELL_WIDTH,
    WORDS_NBYTES = sizeof(words),
    CELLS_NWORDS = (CELLS_NBYTES + WORDS_NBYTES - 1) / WORDS_NBYTES,
    STRIP_NWORDS = 4 /* summed up at once, in registers */
};

/* The column where the i-th register begins: the last one ends with the last cell. */
static inline size_t column_of(size_t i)
{
    size_t column = i * WORDS_NBYTES;
    const size_t last = CELLS_NBYTES - WORDS_NBYTES;
    return column < last ? column : last;
}

/* Registers first … first + 3; a cell's eight columns are four sums each. */
static inline void sum_cells(words sums[STRIP_NWORDS], size_t first,
                             const uint8_t *rows, size_t stride, const words *weights,
                             size_t nrows)
{
    for (size_t i = 0; i < STRIP_NWORDS; i++) {
        sums[i] = multiply(load_words(rows + column_of(first + i)), weights[0]);
    }
    for (size_t y = 1; y < nrows; y++) {
        const uint8_t *row = rows + y * stride;
        for (size_t i = 0; i < STRIP_NWORDS; i++) {
            const uint8_t *some = row + column_of(first + i);
            sums[i] = add_16(sums[i], multiply(load_words(some), weights[y]));
            fetch_ahead(some);
        }
    }
}

/* Half of the sums belong to one register, half to the other. */
static inline void store_cells(float *out, size_t i, vec sums)
{
    const float *half = (const float *)&sums;
    memcpy(out + column_of(i) / KI_FOLD_CELL_WIDTH, half, sizeof sums / 2);
    memcpy(out + column_of(i + 1) / KI_FOLD_CELL_WIDTH, half + LANES / 2,
           sizeof sums / 2);
}

static inline void sum_edge(float edge[KI_FOLD_CELL_WIDTH], const uint8_t *rows,
                            size_t stride, const uint8_t *counts, size_t nrows,
                            float scale)
{
    __m128i sums = _mm_setzero_si128();
    for (size_t y = 0; y < nrows; y++) {
        const void *row = rows + y * stride;
        __m128i bytes = _mm_cvtepu8_epi16(_mm_loadl_epi64((const __m128i *)row));
        sums = _mm_add_epi16(sums, _mm_mullo_epi16(bytes, _mm_set1_epi16(counts[y])));
    }
    __m256 wide = _mm256_cvtepi32_ps(_mm256_cvtepu16_epi32(sums));
    _mm256_storeu_ps(edge, _mm256_mul_ps(wide, _mm256_set1_ps(scale)));
}

static void fold_cells(float *out, float edge[KI_FOLD_CELL_WIDTH], const uint8_t *rows,
                       size_t stride, const struct ki_fold_cells *cells,
                       const uint8_t *counts, float scale, size_t nrows)
{
    words weights[KI_FOLD_CELL_MOST_ROWS];
    uint64_t pattern;
    memcpy(&pattern, cells->counts, sizeof pattern);
    for (size_t y = 0; y < nrows; y++) {
        weights[y] = spread(pattern * counts[y]); /* a product is 127 at most */
    }
    for (size_t i = 0; i < CELLS_NWORDS; i += STRIP_NWORDS) {
        words sums[STRIP_NWORDS];
        sum_cells(sums, i, rows + cells->first, stride, weights, nrows);
        for (size_t k = 0; k < STRIP_NWORDS; k += 2) {
            vec some = to_floats(quads(sums[k], sums[k + 1]));
            store_cells(out, i + k, some * (scale * cells->scale));
        }
    }
    sum_edge(edge, rows + CELLS_NBYTES, stride, counts, nrows, scale);
}
