/* SPDX-License-Identifier: Apache-2.0 */
/* Every way to undo PNG's filters equals the scalar one, for all filters and mixes of
 * them, and writes nothing but the rows and the slack after each. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/cpu.h"
#include "decode/png_unfilter.h"
#include "support/random.h"

enum { NROUNDS = 500, MOST_PIXELS = 200, MOST_ROWS = 23 };

static void fill(struct random_state *random, uint8_t *bytes, size_t nbytes)
{
    for (size_t i = 0; i < nbytes; i++) {
        bytes[i] = (uint8_t)random_next(random);
    }
}

/* All rows of one filter, or any. */
static void set_filters(struct random_state *random, struct ki_png_rows *rows,
                        uint8_t *raw)
{
    uint32_t all = random_below(random, 2 * KI_PNG_NFILTERS);
    for (uint32_t y = 0; y < rows->nrows; y++) {
        raw[y * rows->raw_stride] =
            (uint8_t)(all < KI_PNG_NFILTERS ? all
                                            : random_below(random, KI_PNG_NFILTERS));
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

Test(unfilters, the_fastest_of_what_the_processor_has)
{
    for (size_t i = 0; ki_png_unfilter_at(i); i++) {
        cr_expect_eq(ki_png_unfilter_best(ki_png_unfilter_at(i)->cpu_needs),
                     ki_png_unfilter_at(i));
    }
}
