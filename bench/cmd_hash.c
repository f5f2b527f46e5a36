/* SPDX-License-Identifier: Apache-2.0 */
/* knownimage-bench hash: from pixels, and from files in memory, to the hash. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <knownimage/hash.h>

#include "base/cpu.h"
#include "bench/bench.h"
#include "bench/naive.h"
#include "bench/peers.h"
#include "bench/pictures.h"
#include "common/message.h"
#include "common/option_types.h"
#include "gray/gray.h"
#include "hash/pdq.h"

enum { MOST_ROUNDS = 1000, MOST_WAYS = 16 };

struct hash_arguments {
    const char *out;
    const char *sizes;
    int nrounds;
};

/* What is timed: one way from bytes to a hash. */
struct way {
    const char *name;
    bool (*run)(void *context, const uint8_t *data, size_t nbytes);
    void *context;
};

static bool run_way(const struct way *way, const struct bench_picture *picture,
                    double *took_us)
{
    double begin = bench_now_us();
    if (!way->run(way->context, picture->data, picture->nbytes)) {
        message("%s cannot read %s", way->name, picture->name);
        return false;
    }
    *took_us = bench_now_us() - begin;
    return true;
}

static void add_ways(json_t *results, const struct bench_picture *picture,
                     const struct way *ways, size_t nways,
                     double took[MOST_WAYS][MOST_ROUNDS], int nrounds)
{
    double first = 0;
    for (size_t i = 0; i < nways; i++) {
        struct bench_figures figures = bench_figures_of(took[i], (size_t)nrounds);
        first = i == 0 ? figures.min : first;
        bench_results_add(
            results,
            json_pack("{s:s,s:s,s:I,s:f,s:f,s:f,s:f}", "picture", picture->name,
                      "engine", ways[i].name, "bytes", (json_int_t)picture->nbytes,
                      "median_us", figures.median, "best_us", figures.min, "of_first",
                      figures.min / first, "faster", first / figures.min));
    }
}

/* The first way is what the others are compared with, by the best round of each: the
 * ways take turns, so that they meet the same machine. */
static void time_ways(json_t *results, const struct bench_picture *picture,
                      const struct way *ways, size_t nways, int nrounds)
{
    static double took[MOST_WAYS][MOST_ROUNDS];
    for (int round = 0; round < nrounds; round++) {
        for (size_t i = 0; i < nways; i++) {
            if (!run_way(&ways[i], picture, &took[i][round])) {
                return;
            }
        }
    }
    add_ways(results, picture, ways, nways, took, nrounds);
}

struct pixels_way {
    const struct ki_fold *fold;
    struct ki_gray gray;
    struct ki_pdq_tables tables;
    uint32_t width;
    uint32_t height;
    struct ki_pdq pdq[KI_NTRANSFORMS];
};

static bool hash_naively(void *context, const uint8_t *data, size_t nbytes)
{
    struct pixels_way *way = context;
    (void)nbytes;
    return naive_pdq(data, way->width, way->height, way->pdq);
}

static bool hash_pixels(void *context, const uint8_t *data, size_t nbytes)
{
    struct pixels_way *way = context;
    const struct ki_row_shape shape = {way->width, way->height, 1, KI_ROW_GRAY8};
    (void)nbytes;
    if (!ki_gray_begin(&way->gray, KI_BIT(KI_MODE_PDQ), &shape)) {
        return false;
    }
    ki_gray_rows(&way->gray, data, way->width, way->height);
    const float *samples = ki_gray_result(&way->gray, KI_MODE_PDQ);
    (void)ki_pdq_compute(&way->tables, way->gray.fold, samples, false, way->pdq);
    (void)ki_pdq_quality(samples);
    return true;
}

static void time_pixels(json_t *results, uint32_t width, uint32_t height, int nrounds)
{
    static struct pixels_way states[4];
    struct way ways[4] = {{"naive", hash_naively, &states[0]}};
    struct bench_picture picture;
    size_t nways = 1;
    if (!bench_picture_gray(width, height, &picture)) {
        return;
    }
    states[0].width = width;
    states[0].height = height;
    for (size_t i = 0; ki_fold_at(i) && nways < 4; i++) {
        const struct ki_fold *fold = ki_fold_at(i);
        if ((fold->cpu_needs & ~ki_cpu_features()) == 0) {
            states[nways] =
                (struct pixels_way){.fold = fold, .width = width, .height = height};
            states[nways].gray.fold = fold;
            ki_pdq_tables_init(&states[nways].tables);
            ways[nways] = (struct way){fold->name, hash_pixels, &states[nways]};
            nways++;
        }
    }
    time_ways(results, &picture, ways, nways, nrounds);
    for (size_t i = 1; i < nways; i++) {
        if (ki_pdq_distance(&states[0].pdq[0], &states[i].pdq[0]) > 2) {
            message("%s and %s differ", ways[0].name, ways[i].name);
        }
        ki_gray_free(&states[i].gray);
    }
    bench_picture_free(&picture);
}

static bool run_peer(void *context, const uint8_t *data, size_t nbytes)
{
    bool (*peer)(const uint8_t *, size_t) =
        *(bool (**)(const uint8_t *, size_t))context;
    return peer(data, nbytes);
}

