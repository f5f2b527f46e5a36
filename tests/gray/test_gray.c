/* SPDX-License-Identifier: Apache-2.0 */
/* The banded reduction against the filter done step by step, in double precision. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/cpu.h"
#include "gray/gray.h"
#include "support/random.h"

/* One box of W = ceil(n / 128) along n samples, `step` apart. */
static void box(const double *in, double *out, uint32_t n, size_t step)
{
    int window = (int)((n + 127) / 128);
    int half = (window + 2) / 2;
    for (int i = 0; i < (int)n; i++) {
        double sum = 0.0;
        int count = 0;
        for (int k = i - (window - half); k <= i + half - 1; k++) {
            if (k >= 0 && k < (int)n) {
                sum += in[(size_t)k * step];
                count++;
            }
        }
        out[(size_t)i * step] = sum / count;
    }
}

static void filter_naively(double *picture, uint32_t width, uint32_t height,
                           double out[KI_GRAY_NSAMPLES])
{
    double *other = malloc((size_t)width * height * sizeof *other);
    cr_assert_not_null(other);
    for (int pass = 0; pass < 2; pass++) {
        for (uint32_t y = 0; y < height; y++) {
            box(picture + (size_t)y * width, other + (size_t)y * width, width, 1);
        }
        for (uint32_t x = 0; x < width; x++) {
            box(other + x, picture + x, height, width);
        }
    }
    for (int i = 0; i < KI_GRAY_SIDE; i++) {
        for (int j = 0; j < KI_GRAY_SIDE; j++) {
            size_t y = (size_t)((i + 0.5) * height / KI_GRAY_SIDE);
            size_t x = (size_t)((j + 0.5) * width / KI_GRAY_SIDE);
            out[i * KI_GRAY_SIDE + j] = picture[y * width + x];
        }
    }
    free(other);
}

struct picture {
    uint32_t width;
    uint32_t height;
    enum ki_row_layout layout;
    uint8_t *samples;
};

static struct picture make_picture(struct random_state *random, uint32_t width,
                                   uint32_t height, enum ki_row_layout layout)
{
    size_t nbytes = (size_t)width * height * layout;
    struct picture picture = {width, height, layout, calloc(nbytes, 1)};
    cr_assert_not_null(picture.samples);
    for (size_t i = 0; i < nbytes; i++) {
        picture.samples[i] = (uint8_t)random_next(random);
    }
    return picture;
}

static double luma_at(const struct picture *picture, size_t x, size_t y)
{
    const uint8_t *p = picture->samples + (y * picture->width + x) * picture->layout;
    return picture->layout == KI_ROW_GRAY8 ? p[0]
                                           : 0.299 * p[0] + 0.587 * p[1] + 0.114 * p[2];
}

/* The picture as a mode sees it, filtered naively. */
static void expect_of(const struct picture *picture, enum ki_mode mode,
                      double out[KI_GRAY_NSAMPLES])
{
    bool is_nearest =
        mode == KI_MODE_PDQ_NN512 && (picture->width > 512 || picture->height > 512);
    uint32_t width = is_nearest ? 512 : picture->width;
    uint32_t height = is_nearest ? 512 : picture->height;
    cr_assert(width > 0 && height > 0);
    double *luma = malloc((size_t)width * height * sizeof *luma);
    cr_assert_not_null(luma);
    for (size_t y = 0; y < height; y++) {
        for (size_t x = 0; x < width; x++) {
            size_t from_x = is_nearest ? x * picture->width / 512 : x;
            size_t from_y = is_nearest ? y * picture->height / 512 : y;
            luma[y * width + x] = luma_at(picture, from_x, from_y);
        }
    }
    filter_naively(luma, width, height, out);
    free(luma);
}

static void compare(const float *got, const double *expected, const char *what,
                    const struct picture *picture)
{
    for (int i = 0; i < KI_GRAY_NSAMPLES; i++) {
        cr_assert(fabs(got[i] - expected[i]) < 1e-3, "%s of %ux%u: %f, expected %f",
                  what, picture->width, picture->height, (double)got[i], expected[i]);
    }
}

