/* SPDX-License-Identifier: Apache-2.0 */
/* Every fold equals the scalar one bit for bit, reads nothing outside its rows and
 * writes nothing outside its sums. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/cpu.h"
#include "gray/fold.h"
#include "support/random.h"

enum { MOST_ROWS = 40, MOST_WIDTH = 700, NROUNDS = 400 };

/* nbytes that end where nothing may be read. */
static void *guarded(size_t nbytes)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    size_t npages = (nbytes + page - 1) / page;
    char *memory = mmap(NULL, (npages + 1) * page, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    cr_assert(memory != MAP_FAILED);
    cr_assert_eq(mprotect(memory + npages * page, page, PROT_NONE), 0);
    return memory + npages * page - nbytes;
}

static void release(void *memory, size_t nbytes)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    size_t npages = (nbytes + page - 1) / page;
    char *end = (char *)memory + nbytes;
    (void)munmap(end - npages * page, (npages + 1) * page);
}

static float some_float(struct random_state *random)
{
    return (float)random_below(random, 1u << 24) / 65536.0f;
}

/* The sums as the header says them, one by one. */
static void fold_by_hand(float *sums, const float *rows, size_t stride,
                         const float *weights, size_t nrows, size_t width,
                         bool is_first)
{
    for (size_t x = 0; x < width; x++) {
        volatile float sum = is_first ? 0.0f : sums[x];
        for (size_t y = 0; y < nrows; y++) {
            volatile float product = weights[y] * rows[y * stride + x];
            sum = sum + product;
        }
        sums[x] = sum;
    }
}

typedef void (*fold_check)(const struct ki_fold *fold, struct random_state *random);

static bool runs_here(const struct ki_fold *fold)
{
    return !(fold->cpu_needs & ~ki_cpu_features());
}

static void check_all(fold_check check, int nrounds, uint64_t seed)
{
    for (size_t i = 0; ki_fold_at(i); i++) {
        if (!runs_here(ki_fold_at(i))) {
            continue;
        }
        struct random_state random = random_begin(seed);
        for (int k = 0; k < nrounds; k++) {
            check(ki_fold_at(i), &random);
        }
    }
}

struct round {
    size_t nrows;
    size_t width;
    size_t stride;
    bool is_first;
    float weights[MOST_ROWS];
    float before[MOST_WIDTH];
    float expected[MOST_WIDTH];
};

static struct round make_round(struct random_state *random)
{
    struct round round = {
        .nrows = random_below(random, MOST_ROWS + 1),
        .width = 1 + random_below(random, MOST_WIDTH),
        .is_first = random_below(random, 2),
    };
    round.stride = round.width + random_below(random, 30);
    for (size_t i = 0; i < MOST_ROWS; i++) {
        round.weights[i] = some_float(random);
    }
    for (size_t i = 0; i < MOST_WIDTH; i++) {
        round.before[i] = some_float(random);
    }
    return round;
}

static size_t count_samples(const struct round *round)
{
    return round->nrows ? (round->nrows - 1) * round->stride + round->width : 1;
}

static void compare(const struct round *round, const struct ki_fold *fold,
                    const uint8_t *bytes, const float *floats)
{
    size_t nbytes = round->width * sizeof(float);
    float *sums = guarded(nbytes);
    memcpy(sums, round->before, nbytes);
    if (bytes) {
        fold->bytes(sums, bytes, round->stride, round->weights, round->nrows,
                    round->width, round->is_first);
    } else {
        fold->floats(sums, floats, round->stride, round->weights, round->nrows,
                     round->width, round->is_first);
    }
    cr_assert_eq(memcmp(sums, round->expected, nbytes), 0, "%s, %s, %zu rows of %zu",
                 fold->name, bytes ? "bytes" : "floats", round->nrows, round->width);
    release(sums, nbytes);
}

static void check_round(const struct ki_fold *fold, struct random_state *random)
{
    struct round round = make_round(random);
    size_t nsamples = count_samples(&round);
    uint8_t *bytes = guarded(nsamples);
    float *floats = guarded(nsamples * sizeof *floats);
    for (size_t i = 0; i < nsamples; i++) {
        bytes[i] = (uint8_t)random_next(random);
        floats[i] = (float)bytes[i];
    }
    memcpy(round.expected, round.before, sizeof round.expected);
    fold_by_hand(round.expected, floats, round.stride, round.weights, round.nrows,
                 round.width, round.is_first);
    compare(&round, fold, bytes, NULL);
    compare(&round, fold, NULL, floats);
    release(bytes, nsamples);
    release(floats, nsamples * sizeof *floats);
}

