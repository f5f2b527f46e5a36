/* SPDX-License-Identifier: Apache-2.0 */
/* knownimage-bench search: latency, throughput and exactness of the engines. */
#include <stdlib.h>
#include <string.h>

#include "bench/search_run.h"
#include "common/message.h"
#include "common/option_types.h"
#include "common/stop.h"
#include "report/put.h"

struct search_arguments {
    const char *sizes;
    const char *engines;
    const char *out;
    const char *data;
    const char *mix;
    int radius;
    int nthreads;
    int nrounds;
    uint32_t nqueries;
    uint32_t nslow;
    uint64_t seed;
};

struct search_bench {
    const struct search_arguments *arguments;
    struct search_setup setup;
    uint64_t reference_sum; /* of the first engine that is exact */
    bool has_reference;
    bool is_good;
    json_t *results;
};

static void report_progress(const struct bench_engine *engine, uint32_t n)
{
    ki_putf(stderr, "%-16s %u hashes\n", engine->name, n);
}

/* Ours, and the flat scan of FAISS, must all say the same. */
static void check_exact(struct search_bench *bench, const struct bench_engine *engine,
                        const struct search_outcome *outcome)
{
    bool is_exact = engine->is_ours || strcmp(engine->name, "faiss-flat") == 0;
    if (!is_exact) {
        return;
    }
    if (!bench->has_reference) {
        bench->has_reference = true;
        bench->reference_sum = outcome->sum;
    }
    if (outcome->nrecalled < outcome->nplanted || outcome->nwrong > 0 ||
        outcome->sum != bench->reference_sum) {
        message("%s: %u of %u planted neighbours found, %u answers beyond the radius%s",
                engine->name, outcome->nrecalled, outcome->nplanted, outcome->nwrong,
                outcome->sum != bench->reference_sum ? ", other answers than the others"
                                                     : "");
        bench->is_good = false;
    }
}

static json_t *make_row(const struct search_bench *bench,
                        const struct bench_engine *engine, size_t nbytes,
                        double build_us, const struct search_outcome *outcome)
{
    double n = bench->setup.n;
    json_t *row = json_pack(
        "{s:s,s:I,s:s,s:s,s:i,s:i,s:f,s:f,s:f,s:f,s:f,s:I,s:f,s:f,s:f}", "engine",
        engine->name, "n", (json_int_t)bench->setup.n, "data", bench->arguments->data,
        "mix", bench->arguments->mix, "radius", bench->setup.radius, "threads",
        bench->setup.nthreads, "min_us", outcome->latency.min, "median_us",
        outcome->latency.median, "p99_us", outcome->latency.p99, "mean_us",
        outcome->latency.mean, "queries_per_s", outcome->queries_per_second, "hits",
        (json_int_t)outcome->nhits, "recall",
        outcome->nplanted > 0 ? (double)outcome->nrecalled / outcome->nplanted : 1.0,
        "bytes_per_hash", (double)nbytes / n + sizeof(struct ki_ring_hash),
        "build_us_per_hash", build_us / n);
    if (outcome->speedup > 0) {
        (void)json_object_set_new(row, "thread_speedup", json_real(outcome->speedup));
    }
    if (outcome->together_us > 0) {
        (void)json_object_set_new(row, "together_us", json_real(outcome->together_us));
    }
    return row;
}

static void run_engine(struct search_bench *bench, const struct bench_engine *engine)
{
    struct search_outcome outcome;
    report_progress(engine, bench->setup.n);
    double begin = bench_now_us();
    void *made = engine->make(bench->setup.hashes, bench->setup.n);
    double build_us = bench_now_us() - begin;
    if (!made || !search_run(engine, made, &bench->setup, &outcome)) {
        message("%s: cannot be made or run with %u hashes", engine->name,
                bench->setup.n);
        bench->is_good = false;
    } else {
        check_exact(bench, engine, &outcome);
        bench_results_add(bench->results, make_row(bench, engine, engine->nbytes(made),
                                                   build_us, &outcome));
    }
    if (made) {
        engine->destroy(made);
    }
}

