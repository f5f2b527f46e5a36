/* SPDX-License-Identifier: Apache-2.0 */
/* Every way to undo PNG's filters equals the scalar one, for all filters and mixes of
 * them and all that Paeth can meet, and writes nothing but the rows and the slack after
 * each. */
#include <criterion/criterion.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/cpu.h"
#include "decode/png_unfilter.h"
#include "support/random.h"

enum { NROUNDS = 2000, MOST_PIXELS = 200, MOST_ROWS = 23 };

static void fill(struct random_state *random, uint8_t *bytes, size_t nbytes)
{
    for (size_t i = 0; i < nbytes; i++) {
        bytes[i] = (uint8_t)random_next(random);
    }
}

/* Each row of any of some of the filters. */
static void set_filters(struct random_state *random, struct ki_png_rows *rows,
                        uint8_t *raw)
{
    uint32_t some = 1 + random_below(random, (1 << KI_PNG_NFILTERS) - 1);
    for (uint32_t y = 0; y < rows->nrows; y++) {
        uint32_t filter = random_below(random, KI_PNG_NFILTERS);
        while (!(some >> filter & 1)) {
            filter = (filter + 1) % KI_PNG_NFILTERS;
        }
        raw[y * rows->raw_stride] = (uint8_t)filter;
    }
}

static void check(const struct ki_png_unfilter *unfilter, struct random_state *random)
{
    struct ki_png_rows rows = {
        .npixels = 1 + random_below(random, MOST_PIXELS),
        .pixel_nbytes = 1 + random_below(random, 4),
        .nrows = 1 + random_below(random, MOST_ROWS),
    };
    size_t row_nbytes = rows.npixels * rows.pixel_nbytes;
    rows.raw_stride = row_nbytes + 1;
    rows.out_stride = row_nbytes + KI_PNG_SLACK;
    size_t raw_nbytes = rows.nrows * rows.raw_stride + KI_PNG_SLACK;
    size_t out_nbytes = (rows.nrows + 1) * rows.out_stride;
    uint8_t *raw = malloc(raw_nbytes);
    uint8_t *expected = malloc(out_nbytes);
    uint8_t *got = malloc(out_nbytes);
    cr_assert(raw && expected && got);
    fill(random, raw, raw_nbytes);
    set_filters(random, &rows, raw);
    fill(random, expected, out_nbytes);
    memcpy(got, expected, out_nbytes);
    rows.raw = raw;
    rows.out = expected + rows.out_stride;
    ki_png_unfilter_scalar(&rows);
    rows.out = got + rows.out_stride;
    unfilter->rows(&rows);
    for (size_t y = 0; y <= rows.nrows; y++) {
        cr_assert_eq(memcmp(got + y * rows.out_stride, expected + y * rows.out_stride,
                            row_nbytes),
                     0, "%s, row %zu of %u, %zu pixels of %zu", unfilter->name, y,
                     rows.nrows, rows.npixels, rows.pixel_nbytes);
    }
    free(raw);
    free(expected);
    free(got);
}

Test(unfilters, every_one_equals_the_scalar_one)
{
    for (size_t i = 0; ki_png_unfilter_at(i); i++) {
        const struct ki_png_unfilter *unfilter = ki_png_unfilter_at(i);
        struct random_state random = random_begin(63);
        for (int k = 0; k < NROUNDS && !(unfilter->cpu_needs & ~ki_cpu_features());
             k++) {
            check(unfilter, &random);
        }
    }
}

/* As the standard puts it (clause 9.4). */
static uint8_t predict(int a, int b, int c)
{
    int p = a + b - c;
    int pa = abs(p - a);
    int pb = abs(p - b);
    int pc = abs(p - c);
    if (pa <= pb && pa <= pc) {
        return (uint8_t)a;
    }
    return (uint8_t)(pb <= pc ? b : c);
}

enum { NPAIRS = 256 * 256, NALL = 2 * NPAIRS, NTOGETHER = 8 };

/* The row above has all pairs there are; the first row is made such that a is always to
 * the left of what comes next. */
static bool predicts_all(const struct ki_png_unfilter *unfilter, uint8_t other,
                         uint8_t *raw, uint8_t *out, uint8_t a)
{
    struct ki_png_rows rows = {.raw = raw,
                               .raw_stride = NALL + 1,
                               .out = out + NALL + KI_PNG_SLACK,
                               .out_stride = NALL + KI_PNG_SLACK,
                               .npixels = NALL,
                               .pixel_nbytes = 1,
                               .nrows = NTOGETHER};
    for (size_t y = 0; y < NTOGETHER; y++) {
        raw[y * rows.raw_stride] = KI_PNG_FILTER_PAETH;
    }
    raw[rows.raw_stride] = other;
    raw[1] = (uint8_t)(a - out[0]);
    for (size_t x = 1; x < NALL; x++) {
        raw[1 + x] = (uint8_t)(a - predict(a, out[x], out[x - 1]));
    }
    unfilter->rows(&rows);
    size_t nright = 0;
    while (nright < NALL && rows.out[nright] == a) {
        nright++;
    }
    return nright == NALL;
}

static void check_paeth(const struct ki_png_unfilter *unfilter)
{
    static const uint8_t others[] = {KI_PNG_FILTER_PAETH, KI_PNG_FILTER_SUB,
                                     KI_PNG_FILTER_AVERAGE};
    uint8_t *raw = calloc((NALL + 1) * NTOGETHER + KI_PNG_SLACK, 1);
    uint8_t *out = calloc(NALL + KI_PNG_SLACK, NTOGETHER + 1);
    cr_assert(raw && out);
    for (size_t i = 0; i < NPAIRS; i++) {
        out[2 * i] = (uint8_t)(i >> 8);
        out[2 * i + 1] = (uint8_t)i;
    }
    for (int a = 0; a < 256; a++) {
        uint8_t other = others[a % 3];
        cr_expect(predicts_all(unfilter, other, raw, out, (uint8_t)a),
                  "%s, to the left %d, filter of another row %d", unfilter->name, a,
                  other);
    }
    free(raw);
    free(out);
}

Test(unfilters, paeth_of_whatever_is_around)
{
    for (size_t i = 0; ki_png_unfilter_at(i); i++) {
        if (!(ki_png_unfilter_at(i)->cpu_needs & ~ki_cpu_features())) {
            check_paeth(ki_png_unfilter_at(i));
        }
    }
}

Test(unfilters, the_fastest_of_what_the_processor_has)
{
    for (size_t i = 0; ki_png_unfilter_at(i); i++) {
        cr_expect_eq(ki_png_unfilter_best(ki_png_unfilter_at(i)->cpu_needs),
                     ki_png_unfilter_at(i));
    }
}
