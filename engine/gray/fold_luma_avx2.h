/* SPDX-License-Identifier: Apache-2.0 */
/* Luma of eight pixels at a time: a shuffle brings the bytes of one colour into the low
 * bytes of four lanes. Included after fold_body.h by files compiled for AVX2 or more.
 */
#ifndef KI_GRAY_FOLD_LUMA_AVX2_H
#define KI_GRAY_FOLD_LUMA_AVX2_H

enum { LUMA_LANES = 8, LUMA_READ = 16 };

/* The bytes at first, first + step, … of two times four pixels, as floats. */
static inline __m256 luma_color(__m256i pixels, int first, int step)
{
    const __m128i lanes =
        _mm_setr_epi32(first, first + step, first + 2 * step, first + 3 * step);
    const __m128i places = _mm_or_si128(lanes, _mm_set1_epi32((int)0x80808000));
    return _mm256_cvtepi32_ps(
        _mm256_shuffle_epi8(pixels, _mm256_broadcastsi128_si256(places)));
}

static inline __m256 luma_eight(const uint8_t *rgb, int step)
{
    const __m128i *low = (const void *)rgb;
    const __m128i *high = (const void *)(rgb + (size_t)step * 4);
    __m256i pixels = _mm256_setr_m128i(_mm_loadu_si128(low), _mm_loadu_si128(high));
    __m256 r = _mm256_mul_ps(_mm256_set1_ps(0.299f), luma_color(pixels, 0, step));
    __m256 g = _mm256_mul_ps(_mm256_set1_ps(0.587f), luma_color(pixels, 1, step));
    __m256 b = _mm256_mul_ps(_mm256_set1_ps(0.114f), luma_color(pixels, 2, step));
    return _mm256_add_ps(_mm256_add_ps(r, g), b);
}

static inline void luma_row(float *luma, const uint8_t *rgb, size_t npixels, int step)
{
    size_t x = 0;
    /* The second load reads 16 bytes from the fifth pixel on. */
    size_t nread = 4 + (LUMA_READ + (size_t)step - 1) / (size_t)step;
    for (; x + nread <= npixels; x += LUMA_LANES) {
        _mm256_storeu_ps(luma + x, luma_eight(rgb + x * (size_t)step, step));
    }
    luma_of(luma + x, rgb + x * (size_t)step, npixels - x, (size_t)step);
}

static void fold_luma(float *luma, const uint8_t *rgb, size_t npixels,
                      size_t pixel_nbytes)
{
    if (pixel_nbytes == 3) {
        luma_row(luma, rgb, npixels, 3);
    } else {
        luma_row(luma, rgb, npixels, 4);
    }
}

#endif
