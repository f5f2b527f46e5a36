/* SPDX-License-Identifier: Apache-2.0 */
/* The short way through a PNG gives what libpng gives: the same samples, the same
 * reason, for every type, filter and way to cut the stream up, whole and damaged. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "decode/make_png.h"
#include "decode/png_fast.h"
#include "support/coming.h"
#include "support/random.h"

enum { NPICTURES = 300, NMUTANTS = 12 };

static const struct {
    uint8_t color_type;
    size_t nchannels;
} types[] = {{0, 1}, {2, 3}, {3, 1}, {4, 2}, {6, 4}};

/* Filtered rows with structure, so that every prediction is met. */
static uint8_t *make_rows(struct random_state *random, uint32_t width, uint32_t height,
                          size_t nchannels, unsigned most)
{
    size_t stride = width * nchannels + 1;
    uint8_t *rows = malloc(stride * height);
    cr_assert_not_null(rows);
    uint32_t all = random_below(random, 7);
    for (size_t y = 0; y < height; y++) {
        rows[y * stride] = (uint8_t)(all < 5 ? all : random_below(random, 5));
        for (size_t i = 1; i < stride; i++) {
            uint32_t any = random_below(random, most);
            rows[y * stride + i] = (uint8_t)(random_below(random, 3) ? any % 5 : any);
        }
    }
    return rows;
}

static void add_idat(struct random_state *random, struct file_bytes *file,
                     const uint8_t *data, size_t nbytes)
{
    size_t most =
        random_below(random, 2) ? nbytes : 1 + random_below(random, (uint32_t)nbytes);
    for (size_t at = 0; at < nbytes;) {
        size_t count =
            most == nbytes ? nbytes : random_below(random, (uint32_t)most + 1);
        count = count < nbytes - at ? count : nbytes - at;
        png_chunk(file, "IDAT", data + at, count);
        at += count;
    }
}

static struct file_bytes make_file(struct random_state *random)
{
    size_t type = random_below(random, sizeof types / sizeof types[0]);
    /* Of the wide ones, not all rows are inflated at once. */
    uint32_t width = 1 + random_below(random, random_below(random, 8) ? 300 : 4000);
    uint32_t height = 1 + random_below(random, 90);
    unsigned ncolors = 1 + random_below(random, 256);
    bool is_palette = types[type].color_type == 3;
    size_t nrow = width * types[type].nchannels + 1;
    /* Whatever a palette's sums come to, some will be beyond it. */
    uint8_t *rows =
        make_rows(random, width, height, types[type].nchannels, is_palette ? 2 : 256);
    uint8_t palette[768];
    for (size_t i = 0; i < sizeof palette; i++) {
        palette[i] = (uint8_t)random_next(random);
    }
    uLong size = compressBound(nrow * height);
    uint8_t *packed = malloc(size);
    cr_assert_not_null(packed);
    cr_assert_eq(
        compress2(packed, &size, rows, nrow * height, (int)random_below(random, 10)),
        Z_OK);
    struct file_bytes file = png_start();
    png_ihdr(&file, width, height);
    file.data[png_after_ihdr - 4 - 4] = types[type].color_type;
    mend_crc(&file, 8);
    if (is_palette) {
        png_chunk(&file, "PLTE", palette, (size_t)ncolors * 3);
    }
    add_idat(random, &file, packed, size);
    png_iend(&file);
    free(rows);
    free(packed);
    return file;
}

struct seen {
    const struct coming *coming; /* or NULL */
    bool is_early;               /* rows came before the whole file */
    struct ki_row_shape shape;
    uint32_t nrows;
    uint64_t sum; /* over all samples but X */
};

static enum ki_reason on_begin(void *context, const struct ki_row_shape *shape)
{
    struct seen *seen = context;
    seen->shape = *shape;
    seen->nrows = 0;
    seen->sum = 0;
    return KI_REASON_NONE;
}

static enum ki_reason on_rows(void *context, const uint8_t *samples, size_t stride,
                              uint32_t count)
{
    struct seen *seen = context;
    size_t step = (size_t)seen->shape.layout;
    for (size_t y = 0; y < count; y++) {
        for (size_t i = 0; i < step * seen->shape.width; i++) {
            if (step != KI_ROW_RGBX8 || i % step != 3) {
                seen->sum = (seen->sum ^ samples[y * stride + i]) * 0x100000001b3u;
            }
        }
    }
    seen->nrows += count;
    seen->is_early = seen->is_early ||
                     (seen->coming && seen->coming->narrived < seen->coming->nbytes);
    return KI_REASON_NONE;
}

struct outcome {
    enum ki_reason reason;
    struct ki_image_info info;
    struct seen seen;
};