static bool run_hasher(void *context, const uint8_t *data, size_t nbytes)
{
    struct ki_hashes hashes;
    ki_hash_memory(context, data, nbytes, &hashes);
    return hashes.reason == KI_REASON_NONE;
}

static struct ki_hasher *make_hasher(enum ki_fidelity fidelity, unsigned kinds)
{
    struct ki_hash_options options = ki_hash_options_default();
    struct ki_hasher *hasher = NULL;
    options.kinds = kinds;
    options.fidelity = fidelity;
    return ki_hasher_create(&options, &hasher, NULL) == KI_OK ? hasher : NULL;
}

static void time_file(json_t *results, const struct bench_picture *picture, int nrounds)
{
    static bool (*coefficients)(const uint8_t *, size_t) = peer_jpeg_coefficients;
    static bool (*rgb)(const uint8_t *, size_t) = peer_jpeg_rgb;
    static bool (*png)(const uint8_t *, size_t) = peer_png;
    struct ki_hasher *hashers[KI_NFIDELITIES];
    struct way ways[2 + KI_NFIDELITIES];
    size_t nways = 0;
    bool is_jpeg = picture->data[0] == 0xff;
    if (is_jpeg) {
        ways[nways++] = (struct way){"coefficients", run_peer, &coefficients};
        ways[nways++] = (struct way){"libjpeg", run_peer, &rgb};
    } else {
        ways[nways++] = (struct way){"libpng", run_peer, &png};
    }
    unsigned nfidelities = is_jpeg ? KI_NFIDELITIES : 1;
    for (unsigned i = 0; i < nfidelities; i++) {
        hashers[i] = make_hasher((enum ki_fidelity)i, KI_BIT(KI_KIND_PDQ));
        ways[nways++] =
            (struct way){ki_fidelity_text((enum ki_fidelity)i), run_hasher, hashers[i]};
    }
    time_ways(results, picture, ways, nways, nrounds);
    for (unsigned i = 0; i < nfidelities; i++) {
        ki_hasher_destroy(hashers[i]);
    }
}

static void time_made(json_t *results, const struct hash_arguments *arguments)
{
    struct bench_picture *pictures = NULL;
    size_t npictures = bench_pictures_make(arguments->sizes, &pictures);
    for (size_t i = 0; i < npictures; i++) {
        time_file(results, &pictures[i], arguments->nrounds);
    }
    bench_pictures_free(pictures, npictures);
}

static void time_named(json_t *results, const struct operands *operands, int nrounds)
{
    for (size_t i = 0; i < operands->nitems; i++) {
        struct bench_picture picture;
        if (bench_picture_read(operands->items[i], &picture)) {
            time_file(results, &picture, nrounds);
            bench_picture_free(&picture);
        }
    }
}

static int run_hash(const struct command *command, int argc, char **argv)
{
    struct hash_arguments arguments = {.nrounds = 21, .sizes = "200k,2M,12M"};
    struct operands operands;
    int exit_status;
    if (!command_read(command, argc, argv, &arguments, &operands, &exit_status)) {
        return exit_status;
    }
    static const struct bench_column columns[] = {
        {"picture", "picture", 26, 0}, {"engine", "engine", 14, 0},
        {"bytes", "bytes", 10, 0},     {"median_us", "median µs", 12, 1},
        {"best_us", "best µs", 12, 1}, {"of_first", "of first", 9, 3},
        {"faster", "× faster", 9, 1},
    };
    json_t *results = bench_results_begin("hash");
    if (operands.nitems > 0) {
        time_named(results, &operands, arguments.nrounds);
    } else {
        time_pixels(results, 512, 512, arguments.nrounds);
        time_pixels(results, 4000, 3000, arguments.nrounds < 5 ? arguments.nrounds : 5);
        time_made(results, &arguments);
    }
    bench_table(json_object_get(results, "results"), columns, COUNT(columns));
    return bench_results_end(results, arguments.out) ? EXIT_DONE : EXIT_TROUBLE;
}

static const struct option_type rounds_type = {.read = option_read_int,
                                               .expected = "a number from 1 to 1000",
                                               .min = 1,
                                               .max = MOST_ROUNDS};

#define FIELD(member) offsetof(struct hash_arguments, member)

static const struct option_spec specs[] = {
    {"sizes", 'n', "PIXELS", &option_text, FIELD(sizes),
     "of the pictures made (default: 200k,2M,12M)"},
    {"rounds", 0, "N", &rounds_type, FIELD(nrounds), "default: 21"},
    {"out", 'o', "FILE", &option_text, FIELD(out), "write the results as JSON"},
};

static const struct option_group groups[] = {{"options", specs, COUNT(specs), 0}};

const struct command command_hash = {
    .name = "hash",
    .operands = "[FILE…]",
    .max_operands = ANY_NUMBER,
    .summary = "from pixels, and from files in memory, to the hash",
    .details =
        "Each way is compared with the first of its picture: grey pixels with PDQ's\n"
        "filter step by step (naive), JPEG with entropy decoding alone\n"
        "(jpeg_read_coefficients), PNG with libpng's plain decode. Without files,\n"
        "pictures are made.",
    .groups = groups,
    .ngroups = COUNT(groups),
    .run = run_hash,
};
