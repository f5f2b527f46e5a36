/* SPDX-License-Identifier: Apache-2.0 */
/* The banded reduction against the filter done step by step, in double precision. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

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
    struct picture picture = {width, height, layout, malloc(nbytes)};
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

static void check(struct ki_gray *gray, const struct picture *picture)
{
    double expected[KI_GRAY_NSAMPLES];
    unsigned both = KI_BIT(KI_MODE_PDQ) | KI_BIT(KI_MODE_PDQ_NN512);
    cr_assert(
        ki_gray_begin(gray, both, picture->width, picture->height, picture->layout));
    for (uint32_t y = 0; y < picture->height; y++) {
        cr_expect_null(ki_gray_result(gray, KI_MODE_PDQ),
                       "a result before the last row");
        ki_gray_row(gray,
                    picture->samples + (size_t)y * picture->width * picture->layout);
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
        check(&gray, &picture);
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
        check(&gray, &picture);
        free(picture.samples);
    }
    ki_gray_free(&gray);
}

Test(gray, every_row_of_the_operator_sums_to_one)
{
    struct ki_operator operator= {0};
    for (uint32_t n = 1; n < 2000; n += n < 300 ? 1 : 37) {
        cr_assert(ki_operator_build(&operator, n));
        for (int j = 0; j < KI_GRAY_SIDE; j++) {
            double sum = 0.0;
            cr_assert_leq(operator.first[j], operator.last[j]);
            cr_assert_lt(operator.last[j], n);
            for (uint32_t k = 0; k <= operator.last[j] - operator.first[j]; k++) {
                sum += (double)operator.weights[operator.start[j] + k];
            }
            cr_assert(fabs(sum - 1.0) < 1e-5);
        }
    }
    ki_operator_free(&operator);
}
