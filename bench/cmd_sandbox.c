/* SPDX-License-Identifier: Apache-2.0 */
/* knownimage-bench sandbox: what confined decoding costs over decoding in this process,
 * file to hash, in turns. Run it under `taskset -c 0` for one processor. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <knownimage/sandbox.h>

#include "bench/bench.h"
#include "bench/pictures.h"
#include "common/message.h"
#include "common/option_types.h"
#include "common/output.h"

enum { BATCH = 10, MOST_BATCHES = 1000, NWAYS = 3 };

struct sandbox_arguments {
    int nbatches;
    unsigned kinds;
    const char *sizes;
    const char *worker;
    const char *out;
};

/* One way to hash, and the times it took for the picture at hand. */
struct way {
    const char *name;
    unsigned npictures; /* of a worker; 0: in this process */
    struct ki_sandbox *sandbox;
    struct ki_hasher *hasher;
    double us[MOST_BATCHES * BATCH];
};

static bool fail(enum ki_status status, const struct ki_diag *diag)
{
    message_status(status, diag);
    return false;
}

static bool way_begin(struct way *way, const struct sandbox_arguments *arguments)
{
    struct ki_hash_options options = ki_hash_options_default();
    struct ki_sandbox_options sandbox = ki_sandbox_options_default();
    struct ki_diag diag = {0};
    options.kinds = arguments->kinds;
    options.dihedral = true;
    if (way->npictures == 0) {
        enum ki_status status = ki_hasher_create(&options, &way->hasher, &diag);
        return status == KI_OK || fail(status, &diag);
    }
    sandbox.njobs = 1;
    sandbox.npictures = way->npictures;
    sandbox.worker = arguments->worker;
    enum ki_status status = ki_sandbox_start(&sandbox, &way->sandbox, &diag);
    if (status == KI_OK) {
        status = ki_hasher_create_confined(way->sandbox, &options, &way->hasher, &diag);
    }
    return status == KI_OK || fail(status, &diag);
}

static void way_end(struct way *way)
{
    ki_hasher_destroy(way->hasher);
    ki_sandbox_stop(way->sandbox);
}

static bool time_batch(struct way *way, const char *path, double us[BATCH])
{
    bool is_good = true;
    for (size_t i = 0; i < BATCH && is_good; i++) {
        struct ki_hashes hashes;
        double begin_us = bench_now_us();
        ki_hash_file(way->hasher, path, &hashes);
        us[i] = bench_now_us() - begin_us;
        is_good = hashes.reason == KI_REASON_NONE;
        if (!is_good) {
            message("%s: %s", way->name, ki_reason_text(hashes.reason));
        }
    }
    return is_good;
}

static bool time_picture(json_t *results, const char *path,
                         const struct bench_picture *picture, struct way ways[NWAYS],
                         size_t nbatches)
{
    for (size_t batch = 0; batch < nbatches; batch++) {
        for (size_t i = 0; i < NWAYS; i++) {
            if (!time_batch(&ways[i], path, ways[i].us + batch * BATCH)) {
                return false;
            }
        }
    }
    double local_us = 0;
    for (size_t i = 0; i < NWAYS; i++) {
        struct bench_figures figures = bench_figures_of(ways[i].us, nbatches * BATCH);
        local_us = i == 0 ? figures.median : local_us;
        bench_results_add(results,
                          json_pack("{s:s,s:s,s:I,s:f,s:f,s:f,s:f}", "picture",
                                    picture->name, "way", ways[i].name, "bytes",
                                    (json_int_t)picture->nbytes, "median_us",
                                    figures.median, "mean_us", figures.mean, "over_us",
                                    figures.median - local_us, "over_percent",
                                    100 * (figures.median - local_us) / local_us));
    }
    return true;
}

static bool write_file(const char *path, const struct bench_picture *picture)
{
    FILE *file = fopen(path, "wbe");
    bool is_good =
        file && fwrite(picture->data, 1, picture->nbytes, file) == picture->nbytes;
    is_good = (!file || fclose(file) == 0) && is_good;
    if (!is_good) {
        message("cannot write %s", path);
    }
    return is_good;
}

