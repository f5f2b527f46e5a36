/* SPDX-License-Identifier: Apache-2.0 */
/* knownimage-bench robustness: what is found of altered pictures, and what is not to
 * be found. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alter.h"
#include "bench/bench.h"
#include "bench/robustness.h"
#include "bench/robustness_svg.h"
#include "common/message.h"
#include "common/option_types.h"
#include "report/put.h"

enum { NLOOKS = 4, MOST_JOBS = 64, MOST_PICTURES = 100000 };

static const unsigned looks[NLOOKS] = {31, 48, 64, 90}; /* distances of interest */

struct robustness_arguments {
    const char *out;
    const char *plot;
    int noriginals;
    int npictures;
    int njobs;
    int seed;
};

static double percent(uint32_t part, uint32_t all)
{
    return all > 0 ? 100.0 * part / all : 0;
}

static void add_alterations(json_t *results, const struct robustness *robustness)
{
    static const char *const keys[KI_NMODES][ROBUSTNESS_NWAYS] = {
        {"plain", "dihedral", "modes", "all"},
        {"nn512_plain", "nn512_dihedral", "nn512_modes", "nn512_all"}};
    for (size_t a = 0; a < robustness->nalterations; a++) {
        json_t *row =
            json_pack("{s:s,s:I,s:f}", "alteration", ki_alteration_at(a)->name,
                      "copies", (json_int_t)robustness->ncopies, "low_quality",
                      percent(robustness->ngated[a], robustness->ncopies));
        for (unsigned mode = 0; mode < KI_NMODES; mode++) {
            for (unsigned way = 0; way < ROBUSTNESS_NWAYS; way++) {
                double share =
                    percent(robustness->nfound[a][mode][way], robustness->ncopies);
                (void)json_object_set_new(row, keys[mode][way], json_real(share));
            }
        }
        bench_results_add(results, row);
    }
}

/* The histogram, and what it says at the distances of interest. */
static json_t *strangers_of(const struct robustness *robustness, unsigned way)
{
    const uint64_t *distances = robustness->distances[way];
    json_t *histogram = json_array();
    json_int_t within[NLOOKS] = {0};
    unsigned minimum = ROBUSTNESS_NDISTANCES;
    for (unsigned d = 0; d < ROBUSTNESS_NDISTANCES; d++) {
        (void)json_array_append_new(histogram, json_integer((json_int_t)distances[d]));
        minimum = distances[d] > 0 && minimum == ROBUSTNESS_NDISTANCES ? d : minimum;
        for (size_t i = 0; i < NLOOKS; i++) {
            within[i] += d <= looks[i] ? (json_int_t)distances[d] : 0;
        }
    }
    return json_pack("{s:s,s:I,s:i,s:I,s:I,s:I,s:I,s:o}", "lookup",
                     robustness_way_text((enum robustness_way)way), "pairs",
                     (json_int_t)robustness->npairs, "minimum", (int)minimum,
                     "within_31", within[0], "within_48", within[1], "within_64",
                     within[2], "within_90", within[3], "histogram", histogram);
}

static void add_strangers(json_t *results, const struct robustness *robustness)
{
    json_t *all = json_array();
    for (unsigned way = 0; way < ROBUSTNESS_NWAYS; way++) {
        (void)json_array_append_new(all, strangers_of(robustness, way));
    }
    (void)json_object_set_new(results, "strangers", all);
}

