/* SPDX-License-Identifier: Apache-2.0 */
/* knownimage-bench hash: from pixels, and from files in memory, to the hash. */
#include <stdio.h>

#include "bench/bench.h"
#include "bench/hash_files.h"
#include "bench/hash_pixels.h"
#include "bench/ways.h"
#include "common/message.h"
#include "common/option_types.h"

enum { SHORT_TIMES = 10 };

struct hash_arguments {
    const char *out;
    const char *sizes;
    int nrounds;
};

static void time_made(json_t *results, const struct hash_arguments *arguments)
{
    struct bench_picture *pictures = NULL;
    size_t npictures = bench_pictures_make(arguments->sizes, &pictures);
    for (size_t i = 0; i < npictures; i++) {
        bench_time_file(results, &pictures[i], arguments->nrounds);
    }
    bench_pictures_free(pictures, npictures);
}

static void time_named(json_t *results, const struct operands *operands, int nrounds)
{
    for (size_t i = 0; i < operands->nitems; i++) {
        struct bench_picture picture;
        if (bench_picture_read(operands->items[i], &picture)) {
            bench_time_file(results, &picture, nrounds);
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
        {"picture", "picture", 26, 0}, {"engine", "engine", 18, 0},
        {"bytes", "bytes", 10, 0},     {"median_us", "median µs", 12, 1},
        {"best_us", "best µs", 12, 1}, {"of_first", "of first", 9, 3},
        {"faster", "× faster", 9, 1},
    };
    json_t *results = bench_results_begin("hash");
    if (operands.nitems > 0) {
        time_named(results, &operands, arguments.nrounds);
    } else {
        int nshort = arguments.nrounds * SHORT_TIMES < BENCH_MOST_ROUNDS
                         ? arguments.nrounds * SHORT_TIMES
                         : BENCH_MOST_ROUNDS;
        bench_time_pixels(results, 512, 512, nshort);
        bench_time_stages(results, 512, 512, nshort);
        bench_time_pixels(results, 4000, 3000,
                          arguments.nrounds < 5 ? arguments.nrounds : 5);
        time_made(results, &arguments);
    }
    bench_table(json_object_get(results, "results"), columns, COUNT(columns));
    return bench_results_end(results, arguments.out) ? EXIT_DONE : EXIT_TROUBLE;
}

static const struct option_type rounds_type = {.read = option_read_int,
                                               .expected = "a number from 1 to 1000",
                                               .min = 1,
                                               .max = BENCH_MOST_ROUNDS};

#define FIELD(member) offsetof(struct hash_arguments, member)

static const struct option_spec specs[] = {
    {"sizes", 'n', "PIXELS", &option_text, FIELD(sizes),
     "of the pictures made (default: 200k,2M,12M)"},
    {"rounds", 0, "N", &rounds_type, FIELD(nrounds),
     "default: 21, ten times as many for 512 × 512 and its parts"},
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
        "(jpeg_read_coefficients), PNG with libpng's plain decode. Parts are shown\n"
        "beside them. Without files, pictures are made.",
    .groups = groups,
    .ngroups = COUNT(groups),
    .run = run_hash,
};
