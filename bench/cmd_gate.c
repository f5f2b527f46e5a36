/* SPDX-License-Identifier: Apache-2.0 */
/* knownimage-bench gate: which hashes the gate of lists catches. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <knownimage/index.h>

#include "bench/bench.h"
#include "bench/gate.h"
#include "common/message.h"
#include "common/option_types.h"
#include "report/put.h"

struct gate_arguments {
    const char *out;
    const char *list; /* entries of it */
    int nevery;
    int noriginals;
    int seed;
};

static double percent(uint64_t part, uint64_t all)
{
    return all > 0 ? 100.0 * (double)part / (double)all : 0;
}

struct class_counts {
    uint64_t n;
    uint64_t npoor;
    uint64_t nrefused;
    uint64_t nquarantined;
    uint64_t nnear;
    uint64_t nnear_caught;
    uint64_t nnear_left; /* not caught, and of sufficient quality */
};

static void count_drawing(struct class_counts *counts,
                          const struct gate_drawing *drawing)
{
    bool is_poor = drawing->quality < KI_QUALITY_DEFAULT;
    bool is_caught = drawing->is_refused || drawing->is_quarantined;
    counts->n++;
    counts->npoor += is_poor;
    counts->nrefused += drawing->is_refused;
    counts->nquarantined += drawing->is_quarantined;
    counts->nnear += drawing->is_near;
    counts->nnear_caught += drawing->is_near && is_caught;
    counts->nnear_left += drawing->is_near && !is_caught && !is_poor;
}

static void add_classes(json_t *results, const struct gate_drawing *drawings, size_t n)
{
    struct gate_class class;
    for (size_t i = 0; gate_class_at(i, &class); i++) {
        struct class_counts counts = {0};
        for (size_t k = 0; k < n; k++) {
            if (drawings[k].iclass == i) {
                count_drawing(&counts, &drawings[k]);
            }
        }
        bench_results_add(results,
                          json_pack("{s:s,s:b,s:I,s:f,s:f,s:f,s:I,s:I,s:I}", "class",
                                    class.name, "plain", class.is_plain, "pictures",
                                    (json_int_t)counts.n, "low_quality",
                                    percent(counts.npoor, counts.n), "refused",
                                    percent(counts.nrefused, counts.n), "quarantined",
                                    percent(counts.nquarantined, counts.n), "near",
                                    (json_int_t)counts.nnear, "near_caught",
                                    (json_int_t)counts.nnear_caught, "near_left",
                                    (json_int_t)counts.nnear_left));
    }
}

static json_t *copies_row(const char *name, const struct gate_copies *copies)
{
    return json_pack(
        "{s:s,s:I,s:I,s:I,s:f,s:I,s:I,s:I,s:I,s:I,s:I,s:f}", "material", name,
        "originals", (json_int_t)copies->noriginals, "hashes",
        (json_int_t)copies->ngood, "caught", (json_int_t)copies->ndoubted, "percent",
        percent(copies->ndoubted, copies->ngood), "refused",
        (json_int_t)copies->nrefused, "coherent", (json_int_t)copies->nby_doubt[0],
        "symmetric", (json_int_t)copies->nby_doubt[1], "weight",
        (json_int_t)copies->nby_doubt[2], "striped", (json_int_t)copies->nby_doubt[3],
        "low_quality", (json_int_t)copies->npoor, "low_quality_percent",
        percent(copies->npoor_doubted, copies->npoor));
}

static json_t *plant_row(const struct gate_plant *plant)
{
    uint32_t nleft = plant->nplanted - plant->nrefused - plant->nquarantined;
    return json_pack("{s:s,s:I,s:I,s:I,s:I,s:I}", "planted", plant->name, "rows",
                     (json_int_t)plant->nplanted, "refused",
                     (json_int_t)plant->nrefused, "quarantined",
                     (json_int_t)plant->nquarantined, "left", (json_int_t)nleft,
                     "found", (json_int_t)plant->nfound);
}