static void print(const json_t *results)
{
    static const struct bench_column recall[] = {
        {"alteration", "% found within 31", 18, 0},
        {"low_quality", "gated", 6, 1},
        {"plain", "plain", 6, 1},
        {"dihedral", "+dihedral", 9, 1},
        {"modes", "+modes", 7, 1},
        {"all", "+both", 7, 1},
        {"nn512_plain", "| plain", 8, 1},
        {"nn512_dihedral", "+dihedral", 9, 1},
        {"nn512_modes", "+modes", 7, 1},
        {"nn512_all", "+both", 7, 1},
    };
    static const struct bench_column strangers[] = {
        {"lookup", "strangers", 18, 0}, {"pairs", "pairs", 10, 0},
        {"minimum", "minimum", 8, 0},   {"within_31", "≤ 31", 8, 0},
        {"within_48", "≤ 48", 8, 0},    {"within_64", "≤ 64", 8, 0},
        {"within_90", "≤ 90", 8, 0},
    };
    ki_put(stdout, "a list made in mode pdq, and one made in pdq-nn512:\n");
    bench_table(json_object_get(results, "results"), recall, COUNT(recall));
    ki_put(stdout, "\n");
    bench_table(json_object_get(results, "strangers"), strangers, COUNT(strangers));
}

static bool write_plot(const json_t *results, const char *path)
{
    FILE *out = fopen(path, "w");
    if (!out) {
        message("cannot write %s", path);
        return false;
    }
    robustness_write_svg(out, results);
    bool is_good = ferror(out) == 0;
    return fclose(out) == 0 && is_good;
}

static int run_robustness(const struct command *command, int argc, char **argv)
{
    struct robustness_arguments arguments = {
        .noriginals = 500, .npictures = 4600, .njobs = 1, .seed = 1};
    struct operands operands;
    int exit_status;
    if (!command_read(command, argc, argv, &arguments, &operands, &exit_status)) {
        return exit_status;
    }
    int most = arguments.npictures > arguments.noriginals ? arguments.npictures
                                                          : arguments.noriginals;
    const struct robustness_request request = {
        .noriginals = (uint32_t)arguments.noriginals,
        .npictures = (uint32_t)most,
        .njobs = (unsigned)arguments.njobs,
        .seed = (uint64_t)arguments.seed,
        .radius = KI_RADIUS_DEFAULT,
        .min_quality = KI_QUALITY_DEFAULT,
    };
    static struct robustness robustness;
    if (!robustness_measure(&request, &robustness)) {
        return EXIT_TROUBLE;
    }
    json_t *results = bench_results_begin("robustness");
    add_alterations(results, &robustness);
    add_strangers(results, &robustness);
    print(results);
    bool is_good = !arguments.plot || write_plot(results, arguments.plot);
    return bench_results_end(results, arguments.out) && is_good ? EXIT_DONE
                                                                : EXIT_TROUBLE;
}

static const struct option_type count_type = {.read = option_read_int,
                                              .expected = "a number from 1 to 100000",
                                              .min = 1,
                                              .max = MOST_PICTURES};
static const struct option_type jobs_type = {.read = option_read_int,
                                             .expected = "a number from 1 to 64",
                                             .min = 1,
                                             .max = MOST_JOBS};

#define FIELD(member) offsetof(struct robustness_arguments, member)

static const struct option_spec specs[] = {
    {"originals", 0, "N", &count_type, FIELD(noriginals),
     "pictures listed and altered: 500"},
    {"pictures", 0, "N", &count_type, FIELD(npictures),
     "with these, every two of which are strangers: 4600"},
    {"jobs", 'j', "N", &jobs_type, FIELD(njobs), "threads: 1"},
    {"seed", 0, "N", &count_type, FIELD(seed), "where the pictures come from: 1"},
    {"out", 'o', "FILE", &option_text, FIELD(out), "write the results as JSON"},
    {"plot", 'p', "FILE", &option_text, FIELD(plot), "draw them as SVG"},
};

static const struct option_group groups[] = {{"options", specs, COUNT(specs), 0}};

const struct command command_robustness = {
    .name = "robustness",
    .operands = "",
    .max_operands = 0,
    .summary = "what is found of altered pictures, and of strangers",
    .details =
        "Pictures are made, listed as the exact decode gives them and altered in\n"
        "every way that the corpus knows; the copies are looked up as a scan\n"
        "does, with its gate on quality. Strangers are all pairs of pictures.",
    .groups = groups,
    .ngroups = COUNT(groups),
    .run = run_robustness,
};