static enum bench_mix mix_of(const char *name)
{
    return strcmp(name, "misses") == 0 ? BENCH_MISSES
           : strcmp(name, "hits") == 0 ? BENCH_HITS
                                       : BENCH_HALF;
}

static void run_size(struct search_bench *bench, uint32_t n)
{
    const struct search_arguments *arguments = bench->arguments;
    enum bench_data data =
        strcmp(arguments->data, "uniform") == 0 ? BENCH_UNIFORM : BENCH_CORRELATED;
    struct ki_ring_hash *hashes = bench_hashes(data, n, arguments->seed);
    struct bench_query *queries =
        hashes ? bench_queries(hashes, n, data, mix_of(arguments->mix),
                               arguments->nqueries, arguments->seed)
               : NULL;
    if (!queries) {
        message("no memory for %u hashes", n);
        bench->is_good = false;
        bench_free(hashes, n * sizeof *hashes);
        return;
    }
    bench->has_reference = false;
    bench->setup = (struct search_setup){
        .hashes = hashes,
        .n = n,
        .queries = queries,
        .nqueries = arguments->nqueries,
        .nslow = arguments->nslow,
        .radius = (unsigned)arguments->radius,
        .nrounds = (unsigned)arguments->nrounds,
        .nthreads = (unsigned)arguments->nthreads,
    };
    for (size_t i = 0; bench_engine_at(i) && !stop_is_requested(); i++) {
        if (bench_engine_is_chosen(bench_engine_at(i), arguments->engines)) {
            run_engine(bench, bench_engine_at(i));
        }
    }
    free(queries);
    bench_free(hashes, n * sizeof *hashes);
}

/* How many times faster than the best linear scan of the same size. */
static void add_ratios(json_t *rows)
{
    for (size_t i = 0; i < json_array_size(rows); i++) {
        json_t *row = json_array_get(rows, i);
        double best = 0;
        for (size_t k = 0; k < json_array_size(rows); k++) {
            const json_t *other = json_array_get(rows, k);
            const char *name = json_string_value(json_object_get(other, "engine"));
            double median = json_real_value(json_object_get(other, "median_us"));
            if (strncmp(name, "linear-", 7) == 0 &&
                json_equal(json_object_get(other, "n"), json_object_get(row, "n")) &&
                (best == 0 || median < best)) {
                best = median;
            }
        }
        double median = json_real_value(json_object_get(row, "median_us"));
        if (best > 0 && median > 0) {
            (void)json_object_set_new(row, "times_linear", json_real(best / median));
        }
    }
}

static void print_rows(const json_t *rows)
{
    static const struct bench_column columns[] = {
        {"engine", "engine", 15, 0},
        {"n", "hashes", 10, 0},
        {"min_us", "min µs", 10, 2},
        {"median_us", "median", 10, 2},
        {"p99_us", "p99", 10, 2},
        {"together_us", "8 at once", 10, 2},
        {"times_linear", "×linear", 9, 1},
        {"queries_per_s", "queries/s", 11, 0},
        {"thread_speedup", "threads×", 8, 2},
        {"hits", "hits", 8, 0},
        {"recall", "recall", 7, 4},
        {"bytes_per_hash", "B/hash", 7, 1},
        {"build_us_per_hash", "build", 7, 3},
    };
    bench_table(rows, columns, COUNT(columns));
}