static void add_list(json_t *results, const struct gate_list *list)
{
    json_t *plants = json_array();
    for (size_t i = 0; i < list->nplants; i++) {
        (void)json_array_append_new(plants, plant_row(&list->plants[i]));
    }
    (void)json_object_set_new(results, "planted", plants);
    (void)json_object_set_new(
        results, "import",
        json_pack("{s:I,s:I,s:I,s:I,s:I,s:I,s:f}", "good_rows", (json_int_t)list->ngood,
                  "added", (json_int_t)list->nadded, "good_refused",
                  (json_int_t)list->ngood_refused, "good_quarantined",
                  (json_int_t)list->ngood_quarantined, "good_looked_up",
                  (json_int_t)list->nlooked_up, "good_found", (json_int_t)list->nfound,
                  "seconds", list->seconds));
}

static double processor_us(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec * 1e-3;
}

/* Nanoseconds of one call, on the processor. */
static double time_gate(const struct gate_drawing *drawings, size_t n)
{
    enum { NROUNDS = 21, NCALLS = 100000 };
    double rounds[NROUNDS];
    volatile unsigned sum = 0;
    for (int i = 0; i < NROUNDS; i++) {
        double begin = processor_us();
        for (size_t k = 0; k < NCALLS; k++) {
            sum = sum + ki_pdq_doubts(&drawings[k % n].pdq);
        }
        rounds[i] = (processor_us() - begin) * 1e3 / NCALLS;
    }
    return bench_figures_of(rounds, NROUNDS).median;
}

static void print(const json_t *results)
{
    static const struct bench_column classes[] = {
        {"class", "% of drawings", 20, 0},     {"pictures", "all", 6, 0},
        {"low_quality", "low quality", 11, 1}, {"refused", "refused", 8, 1},
        {"quarantined", "quarantined", 12, 1}, {"near", "| near", 7, 0},
        {"near_caught", "caught", 7, 0},       {"near_left", "left", 5, 0},
    };
    static const struct bench_column copies[] = {
        {"material", "altered", 14, 0},
        {"originals", "originals", 9, 0},
        {"hashes", "hashes", 8, 0},
        {"caught", "caught", 7, 0},
        {"percent", "%", 7, 3},
        {"refused", "refused", 8, 0},
        {"coherent", "coherent", 9, 0},
        {"symmetric", "symmetric", 9, 0},
        {"weight", "weight", 6, 0},
        {"striped", "striped", 7, 0},
        {"low_quality", "| low quality", 14, 0},
        {"low_quality_percent", "% caught", 8, 1},
    };
    static const struct bench_column plants[] = {
        {"planted", "planted rows", 20, 0},
        {"rows", "all", 6, 0},
        {"refused", "refused", 8, 0},
        {"quarantined", "quarantined", 12, 0},
        {"left", "left", 5, 0},
        {"found", "found", 6, 0},
    };
    const json_t *import = json_object_get(results, "import");
    ki_put(stdout, "near: within 31 bits of another drawing; left: not caught, and of "
                   "sufficient quality\n");
    ki_putf(stdout, "one hash: %.0f ns\n",
            json_real_value(json_object_get(results, "gate_ns")));
    bench_table(json_object_get(results, "results"), classes, COUNT(classes));
    ki_put(stdout, "\nhashes of quality 50 and more:\n");
    bench_table(json_object_get(results, "altered"), copies, COUNT(copies));
    ki_putf(
        stdout,
        "\na list of %lld good rows: %lld of them refused, %lld in quarantine, %lld "
        "of %lld looked up found:\n",
        (long long)json_integer_value(json_object_get(import, "good_rows")),
        (long long)json_integer_value(json_object_get(import, "good_refused")),
        (long long)json_integer_value(json_object_get(import, "good_quarantined")),
        (long long)json_integer_value(json_object_get(import, "good_found")),
        (long long)json_integer_value(json_object_get(import, "good_looked_up")));
    bench_table(json_object_get(results, "planted"), plants, COUNT(plants));
}

