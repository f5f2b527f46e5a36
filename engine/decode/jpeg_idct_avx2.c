/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All columns at once, then all rows at once: a lane of 32 bits for each. Values have
 * 16 bits, and a multiplication takes two of a lane and adds the products; so
 * frequencies come in pairs, 0 with 4, 2 with 6, 1 with 5, 3 with 7. Where it may
 * matter that 16 bits are too few, a value is out of range anyway.
 */
#include "decode/jpeg_idct.h"

#if defined(__x86_64__)
#include <immintrin.h>
#include <string.h>

#define ALWAYS_INLINE inline __attribute__((always_inline))

/* Shifts after columns and rows; half as many samples are means of two. */
enum { AFTER_COLUMNS = 11, AFTER_ROWS = 18, MOST = 1 << 14, MOST_SAMPLE = 512 };

/* Two constants of each lane. */
#define PAIR(first, second)                                                            \
    _mm256_set1_epi32((int)((uint32_t)(uint16_t)(second) << 16 | (uint16_t)(first)))

/* Frequencies of all columns or of all rows. */
struct pairs {
    __m256i p04;
    __m256i p26;
    __m256i p15;
    __m256i p37;
};

/* Any bit of nonzero and the highest of the words of negative: out of range. */
struct wrong {
    __m256i nonzero;
    __m256i negative;
};

static ALWAYS_INLINE bool is_wrong(const struct wrong *wrong)
{
    __m256i all =
        _mm256_or_si256(wrong->nonzero, _mm256_srai_epi16(wrong->negative, 15));
    return !_mm256_testz_si256(all, all);
}

static ALWAYS_INLINE void check(struct wrong *wrong, __m256i values)
{
    __m256i shifted = _mm256_add_epi16(values, _mm256_set1_epi16(MOST));
    wrong->negative = _mm256_or_si256(wrong->negative, shifted);
}

static ALWAYS_INLINE void check_samples(struct wrong *wrong, __m256i values)
{
    __m256i shifted = _mm256_add_epi16(values, _mm256_set1_epi16(MOST_SAMPLE));
    __m256i over = _mm256_andnot_si256(_mm256_set1_epi16(2 * MOST_SAMPLE - 1), shifted);
    wrong->nonzero = _mm256_or_si256(wrong->nonzero, over);
}

/* Two rows of the line. */
static ALWAYS_INLINE __m256i multiply(const int16_t *line, const uint16_t *quant,
                                      size_t row, struct wrong *wrong)
{
    __m256i values =
        _mm256_loadu_si256((const __m256i *)(const void *)(line + row * 8));
    __m256i steps =
        _mm256_loadu_si256((const __m256i *)(const void *)(quant + row * 8));
    __m256i low = _mm256_mullo_epi16(values, steps);
    __m256i high = _mm256_mulhi_epi16(values, steps);
    __m256i over = _mm256_xor_si256(high, _mm256_srai_epi16(low, 15));
    wrong->nonzero = _mm256_or_si256(wrong->nonzero, over);
    check(wrong, low);
    return low;
}

static ALWAYS_INLINE struct pairs load(const int16_t *line, const uint16_t *quant,
                                       struct wrong *wrong)
{
    __m256i rows01 = multiply(line, quant, 0, wrong);
    __m256i rows23 = multiply(line, quant, 2, wrong);
    __m256i rows45 = multiply(line, quant, 4, wrong);
    __m256i rows67 = multiply(line, quant, 6, wrong);
    __m256i left = _mm256_unpacklo_epi16(rows01, rows45); /* columns 0 … 3 */
    __m256i right = _mm256_unpackhi_epi16(rows01, rows45);
    struct pairs pairs = {.p04 = _mm256_permute2x128_si256(left, right, 0x20),
                          .p15 = _mm256_permute2x128_si256(left, right, 0x31)};
    left = _mm256_unpacklo_epi16(rows23, rows67);
    right = _mm256_unpackhi_epi16(rows23, rows67);
    pairs.p26 = _mm256_permute2x128_si256(left, right, 0x20);
    pairs.p37 = _mm256_permute2x128_si256(left, right, 0x31);
    return pairs;
}