Test(folds, every_one_sums_in_the_stated_order)
{
    check_all(check_round, NROUNDS, 61);
}

static void check_counted(const struct ki_fold *fold, struct random_state *random)
{
    struct round round = make_round(random);
    size_t nsamples = count_samples(&round);
    uint8_t *bytes = guarded(nsamples);
    uint8_t *counts = guarded(round.nrows);
    float *sums = guarded(round.width * sizeof *sums);
    float scale = random_below(random, 2) ? 1.0f : 1.0f / 49;
    unsigned most = 1 + random_below(random, KI_FOLD_MOST_COUNT);
    for (size_t i = 0; i < nsamples; i++) {
        bytes[i] = random_below(random, 8) ? (uint8_t)random_next(random) : 255;
    }
    for (size_t y = 0; y < round.nrows; y++) {
        counts[y] = (uint8_t)(1 + random_below(random, most));
    }
    for (size_t x = 0; x < round.width; x++) {
        sums[x] = (float)random_below(random, 1u << 20);
        double sum = round.is_first ? 0 : (double)sums[x];
        for (size_t y = 0; y < round.nrows; y++) {
            sum += counts[y] * bytes[y * round.stride + x];
        }
        round.expected[x] = (float)sum * scale;
    }
    if (round.nrows > 0) {
        fold->counted(sums, bytes, round.stride, counts, scale, round.nrows,
                      round.width, round.is_first);
        cr_assert_eq(memcmp(sums, round.expected, round.width * sizeof *sums), 0,
                     "%s, %zu rows of %zu", fold->name, round.nrows, round.width);
    }
    release(bytes, nsamples);
    release(counts, round.nrows);
    release(sums, round.width * sizeof *sums);
}

Test(folds, sums_of_counted_bytes_are_exact)
{
    check_all(check_counted, NROUNDS, 63);
}

enum { CELLS_WIDTH = 512, NCELLS = KI_GRAY_SIDE - 1 };

/* Counts whose sum, times the most of two neighbours in cells, is allowed. */
static size_t make_counts(struct random_state *random, struct ki_fold_cells *cells,
                          uint8_t counts[KI_FOLD_CELL_MOST_ROWS])
{
    unsigned most = 1;
    const bool is_sparse = random_below(random, 4) == 0; /* neighbours with one 0 */
    for (size_t x = 0; x < KI_FOLD_CELL_WIDTH; x++) {
        unsigned below = x % 2 == 0 ? 5 : is_sparse ? 1 : 9;
        cells->counts[x] = (uint8_t)random_below(random, below);
        unsigned pair = x % 2 ? cells->counts[x] + cells->counts[x - 1] : 1;
        most = pair > most ? pair : most;
    }
    unsigned left = KI_FOLD_CELL_MOST / most;
    size_t nrows = 0;
    const bool is_full = random_below(random, 4) == 0; /* one row has all of it */
    for (; nrows < KI_FOLD_CELL_MOST_ROWS && left > 0; nrows++) {
        unsigned largest = left < 8 ? left : 8;
        counts[nrows] = (uint8_t)(is_full ? left : 1 + random_below(random, largest));
        left -= counts[nrows];
    }
    return nrows;
}

static float sum_by_hand(const uint8_t *columns, size_t stride, const uint8_t *counts,
                         size_t nrows, const uint8_t *weights, size_t nweights)
{
    unsigned sum = 0;
    for (size_t y = 0; y < nrows; y++) {
        for (size_t x = 0; x < nweights; x++) {
            sum += counts[y] * weights[x] * columns[y * stride + x];
        }
    }
    return (float)sum;
}