static bool add_copies(json_t *results, const struct gate_arguments *arguments,
                       const struct operands *files)
{
    static struct gate_copies copies;
    static struct gate_copies crops;
    json_t *rows = json_array();
    (void)json_object_set_new(results, "altered", rows);
    if (!gate_copies_of_made((uint32_t)arguments->noriginals, (uint64_t)arguments->seed,
                             &copies)) {
        return false;
    }
    (void)json_array_append_new(rows, copies_row("made pictures", &copies));
    if (files->nitems == 0) {
        return true;
    }
    bool is_good = gate_copies_of_files(files->items, files->nitems, &copies, &crops);
    (void)json_array_append_new(rows, copies_row("photographs", &copies));
    (void)json_array_append_new(rows, copies_row("crops of them", &crops));
    return is_good;
}

static bool measure(json_t *results, const struct gate_arguments *arguments,
                    uint32_t nrows, const struct operands *files)
{
    static struct gate_list list;
    size_t n = 0;
    struct gate_drawing *drawings =
        gate_drawings_make((uint32_t)arguments->nevery, (uint64_t)arguments->seed, &n);
    if (!drawings) {
        return false;
    }
    add_classes(results, drawings, n);
    (void)json_object_set_new(results, "gate_ns", json_real(time_gate(drawings, n)));
    bool is_good = gate_list_try(nrows, (uint32_t)arguments->nevery,
                                 (uint64_t)arguments->seed, drawings, n, &list);
    add_list(results, &list);
    free(drawings);
    return is_good && add_copies(results, arguments, files);
}

static int run_gate(const struct command *command, int argc, char **argv)
{
    struct gate_arguments arguments = {
        .list = "1M", .nevery = 300, .noriginals = 350, .seed = 1};
    struct operands operands;
    uint32_t sizes[BENCH_MOST_SIZES];
    int exit_status;
    if (!command_read(command, argc, argv, &arguments, &operands, &exit_status)) {
        return exit_status;
    }
    if (bench_sizes(arguments.list, sizes) != 1) {
        return command_usage_error(command, "--list needs one number, such as 1M");
    }
    json_t *results = bench_results_begin("gate");
    if (!measure(results, &arguments, sizes[0], &operands)) {
        json_decref(results);
        return EXIT_TROUBLE;
    }
    print(results);
    return bench_results_end(results, arguments.out) ? EXIT_DONE : EXIT_TROUBLE;
}

static const struct option_type count_type = {.read = option_read_int,
                                              .expected = "a number from 1 to 10000",
                                              .min = 1,
                                              .max = 10000};

#define FIELD(member) offsetof(struct gate_arguments, member)

static const struct option_spec specs[] = {
    {"drawings", 0, "N", &count_type, FIELD(nevery),
     "of each class, and planted rows of each sort: 300"},
    {"list", 'n', "N", &option_text, FIELD(list), "good rows of the list: 1M"},
    {"originals", 0, "N", &count_type, FIELD(noriginals),
     "pictures made and altered: 350"},
    {"seed", 0, "N", &count_type, FIELD(seed), "where all comes from: 1"},
    {"out", 'o', "FILE", &option_text, FIELD(out), "write the results as JSON"},
};

static const struct option_group groups[] = {{"options", specs, COUNT(specs), 0}};

const struct command command_gate = {
    .name = "gate",
    .operands = "[JPEG…]",
    .max_operands = ANY_NUMBER,
    .summary = "which hashes are refused on lists or put into quarantine",
    .details =
        "Drawings that say little, with how many are near to another; pictures of\n"
        "something and photographs, altered in every way that the corpus knows, which\n"
        "are to pass; and a list with bad rows planted among good ones.",
    .groups = groups,
    .ngroups = COUNT(groups),
    .run = run_gate,
};