static void check(struct ki_gray *gray, struct random_state *random,
                  const struct picture *picture)
{
    double expected[KI_GRAY_NSAMPLES];
    unsigned both = KI_BIT(KI_MODE_PDQ) | KI_BIT(KI_MODE_PDQ_NN512);
    const struct ki_row_shape shape = {picture->width, picture->height, 1,
                                       picture->layout};
    cr_assert(ki_gray_begin(gray, both, &shape));
    size_t stride = (size_t)picture->width * picture->layout;
    uint32_t count = 0;
    for (uint32_t y = 0; y < picture->height; y += count) {
        cr_expect_null(ki_gray_result(gray, KI_MODE_PDQ),
                       "a result before the last row");
        count = 1 + random_below(random, picture->height - y);
        count = random_below(random, 3) ? 1 : count;
        ki_gray_rows(gray, picture->samples + y * stride, stride, count);
    }
    for (unsigned mode = 0; mode < KI_NMODES; mode++) {
        expect_of(picture, (enum ki_mode)mode, expected);
        compare(ki_gray_result(gray, (enum ki_mode)mode), expected,
                ki_mode_text((enum ki_mode)mode), picture);
    }
}

Test(gray, equals_the_filter_step_by_step)
{
    static const uint32_t sides[] = {1,   2,   5,   7,   63,  64,  65,  127, 128,
                                     129, 255, 256, 257, 300, 511, 512, 513, 640};
    enum { NSIDES = sizeof sides / sizeof sides[0] };
    struct random_state random = random_begin(51);
    struct ki_gray gray = {0}; /* kept from picture to picture, as a scan does */
    for (int i = 0; i < 60; i++) {
        uint32_t width = sides[random_below(&random, NSIDES)];
        uint32_t height = sides[random_below(&random, NSIDES)];
        enum ki_row_layout layout = i % 2 ? KI_ROW_RGB8 : KI_ROW_GRAY8;
        struct picture picture = make_picture(&random, width, height, layout);
        check(&gray, &random, &picture);
        free(picture.samples);
    }
    ki_gray_free(&gray);
}

Test(gray, equals_the_filter_on_large_and_long_pictures)
{
    struct random_state random = random_begin(52);
    struct ki_gray gray = {0};
    static const uint32_t sizes[][2] = {
        {1600, 1200}, {3000, 40}, {40, 3000}, {2049, 70}};
    for (int i = 0; i < 4; i++) {
        struct picture picture =
            make_picture(&random, sizes[i][0], sizes[i][1], KI_ROW_GRAY8);
        check(&gray, &random, &picture);
        free(picture.samples);
    }
    ki_gray_free(&gray);
}

/* Rows come in pieces of any size. */
static const float *reduce_with(const struct ki_fold *fold, struct ki_gray *gray,
                                struct random_state *random,
                                const struct picture *picture)
{
    const struct ki_row_shape shape = {picture->width, picture->height, 1,
                                       KI_ROW_GRAY8};
    uint32_t count = 0;
    gray->fold = fold;
    cr_assert(ki_gray_begin(gray, KI_BIT(KI_MODE_PDQ), &shape));
    for (uint32_t y = 0; y < picture->height; y += count) {
        count = 1 + random_below(random, 20);
        count = count < picture->height - y ? count : picture->height - y;
        ki_gray_rows(gray, picture->samples + (size_t)y * picture->width,
                     picture->width, count);
    }
    return ki_gray_result(gray, KI_MODE_PDQ);
}

/* Of rows of 512 samples some outputs are had in one step, depending on the height and
 * on where the rows were cut. */
Test(gray, every_fold_gives_the_same_bits)
{
    static const uint32_t sizes[][2] = {{512, 512},  {512, 100}, {512, 200}, {512, 300},
                                        {512, 1000}, {511, 512}, {513, 512}};
    struct random_state random = random_begin(54);
    struct ki_gray scalar = {0};
    struct ki_gray other = {0};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        struct picture picture =
            make_picture(&random, sizes[i][0], sizes[i][1], KI_ROW_GRAY8);
        const float *expected = reduce_with(ki_fold_at(0), &scalar, &random, &picture);
        for (size_t k = 1; ki_fold_at(k); k++) {
            if (ki_fold_at(k)->cpu_needs & ~ki_cpu_features()) {
                continue;
            }
            const float *got = reduce_with(ki_fold_at(k), &other, &random, &picture);
            for (size_t n = 0; n < KI_GRAY_NSAMPLES; n++) {
                cr_assert_eq(got[n], expected[n], "%s, %u by %u, %zu",
                             ki_fold_at(k)->name, picture.width, picture.height, n);
            }
        }
        free(picture.samples);
    }
    ki_gray_free(&scalar);
    ki_gray_free(&other);
}