static void check_cells(const struct ki_fold *fold, struct random_state *random)
{
    struct ki_fold_cells cells = {.first = random_below(random, KI_FOLD_CELL_WIDTH + 1),
                                  .scale = 1.0f / 16};
    const float scale = random_below(random, 2) ? 1.0f : 1.0f / 4;
    const size_t stride = CELLS_WIDTH + random_below(random, 20);
    uint8_t counts[KI_FOLD_CELL_MOST_ROWS];
    size_t nrows = make_counts(random, &cells, counts);
    size_t nsamples = (nrows - 1) * stride + CELLS_WIDTH;
    uint8_t *bytes = guarded(nsamples);
    float *out = guarded(NCELLS * sizeof *out);
    float *edge = guarded(KI_FOLD_CELL_WIDTH * sizeof *edge);
    for (size_t i = 0; i < nsamples; i++) {
        bytes[i] = random_below(random, 4) ? 255 : (uint8_t)random_next(random);
    }
    fold->cells(out, edge, bytes, stride, &cells, counts, scale, nrows);
    for (size_t j = 0; j < NCELLS; j++) {
        float sum = sum_by_hand(bytes + cells.first + j * KI_FOLD_CELL_WIDTH, stride,
                                counts, nrows, cells.counts, KI_FOLD_CELL_WIDTH);
        cr_assert_eq(out[j], sum * scale / 16, "%s, %zu of %zu rows", fold->name, j,
                     nrows);
    }
    const uint8_t one = 1;
    for (size_t x = 0; x < KI_FOLD_CELL_WIDTH; x++) {
        float sum = sum_by_hand(bytes + NCELLS * KI_FOLD_CELL_WIDTH + x, stride, counts,
                                nrows, &one, 1);
        cr_assert_eq(edge[x], sum * scale, "%s, %zu at the edge", fold->name, x);
    }
    release(bytes, nsamples);
    release(out, NCELLS * sizeof *out);
    release(edge, KI_FOLD_CELL_WIDTH * sizeof *edge);
}

static void check_cells_if_any(const struct ki_fold *fold, struct random_state *random)
{
    if (fold->cells) {
        check_cells(fold, random);
    }
}

Test(folds, sums_of_cells_are_exact)
{
    check_all(check_cells_if_any, NROUNDS, 67);
}

Test(folds, luma_of_every_one_is_the_same)
{
    struct random_state random = random_begin(62);
    for (int k = 0; k < 200; k++) {
        size_t npixels = 1 + random_below(&random, MOST_WIDTH);
        size_t step = 3 + random_below(&random, 2);
        uint8_t *rgb = guarded(npixels * step);
        for (size_t i = 0; i < npixels * step; i++) {
            rgb[i] = (uint8_t)random_next(&random);
        }
        for (size_t i = 0; ki_fold_at(i); i++) {
            const struct ki_fold *fold = ki_fold_at(i);
            if (!runs_here(fold)) {
                continue;
            }
            float *luma = guarded(npixels * sizeof *luma);
            fold->luma(luma, rgb, npixels, step);
            for (size_t x = 0; x < npixels; x++) {
                volatile float r = 0.299f * (float)rgb[step * x];
                volatile float g = 0.587f * (float)rgb[step * x + 1];
                volatile float b = 0.114f * (float)rgb[step * x + 2];
                volatile float two = r + g;
                volatile float three = two + b;
                cr_assert_eq(luma[x], three, "%s", fold->name);
            }
            release(luma, npixels * sizeof *luma);
        }
        release(rgb, npixels * step);
    }
}

static float across_by_hand(const float *row, const struct ki_operator *op, size_t j)
{
    volatile float sum = 0.0f;
    for (size_t x = op->first[j]; x <= op->last[j]; x++) {
        volatile float product = op->weights[j * op->width + x - op->first[j]] * row[x];
        sum = sum + product;
    }
    return sum;
}

static void check_across(const struct ki_fold *fold, struct random_state *random,
                         const struct ki_operator *op)
{
    size_t nbytes = ((size_t)op->nblocks + op->width) * sizeof(float);
    float *row = guarded(nbytes);
    float *out = guarded(KI_GRAY_SIDE * sizeof *out);
    for (size_t x = 0; x < nbytes / sizeof *row; x++) {
        row[x] = some_float(random);
    }
    fold->across(out, row, op);
    for (size_t j = 0; j < KI_GRAY_SIDE; j++) {
        cr_assert_eq(out[j], across_by_hand(row, op, j), "%s, %zu of %u/%u", fold->name,
                     j, op->nsamples, op->block);
    }
    release(row, nbytes);
    release(out, KI_GRAY_SIDE * sizeof *out);
}