static bool time_pictures(json_t *results, const struct sandbox_arguments *arguments,
                          struct way ways[NWAYS])
{
    struct bench_picture *pictures = NULL;
    char folder[128];
    char path[160];
    if (!bench_folder_make(folder)) {
        return false;
    }
    (void)snprintf(path, sizeof path, "%s/picture", folder);
    size_t npictures = bench_pictures_make(arguments->sizes, &pictures);
    bool is_good = npictures > 0;
    for (size_t i = 0; i < npictures && is_good; i++) {
        is_good = write_file(path, &pictures[i]) &&
                  time_picture(results, path, &pictures[i], ways,
                               (size_t)arguments->nbatches);
    }
    bench_pictures_free(pictures, npictures);
    bench_folder_remove(folder);
    return is_good;
}

static bool time_ways(json_t *results, const struct sandbox_arguments *arguments)
{
    struct way *ways = calloc(NWAYS, sizeof *ways);
    if (!ways) {
        return false;
    }
    ways[0].name = "local";
    ways[1].name = "persistent";
    ways[1].npictures = KI_WORKER_PERSISTENT;
    ways[2].name = "single-use";
    ways[2].npictures = KI_WORKER_SINGLE_USE;
    bool is_good = true;
    for (size_t i = 0; i < NWAYS && is_good; i++) {
        is_good = way_begin(&ways[i], arguments);
    }
    is_good = is_good && time_pictures(results, arguments, ways);
    for (size_t i = 0; i < NWAYS; i++) {
        way_end(&ways[i]);
    }
    free(ways);
    return is_good;
}

static int run_sandbox(const struct command *command, int argc, char **argv)
{
    struct sandbox_arguments arguments = {
        .nbatches = 20, .sizes = "200k,2M", .kinds = KI_BIT(KI_KIND_PDQ)};
    struct operands operands;
    int exit_status;
    if (!command_read(command, argc, argv, &arguments, &operands, &exit_status)) {
        return exit_status;
    }
    static const struct bench_column columns[] = {
        {"picture", "picture", 26, 0},    {"way", "way", 11, 0},
        {"bytes", "bytes", 10, 0},        {"median_us", "median µs", 12, 1},
        {"mean_us", "mean µs", 11, 1},    {"over_us", "over µs", 10, 1},
        {"over_percent", "over %", 8, 1},
    };
    json_t *results = bench_results_begin("sandbox");
    bool is_good = time_ways(results, &arguments);
    bench_table(json_object_get(results, "results"), columns, COUNT(columns));
    return bench_results_end(results, arguments.out) && is_good ? EXIT_DONE
                                                                : EXIT_TROUBLE;
}

static const struct option_type batches_type = {.read = option_read_int,
                                                .expected = "a number from 1 to 1000",
                                                .min = 1,
                                                .max = MOST_BATCHES};

#define FIELD(member) offsetof(struct sandbox_arguments, member)

static const struct option_spec specs[] = {
    {"sizes", 'n', "PIXELS", &option_text, FIELD(sizes),
     "of the pictures made (default: 200k,2M)"},
    {"batches", 0, "N", &batches_type, FIELD(nbatches),
     "of ten pictures each way, in turns (default: 20)"},
    {"kinds", 'k', "KINDS", &option_kinds, FIELD(kinds), "default: pdq"},
    {"worker", 0, "FILE", &option_text, FIELD(worker), "the program that decodes"},
    {"out", 'o', "FILE", &option_text, FIELD(out), "write the results as JSON"},
};

static const struct option_group groups[] = {{"options", specs, COUNT(specs), 0}};

const struct command command_sandbox = {
    .name = "sandbox",
    .operands = "",
    .max_operands = 0,
    .summary = "confined decoding against decoding in this process",
    .details =
        "File to hash, one at a time: in this process, by persistent workers, by\n"
        "single-use workers.",
    .groups = groups,
    .ngroups = COUNT(groups),
    .run = run_sandbox,
};