static ALWAYS_INLINE __m256i odd_sum(const struct pairs *in, __m256i by15, __m256i by37)
{
    return _mm256_add_epi32(_mm256_madd_epi16(in->p15, by15),
                            _mm256_madd_epi16(in->p37, by37));
}

/* Rounds; a sample and the one as far from the other end. */
static ALWAYS_INLINE void finish(__m256i even, __m256i odd, int nbits, __m256i *first,
                                 __m256i *last)
{
    even = _mm256_add_epi32(even, _mm256_set1_epi32(1 << (nbits - 1)));
    *first = _mm256_srai_epi32(_mm256_add_epi32(even, odd), nbits);
    *last = _mm256_srai_epi32(_mm256_sub_epi32(even, odd), nbits);
}

/* The constants are those of jpeg_idct.c. */
static ALWAYS_INLINE void to_8(const struct pairs *in, __m256i *out, int nbits)
{
    __m256i sum = _mm256_madd_epi16(in->p04, PAIR(8192, 8192));
    __m256i difference = _mm256_madd_epi16(in->p04, PAIR(8192, -8192));
    __m256i outer = _mm256_madd_epi16(in->p26, PAIR(10703, 4433));
    __m256i inner = _mm256_madd_epi16(in->p26, PAIR(4433, -10704));
    finish(_mm256_add_epi32(sum, outer),
           odd_sum(in, PAIR(11363, 6437), PAIR(9633, 2260)), nbits, &out[0], &out[7]);
    finish(_mm256_add_epi32(difference, inner),
           odd_sum(in, PAIR(9633, -11362), PAIR(-2259, -6436)), nbits, &out[1],
           &out[6]);
    finish(_mm256_sub_epi32(difference, inner),
           odd_sum(in, PAIR(6437, 2261), PAIR(-11362, 9633)), nbits, &out[2], &out[5]);
    finish(_mm256_sub_epi32(sum, outer),
           odd_sum(in, PAIR(2260, 9633), PAIR(-6436, -11363)), nbits, &out[3], &out[4]);
}

static ALWAYS_INLINE void to_4(const struct pairs *in, __m256i *out, int nbits)
{
    __m256i mean = _mm256_madd_epi16(in->p04, PAIR(16384, 0));
    __m256i outer = _mm256_madd_epi16(in->p26, PAIR(15137, -6270));
    finish(_mm256_add_epi32(mean, outer),
           odd_sum(in, PAIR(20995, -4926), PAIR(7373, -4176)), nbits + 1, &out[0],
           &out[3]);
    finish(_mm256_sub_epi32(mean, outer),
           odd_sum(in, PAIR(8697, 11893), PAIR(-17799, -1730)), nbits + 1, &out[1],
           &out[2]);
}

/* Two rows, one in each half, their frequencies side by side in pairs. */
static ALWAYS_INLINE __m256i pair_rows(__m256i upper, __m256i lower,
                                       struct wrong *wrong)
{
    const __m256i order = _mm256_broadcastsi128_si256(
        _mm_setr_epi8(0, 1, 8, 9, 4, 5, 12, 13, 2, 3, 10, 11, 6, 7, 14, 15));
    __m256i both = _mm256_permute4x64_epi64(_mm256_packs_epi32(upper, lower), 0xd8);
    check(wrong, both);
    return _mm256_shuffle_epi8(both, order);
}

static ALWAYS_INLINE struct pairs turn_8(const __m256i *rows, struct wrong *wrong)
{
    __m256i rows04 = pair_rows(rows[0], rows[4], wrong);
    __m256i rows15 = pair_rows(rows[1], rows[5], wrong);
    __m256i rows26 = pair_rows(rows[2], rows[6], wrong);
    __m256i rows37 = pair_rows(rows[3], rows[7], wrong);
    __m256i even01 = _mm256_unpacklo_epi32(rows04, rows15);
    __m256i odd01 = _mm256_unpackhi_epi32(rows04, rows15);
    __m256i even23 = _mm256_unpacklo_epi32(rows26, rows37);
    __m256i odd23 = _mm256_unpackhi_epi32(rows26, rows37);
    return (struct pairs){.p04 = _mm256_unpacklo_epi64(even01, even23),
                          .p26 = _mm256_unpackhi_epi64(even01, even23),
                          .p15 = _mm256_unpacklo_epi64(odd01, odd23),
                          .p37 = _mm256_unpackhi_epi64(odd01, odd23)};
}