static void check_operators(const struct ki_fold *fold, struct random_state *random)
{
    struct ki_operator_cache cache = {0};
    for (uint32_t n = 1; n < 5000; n += n < 140 ? 1 : 1 + n / 9) {
        for (uint32_t block = 1; block <= 8; block++) {
            const struct ki_operator *op = ki_operator_get(&cache, n, block);
            cr_assert_not_null(op);
            check_across(fold, random, op);
        }
    }
    ki_operator_cache_free(&cache);
}

Test(folds, every_one_sums_along_a_row_in_the_stated_order)
{
    check_all(check_operators, 1, 64);
}

static void check_product(const struct ki_fold *fold, struct random_state *random)
{
    size_t nrows = KI_FOLD_PRODUCT_NROWS * (1 + random_below(random, 3));
    size_t width = KI_FOLD_PRODUCT_WIDTH * (1 + random_below(random, 5));
    size_t ninner = random_below(random, 70);
    float *a = guarded(nrows * ninner * sizeof *a);
    float *b = guarded(ninner * width * sizeof *b);
    float *out = guarded(nrows * width * sizeof *out);
    float *expected = guarded(width * sizeof *expected);
    for (size_t k = 0; k < nrows * ninner; k++) {
        a[k] = some_float(random) - 100.0f;
    }
    for (size_t k = 0; k < ninner * width; k++) {
        b[k] = some_float(random);
    }
    fold->product(out, a, b, nrows, ninner, width);
    for (size_t i = 0; i < nrows; i++) {
        fold_by_hand(expected, b, width, a + i * ninner, ninner, width, true);
        cr_assert_eq(memcmp(out + i * width, expected, width * sizeof *out), 0,
                     "%s, %zu of %zu·%zu·%zu", fold->name, i, nrows, ninner, width);
    }
    release(a, nrows * ninner * sizeof *a);
    release(b, ninner * width * sizeof *b);
    release(out, nrows * width * sizeof *out);
    release(expected, width * sizeof *expected);
}

static unsigned hundredths_by_hand(const float *a, const float *b, size_t n)
{
    unsigned sum = 0;
    for (size_t k = 0; k < n; k++) {
        volatile float difference = a[k] - b[k];
        volatile float hundred = difference * 100.0f;
        volatile float divisor = 255.0f;
        sum += (unsigned)abs((int)(hundred / divisor));
    }
    return sum;
}

/* Steps are met exactly, missed by one rounding, or anything. */
static float another(struct random_state *random, float sample)
{
    float step = 2.55f * (float)(int)random_below(random, 200);
    switch (random_below(random, 4)) {
    case 0:
        return sample + step;
    case 1:
        return sample - nextafterf(step, 0.0f);
    case 2:
        return nextafterf(sample + step, 0.0f);
    default:
        return some_float(random);
    }
}

static void check_hundredths(const struct ki_fold *fold, struct random_state *random)
{
    size_t n = random_below(random, MOST_WIDTH);
    float *a = guarded(n * sizeof *a);
    float *b = guarded(n * sizeof *b);
    for (size_t k = 0; k < n; k++) {
        a[k] = random_below(random, 2) ? some_float(random) : 0.0f;
        b[k] = another(random, a[k]);
    }
    cr_assert_eq(fold->hundredths(a, b, n), hundredths_by_hand(a, b, n), "%s, %zu",
                 fold->name, n);
    release(a, n * sizeof *a);
    release(b, n * sizeof *b);
}

Test(folds, products_and_differences_of_every_one_are_the_same)
{
    check_all(check_product, NROUNDS, 65);
    check_all(check_hundredths, NROUNDS, 66);
}

Test(folds, the_fastest_of_what_the_processor_has)
{
    cr_expect_str_eq(ki_fold_best(0)->name, "scalar");
    for (size_t i = 0; ki_fold_at(i); i++) {
        cr_expect_eq(ki_fold_best(ki_fold_at(i)->cpu_needs), ki_fold_at(i));
    }
#if defined(__x86_64__)
    unsigned all = KI_CPU_AVX2 | KI_CPU_AVX512_BITALG;
    cr_expect_str_eq(ki_fold_best(all)->name, "avx512");
    cr_expect_str_eq(ki_fold_best(all | KI_CPU_DEAR_512)->name, "avx2");
#endif
}