Test(gray, every_row_of_the_operator_sums_to_one)
{
    struct ki_operator_cache cache = {0};
    for (uint32_t i = 0, n = 1; n < 2000; i++, n += n < 300 ? 1 : 37) {
        uint32_t block = 1u << i % 4;
        const struct ki_operator *operator= ki_operator_get(&cache, n, block);
        cr_assert_not_null(operator);
        for (int j = 0; j < KI_GRAY_SIDE; j++) {
            double sum = 0.0;
            cr_assert_leq(operator->first[j], operator->last[j]);
            cr_assert_lt(operator->last[j], (n + block - 1) / block);
            for (uint32_t k = 0; k <= operator->last[j] - operator->first[j]; k++) {
                sum += (double)operator->weights[j * operator->width + k];
            }
            cr_assert(fabs(sum - 1.0) < 1e-5);
        }
    }
    ki_operator_cache_free(&cache);
}

/* What ki_fold.cells relies on. */
Test(gray, outputs_of_512_samples_are_eight_apart_but_for_the_last)
{
    struct ki_operator_cache cache = {0};
    const struct ki_operator *op = ki_operator_get(&cache, 512, 1);
    cr_assert_not_null(op);
    uint32_t n = op->last[0] - op->first[0] + 1;
    cr_expect_leq(op->first[0], 8);
    cr_expect_leq(n, KI_FOLD_CELL_WIDTH);
    for (uint32_t j = 0; j < KI_GRAY_SIDE - 1; j++) {
        cr_expect_eq(op->scale[j], 1.0f / 16);
        cr_expect_eq(op->first[j], op->first[0] + 8 * j);
        cr_expect_eq(op->last[j], op->last[0] + 8 * j);
        cr_expect_arr_eq(op->counts + (size_t)j * op->width, op->counts, n);
    }
    cr_expect_geq(op->first[KI_GRAY_SIDE - 1], 504);
    ki_operator_cache_free(&cache);
}

/* A plane, seen at the centres of blocks of so many samples. */
static const float *reduce_plane(struct ki_reducer *reducer,
                                 struct ki_operator_cache *cache, uint32_t width,
                                 uint32_t height, uint32_t block)
{
    const struct ki_operator *across = ki_operator_get(cache, width, block);
    const struct ki_operator *down = ki_operator_get(cache, height, block);
    cr_assert(across && down);
    cr_assert(ki_reducer_begin(reducer, ki_fold_at(0), across, down));
    float *row = malloc(across->nblocks * sizeof *row);
    cr_assert_not_null(row);
    for (uint32_t y = 0; y < down->nblocks; y++) {
        double centre_y = y * block + (block - 1) / 2.0;
        for (uint32_t x = 0; x < across->nblocks; x++) {
            double centre_x = x * block + (block - 1) / 2.0;
            row[x] = (float)(20 + centre_x * 0.13 + centre_y * 0.07);
        }
        ki_reducer_floats(reducer, row, across->nblocks, 1);
    }
    free(row);
    return reducer->out;
}

/* What rises evenly loses nothing: the small picture gives what the large one does,
 * also where the last blocks are cut off. */
Test(gray, a_picture_that_rises_evenly_may_be_scaled_down)
{
    struct random_state random = random_begin(53);
    struct ki_operator_cache cache = {0};
    struct ki_reducer large = {0};
    struct ki_reducer small = {0};
    for (int i = 0; i < 20; i++) {
        uint32_t block = 2u << i % 3;
        uint32_t width = 300 + random_below(&random, 700);
        uint32_t height = 300 + random_below(&random, 700);
        const float *expected = reduce_plane(&large, &cache, width, height, 1);
        const float *got = reduce_plane(&small, &cache, width, height, block);
        for (int k = 0; k < KI_GRAY_NSAMPLES; k++) {
            cr_assert(fabsf(got[k] - expected[k]) < 1e-2f, "%u by %u, %u: %d, %f, %f",
                      width, height, block, k, (double)got[k], (double)expected[k]);
        }
    }
    ki_reducer_free(&large);
    ki_reducer_free(&small);
    ki_operator_cache_free(&cache);
}