static int run_search(const struct command *command, int argc, char **argv)
{
    struct search_arguments arguments = {
        .sizes = "1M",
        .data = "uniform",
        .mix = "misses",
        .radius = KI_RADIUS_DEFAULT,
        .nthreads = 1,
        .nrounds = 3,
        .nqueries = 20000,
        .nslow = 50,
        .seed = 1,
    };
    struct operands operands;
    int exit_status;
    uint32_t sizes[BENCH_MOST_SIZES];
    if (!command_read(command, argc, argv, &arguments, &operands, &exit_status)) {
        return exit_status;
    }
    size_t nsizes = bench_sizes(arguments.sizes, sizes);
    if (nsizes == 0) {
        return command_usage_error(command, "bad sizes '%s'", arguments.sizes);
    }
    struct search_bench bench = {.arguments = &arguments, .is_good = true};
    bench.results = bench_results_begin("search");
    stop_install();
    for (size_t i = 0; i < nsizes && !stop_is_requested(); i++) {
        run_size(&bench, sizes[i]);
    }
    json_t *rows = json_object_get(bench.results, "results");
    add_ratios(rows);
    print_rows(rows);
    bool is_written = bench_results_end(bench.results, arguments.out);
    return stop_exit_status(bench.is_good && is_written ? EXIT_DONE : EXIT_TROUBLE);
}

static const char *data_choice(size_t i)
{
    static const char *const names[] = {"uniform", "correlated"};
    return i < COUNT(names) ? names[i] : NULL;
}

static const char *mix_choice(size_t i)
{
    static const char *const names[] = {"misses", "hits", "half"};
    return i < COUNT(names) ? names[i] : NULL;
}

static const struct option_type data_type = {
    .read = option_read_word, .expected = "one of ", .choice = data_choice};
static const struct option_type mix_type = {
    .read = option_read_word, .expected = "one of ", .choice = mix_choice};
static const struct option_type radius_type = {
    .read = option_read_int, .expected = "a number from 0 to 47", .max = KI_RADIUS_MAX};
static const struct option_type small_type = {
    .read = option_read_int, .expected = "a number from 1 to 64", .min = 1, .max = 64};
static const struct option_type seed_type = {
    .read = option_read_u64, .expected = "a number", .max = UINT64_MAX};

#define FIELD(member) offsetof(struct search_arguments, member)

static const struct option_spec specs[] = {
    {"n", 'n', "SIZES", &option_text, FIELD(sizes), "hashes: 1M,10M (default: 1M)"},
    {"engines", 'e', "NAMES", &option_text, FIELD(engines),
     "of the table below, with commas (default: all)"},
    {"data", 'd', "KIND", &data_type, FIELD(data), "of hashes (default: uniform)"},
    {"mix", 'm', "KIND", &mix_type, FIELD(mix),
     "of queries: planted at 0 to 33 bits, or not\n(default: misses)"},
    {"radius", 'r', "BITS", &radius_type, FIELD(radius), "default: 31"},
    {"threads", 't', "N", &small_type, FIELD(nthreads),
     "for the throughput (default: 1)"},
    {"rounds", 0, "N", &small_type, FIELD(nrounds), "the best counts (default: 3)"},
    {"queries", 'q', "N", &option_count32, FIELD(nqueries), "default: 20000"},
    {"slow-queries", 0, "N", &option_count32, FIELD(nslow),
     "for engines that scan everything (default: 50)"},
    {"seed", 's', "N", &seed_type, FIELD(seed), "default: 1"},
    {"out", 'o', "FILE", &option_text, FIELD(out), "write the results as JSON"},
};

static const struct option_group groups[] = {{"options", specs, COUNT(specs), 0}};

const struct command command_search = {
    .name = "search",
    .operands = "",
    .summary = "latency, throughput and exactness of the search engines",
    .details =
        "Engines: ring16-avx512, -avx512vl, -avx2, -scalar (ours, in huge pages),\n"
        "lined16-… (as for 0.5 to 1.7 M hashes), ring12-… (as for more than 67 M),\n"
        "segment (ours, from a file), linear-avx512, linear-avx2, linear-scalar "
        "(every\n"
        "hash compared), faiss-multihash, faiss-hash, faiss-flat (if built with "
        "FAISS).\n"
        "All answer the same queries. Exit status 2 if one of ours, or two exact ones\n"
        "that should agree, gave a wrong answer.",
    .groups = groups,
    .ngroups = COUNT(groups),
    .run = run_search,
};
