/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/hash_pixels.h"

#include <knownimage/hash.h>

#include "base/cpu.h"
#include "bench/naive.h"
#include "bench/ways.h"
#include "common/message.h"
#include "gray/gray.h"
#include "hash/pdq.h"

enum { MOST_FOLDS = 3 };

struct pixels_way {
    struct ki_gray gray;
    struct ki_pdq_tables tables;
    uint32_t width;
    uint32_t height;
    const float *samples; /* of the picture, reduced */
    float coefficients[KI_DCT_NSAMPLES];
    struct ki_pdq pdq[KI_NTRANSFORMS];
};

static bool hash_naively(void *context, const uint8_t *data, size_t nbytes)
{
    struct pixels_way *way = context;
    (void)nbytes;
    return naive_pdq(data, way->width, way->height, way->pdq);
}

static bool reduce(void *context, const uint8_t *data, size_t nbytes)
{
    struct pixels_way *way = context;
    const struct ki_row_shape shape = {way->width, way->height, 1, KI_ROW_GRAY8};
    (void)nbytes;
    if (!ki_gray_begin(&way->gray, KI_BIT(KI_MODE_PDQ), &shape)) {
        return false;
    }
    ki_gray_rows(&way->gray, data, way->width, way->height);
    way->samples = ki_gray_result(&way->gray, KI_MODE_PDQ);
    return true;
}

static bool hash_pixels(void *context, const uint8_t *data, size_t nbytes)
{
    struct pixels_way *way = context;
    if (!reduce(context, data, nbytes)) {
        return false;
    }
    (void)ki_pdq_compute(&way->tables, way->gray.fold, way->samples, false, way->pdq);
    (void)ki_pdq_quality(way->gray.fold, way->samples);
    return true;
}

/* The parts below work on what the ways before them left. */
static bool transform(void *context, const uint8_t *data, size_t nbytes)
{
    struct pixels_way *way = context;
    (void)data;
    (void)nbytes;
    ki_pdq_coefficients(&way->tables, way->gray.fold, way->samples, way->coefficients);
    return true;
}

static bool take_bits(void *context, const uint8_t *data, size_t nbytes)
{
    struct pixels_way *way = context;
    (void)data;
    (void)nbytes;
    ki_pdq_bits(way->coefficients, way->pdq);
    return true;
}

static bool take_quality(void *context, const uint8_t *data, size_t nbytes)
{
    struct pixels_way *way = context;
    (void)data;
    (void)nbytes;
    return ki_pdq_quality(way->gray.fold, way->samples) <= KI_QUALITY_MAX;
}

static bool take_all_eight(void *context, const uint8_t *data, size_t nbytes)
{
    struct pixels_way *way = context;
    (void)data;
    (void)nbytes;
    (void)ki_pdq_compute(&way->tables, way->gray.fold, way->samples, true, way->pdq);
    return true;
}

static bool can_run(const struct ki_fold *fold)
{
    return (fold->cpu_needs & ~ki_cpu_features()) == 0;
}

static void begin_way(struct pixels_way *way, const struct ki_fold *fold,
                      uint32_t width, uint32_t height)
{
    *way = (struct pixels_way){.width = width, .height = height};
    way->gray.fold = fold;
    ki_pdq_tables_init(&way->tables);
}

void bench_time_pixels(json_t *results, uint32_t width, uint32_t height, int nrounds)
{
    static struct pixels_way states[1 + MOST_FOLDS];
    struct bench_way ways[1 + MOST_FOLDS] = {{"naive", hash_naively, &states[0]}};
    struct bench_picture picture;
    size_t nways = 1;
    if (!bench_picture_gray(width, height, &picture)) {
        return;
    }
    states[0].width = width;
    states[0].height = height;
    for (size_t i = 0; ki_fold_at(i) && nways <= MOST_FOLDS; i++) {
        if (can_run(ki_fold_at(i))) {
            begin_way(&states[nways], ki_fold_at(i), width, height);
            ways[nways] =
                (struct bench_way){ki_fold_at(i)->name, hash_pixels, &states[nways]};
            nways++;
        }
    }
    bench_time_ways(results, &picture, ways, nways, nrounds);
    for (size_t i = 1; i < nways; i++) {
        if (ki_pdq_distance(&states[0].pdq[0], &states[i].pdq[0]) > 2) {
            message("%s and %s differ", ways[0].name, ways[i].name);
        }
        ki_gray_free(&states[i].gray);
    }
    bench_picture_free(&picture);
}

void bench_time_stages(json_t *results, uint32_t width, uint32_t height, int nrounds)
{
    static struct pixels_way way;
    const struct bench_way ways[] = {
        {"all", hash_pixels, &way},      {"reduce", reduce, &way},
        {"dct", transform, &way},        {"median and bits", take_bits, &way},
        {"quality", take_quality, &way}, {"dct, 8 hashes", take_all_eight, &way},
    };
    struct bench_picture picture;
    if (!bench_picture_gray(width, height, &picture)) {
        return;
    }
    for (size_t i = 0; ki_fold_at(i); i++) {
        if (can_run(ki_fold_at(i))) {
            begin_way(&way, ki_fold_at(i), width, height);
            (void)snprintf(picture.name, sizeof picture.name, "%s %ux%u",
                           ki_fold_at(i)->name, width, height);
            bench_time_ways(results, &picture, ways, sizeof ways / sizeof *ways,
                            nrounds);
            ki_gray_free(&way.gray);
        }
    }
    bench_picture_free(&picture);
}