/* Of four columns, four rows in each half: a row's samples side by side. */
static ALWAYS_INLINE __m256i join(const __m256i *columns, struct wrong *wrong)
{
    const __m256i order = _mm256_broadcastsi128_si256(
        _mm_setr_epi8(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15));
    __m256i left = _mm256_packs_epi32(columns[0], columns[1]);
    __m256i right = _mm256_packs_epi32(columns[2], columns[3]);
    check_samples(wrong, left);
    check_samples(wrong, right);
    __m256i samples = _mm256_packs_epi16(left, right);
    samples = _mm256_xor_si256(samples, _mm256_set1_epi8(-128));
    return _mm256_shuffle_epi8(samples, order);
}

bool ki_jpeg_idct_avx2_8(const int16_t *line, const uint16_t *quant, uint8_t *samples,
                         size_t stride)
{
    struct wrong wrong = {_mm256_setzero_si256(), _mm256_setzero_si256()};
    __m256i out[8];
    struct pairs pairs = load(line, quant, &wrong);
    to_8(&pairs, out, AFTER_COLUMNS);
    pairs = turn_8(out, &wrong);
    to_8(&pairs, out, AFTER_ROWS);
    __m256i left = join(out, &wrong);
    __m256i right = join(out + 4, &wrong);
    __m256i first = _mm256_unpacklo_epi32(left, right); /* rows 0, 1, 4, 5 */
    __m256i second = _mm256_unpackhi_epi32(left, right);
    uint64_t rows[8];
    _mm256_storeu_si256((__m256i *)(void *)rows, first);
    _mm256_storeu_si256((__m256i *)(void *)(rows + 4), second);
    static const uint8_t order[8] = {0, 1, 4, 5, 2, 3, 6, 7};
    for (size_t y = 0; y < 8; y++) {
        memcpy(samples + y * stride, &rows[order[y]], 8);
    }
    return !is_wrong(&wrong);
}

bool ki_jpeg_idct_avx2_4(const int16_t *line, const uint16_t *quant, uint8_t *samples,
                         size_t stride)
{
    struct wrong wrong = {_mm256_setzero_si256(), _mm256_setzero_si256()};
    __m256i out[4];
    struct pairs pairs = load(line, quant, &wrong);
    to_4(&pairs, out, AFTER_COLUMNS);
    /* The halves hold rows 0 and 2, 1 and 3; then all rows of one pair each. */
    __m256i rows02 = pair_rows(out[0], out[2], &wrong);
    __m256i rows13 = pair_rows(out[1], out[3], &wrong);
    __m256i even =
        _mm256_permute4x64_epi64(_mm256_unpacklo_epi32(rows02, rows13), 0xd8);
    __m256i odd = _mm256_permute4x64_epi64(_mm256_unpackhi_epi32(rows02, rows13), 0xd8);
    pairs = (struct pairs){.p04 = even,
                           .p26 = _mm256_permute2x128_si256(even, even, 0x11),
                           .p15 = odd,
                           .p37 = _mm256_permute2x128_si256(odd, odd, 0x11)};
    to_4(&pairs, out, AFTER_ROWS);
    uint32_t rows[8]; /* of which the first four are the picture's */
    /* The upper halves belong to no row and are not to be checked. */
    for (size_t x = 0; x < 4; x++) {
        out[x] = _mm256_zextsi128_si256(_mm256_castsi256_si128(out[x]));
    }
    _mm256_storeu_si256((__m256i *)(void *)rows, join(out, &wrong));
    for (size_t y = 0; y < 4; y++) {
        memcpy(samples + y * stride, &rows[y], 4);
    }
    return !is_wrong(&wrong);
}
#endif
