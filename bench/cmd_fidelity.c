/* SPDX-License-Identifier: Apache-2.0 */
/* knownimage-bench fidelity: how far the hashes of a quicker decode are from those of
 * the exact one. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <knownimage/hash.h>

#include "bench/bench.h"
#include "bench/pictures.h"
#include "common/message.h"
#include "common/option_types.h"

struct fidelity_arguments {
    const char *out;
    int min_quality;
};

struct comparison {
    struct ki_hasher *hashers[KI_NFIDELITIES];
    double *distances[KI_NFIDELITIES];
    double took_us[KI_NFIDELITIES];
    size_t nfiles;
    size_t nleft_out; /* of low quality, or not decodable */
};

static bool begin(struct comparison *comparison, size_t nfiles)
{
    struct ki_hash_options options = ki_hash_options_default();
    bool is_good = true;
    options.kinds = KI_BIT(KI_KIND_PDQ);
    for (unsigned i = 0; i < KI_NFIDELITIES; i++) {
        options.fidelity = (enum ki_fidelity)i;
        comparison->distances[i] = calloc(nfiles + 1, sizeof(double));
        is_good = comparison->distances[i] && is_good &&
                  ki_hasher_create(&options, &comparison->hashers[i], NULL) == KI_OK;
    }
    return is_good;
}

static void end(struct comparison *comparison)
{
    for (unsigned i = 0; i < KI_NFIDELITIES; i++) {
        ki_hasher_destroy(comparison->hashers[i]);
        free(comparison->distances[i]);
    }
}

static void compare(struct comparison *comparison, const struct bench_picture *picture,
                    unsigned min_quality)
{
    static struct ki_hashes hashes[KI_NFIDELITIES];
    for (unsigned i = 0; i < KI_NFIDELITIES; i++) {
        double before = bench_now_us();
        ki_hash_memory(comparison->hashers[i], picture->data, picture->nbytes,
                       &hashes[i]);
        comparison->took_us[i] += bench_now_us() - before;
    }
    const struct ki_pdq_result *exact = &hashes[KI_FIDELITY_EXACT].pdq[KI_MODE_PDQ];
    if (!exact->present || exact->quality < min_quality) {
        comparison->nleft_out++;
        return;
    }
    for (unsigned i = 0; i < KI_NFIDELITIES; i++) {
        comparison->distances[i][comparison->nfiles] =
            ki_pdq_distance(&exact->hashes[0], &hashes[i].pdq[KI_MODE_PDQ].hashes[0]);
    }
    comparison->nfiles++;
}

static void add_results(json_t *results, struct comparison *comparison)
{
    for (unsigned i = 0; i < KI_NFIDELITIES; i++) {
        struct bench_figures figures =
            bench_figures_of(comparison->distances[i], comparison->nfiles);
        bench_results_add(
            results, json_pack("{s:s,s:I,s:I,s:f,s:f,s:f,s:f,s:f}", "engine",
                               ki_fidelity_text((enum ki_fidelity)i), "files",
                               (json_int_t)comparison->nfiles, "left_out",
                               (json_int_t)comparison->nleft_out, "mean", figures.mean,
                               "median", figures.median, "p99", figures.p99, "max",
                               figures.max, "seconds", comparison->took_us[i] * 1e-6));
    }
}

static int run_fidelity(const struct command *command, int argc, char **argv)
{
    struct fidelity_arguments arguments = {.min_quality = KI_QUALITY_DEFAULT};
    struct operands operands;
    struct comparison comparison = {.nfiles = 0};
    int exit_status;
    if (!command_read(command, argc, argv, &arguments, &operands, &exit_status)) {
        return exit_status;
    }
    static const struct bench_column columns[] = {
        {"engine", "fidelity", 10, 0},  {"files", "files", 7, 0},
        {"left_out", "left out", 9, 0}, {"mean", "mean", 8, 3},
        {"median", "median", 8, 1},     {"p99", "p99", 6, 0},
        {"max", "max", 6, 0},           {"seconds", "s", 8, 2},
    };
    if (!begin(&comparison, operands.nitems)) {
        message("no memory");
        end(&comparison);
        return EXIT_TROUBLE;
    }
    for (size_t i = 0; i < operands.nitems; i++) {
        struct bench_picture picture;
        if (bench_picture_read(operands.items[i], &picture)) {
            compare(&comparison, &picture, (unsigned)arguments.min_quality);
            bench_picture_free(&picture);
        }
    }
    json_t *results = bench_results_begin("fidelity");
    add_results(results, &comparison);
    end(&comparison);
    bench_table(json_object_get(results, "results"), columns, COUNT(columns));
    return bench_results_end(results, arguments.out) ? EXIT_DONE : EXIT_TROUBLE;
}

static const struct option_type quality_type = {.read = option_read_int,
                                                .expected = "a number from 0 to 100",
                                                .max = KI_QUALITY_MAX};

#define FIELD(member) offsetof(struct fidelity_arguments, member)

static const struct option_spec specs[] = {
    {"min-quality", 0, "N", &quality_type, FIELD(min_quality),
     "of the exact hash (default: 50)"},
    {"out", 'o', "FILE", &option_text, FIELD(out), "write the results as JSON"},
};

static const struct option_group groups[] = {{"options", specs, COUNT(specs), 0}};

const struct command command_fidelity = {
    .name = "fidelity",
    .operands = "FILE…",
    .min_operands = 1,
    .max_operands = ANY_NUMBER,
    .summary = "how far hashes of quicker decodes are from exact ones",
    .details = "Bits between the hash of the exact decode and that of each fidelity.\n"
               "bench/fidelity.sh makes files to try it with from photographs.",
    .groups = groups,
    .ngroups = COUNT(groups),
    .run = run_fidelity,
};