static struct outcome decode(const struct file_bytes *file, bool is_fast)
{
    struct ki_limits limits = ki_limits_default();
    struct outcome outcome = {.info = {.format = KI_FORMAT_PNG, .scale = 1}};
    struct ki_decode_request request = {
        .data = file->data,
        .nbytes = file->nbytes,
        .limits = &limits,
        .sink = {.context = &outcome.seen, .begin = on_begin, .rows = on_rows},
    };
    outcome.reason = is_fast ? ki_decode(&request, &outcome.info)
                             : ki_png_through_libpng(&request, &outcome.info);
    return outcome;
}

static struct outcome decode_coming(const struct file_bytes *file)
{
    struct ki_limits limits = ki_limits_default();
    struct coming coming = coming_begin(file->data, file->nbytes);
    struct outcome outcome = {.info = {.format = KI_FORMAT_PNG, .scale = 1},
                              .seen = {.coming = &coming}};
    const struct ki_arrival arrival = {&coming, coming_await};
    struct ki_decode_request request = {
        .data = coming.data,
        .nbytes = file->nbytes,
        .arrival = &arrival,
        .limits = &limits,
        .sink = {.context = &outcome.seen, .begin = on_begin, .rows = on_rows},
    };
    outcome.reason = ki_decode(&request, &outcome.info);
    coming_end(&coming);
    return outcome;
}

static void compare_coming(const struct file_bytes *file, const struct outcome *whole,
                           const char *what)
{
    struct outcome coming = decode_coming(file);
    cr_assert_eq(coming.reason, whole->reason, "%s that comes: %s, whole: %s", what,
                 ki_reason_text(coming.reason), ki_reason_text(whole->reason));
    cr_assert_eq(coming.info.nwarnings, whole->info.nwarnings);
    cr_assert_eq(coming.info.nframes, whole->info.nframes);
    cr_assert_eq(coming.info.width, whole->info.width);
    if (coming.reason == KI_REASON_NONE) {
        cr_assert_eq(coming.seen.nrows, whole->seen.nrows);
        cr_assert_eq(coming.seen.sum, whole->seen.sum, "%s that comes: other samples",
                     what);
    }
}

static void compare(const struct file_bytes *file, const char *what)
{
    struct outcome fast = decode(file, true);
    struct outcome slow = decode(file, false);
    cr_assert_eq(fast.reason, slow.reason, "%s: %s, libpng: %s", what,
                 ki_reason_text(fast.reason), ki_reason_text(slow.reason));
    cr_assert_eq(fast.info.nwarnings, slow.info.nwarnings);
    if (fast.reason == KI_REASON_NONE) {
        cr_assert_eq(fast.seen.nrows, slow.seen.nrows);
        cr_assert_eq(fast.seen.sum, slow.seen.sum, "%s: other samples", what);
    }
    compare_coming(file, &fast, what);
}

static bool is_taken(const struct file_bytes *file)
{
    struct ki_limits limits = ki_limits_default();
    struct seen seen = {.nrows = 0};
    struct ki_png_header header;
    enum ki_reason refusal = KI_REASON_NONE;
    struct ki_decode_request request = {
        .data = file->data,
        .nbytes = file->nbytes,
        .limits = &limits,
        .sink = {.context = &seen, .begin = on_begin, .rows = on_rows},
    };
    struct ki_deadline deadline = {UINT64_MAX, UINT64_MAX};
    cr_assert_eq(ki_png_read_header(file->data, file->nbytes, &header), KI_REASON_NONE);
    return ki_png_fast(&request, &header, &deadline, &refusal) == KI_PNG_DONE;
}

/* A bit flipped, half of the time with the chunk's checksum made right again. */
static void check_mutant(struct random_state *random, const struct file_bytes *file)
{
    struct file_bytes mutant = copy_file(file);
    size_t first = find_chunk(file, "IDAT", 0);
    size_t second = find_chunk(file, "IEND", 0);
    size_t at = 8 + random_below(random, (uint32_t)mutant.nbytes - 8);
    if (random_below(random, 2)) { /* within the first IDAT, if there is only one */
        at = first + 8 + random_below(random, (uint32_t)(second - first - 8));
        mutant.data[at] ^= (uint8_t)(1u << random_below(random, 8));
        mend_crc(&mutant, first);
    } else {
        mutant.data[at] ^= (uint8_t)(1u << random_below(random, 8));
    }
    compare(&mutant, "a mutant");
    free_file(&mutant);
}

Test(png_fast, equals_libpng)
{
    struct random_state random = random_begin(71);
    unsigned ntaken = 0;
    unsigned nearly = 0;
    for (int i = 0; i < NPICTURES; i++) {
        struct file_bytes file = make_file(&random);
        compare(&file, "a picture");
        ntaken += is_taken(&file);
        nearly += decode_coming(&file).seen.is_early;
        for (int k = 0; k < NMUTANTS; k++) {
            check_mutant(&random, &file);
        }
        free_file(&file);
    }
    cr_expect_geq(ntaken, NPICTURES * 8 / 10, "only %u were taken", ntaken);
    cr_expect_geq(nearly, NPICTURES * 8 / 10, "only %u were begun early", nearly);
}
