/* SPDX-License-Identifier: Apache-2.0 */
/* knownimage-bench swap: lookups while generations are published. */
#include "bench/bench.h"
#include "bench/swap_check.h"
#include "common/message.h"
#include "common/option_types.h"
#include "report/put.h"

struct swap_arguments {
    const char *base;
    const char *out;
    int seconds;
    int rate;
    int nthreads;
};

static void print_lookups(const char *when, const struct swap_lookups *lookups)
{
    ki_putf(stdout,
            "%s: %llu, none failed or wrong: median %.1f, p99 %.1f, slowest "
            "%.1f µs, of which it ran at most %.1f; %llu took more than %d ms, %llu of "
            "them on their processor all the while\n",
            when, (unsigned long long)lookups->nqueries, lookups->median_us,
            lookups->p99_us, lookups->max_us, lookups->max_running_us,
            (unsigned long long)lookups->nslow, SWAP_SLOW_MS,
            (unsigned long long)lookups->nslow_stopped);
}

static json_t *lookups_row(const char *name, uint32_t n, int nthreads,
                           const struct swap_lookups *lookups)
{
    return json_pack(
        "{s:s,s:I,s:i,s:I,s:f,s:f,s:f,s:f,s:I,s:I}", "engine", name, "n", (json_int_t)n,
        "threads", nthreads, "queries", (json_int_t)lookups->nqueries, "median_us",
        lookups->median_us, "p99_us", lookups->p99_us, "max_us", lookups->max_us,
        "max_running_us", lookups->max_running_us, "slow", (json_int_t)lookups->nslow,
        "slow_stopped", (json_int_t)lookups->nslow_stopped);
}

static void add_generations(json_t *row, const struct swap_outcome *swap)
{
    json_t *more = json_pack(
        "{s:I,s:f,s:i,s:[I,I],s:[I,I]}", "generations", (json_int_t)swap->ngenerations,
        "publish_max_ms", swap->publish_max_ms, "most_files", (int)swap->most_files,
        "resident_early_kib", (json_int_t)swap->resident_early.least_kib,
        (json_int_t)swap->resident_early.most_kib, "resident_late_kib",
        (json_int_t)swap->resident_late.least_kib,
        (json_int_t)swap->resident_late.most_kib);
    (void)json_object_update(row, more);
    json_decref(more);
}

static int run_swap(const struct command *command, int argc, char **argv)
{
    struct swap_arguments arguments = {
        .base = "100k", .seconds = 10, .rate = 10, .nthreads = 2};
    struct operands operands;
    int exit_status;
    uint32_t sizes[BENCH_MOST_SIZES];
    if (!command_read(command, argc, argv, &arguments, &operands, &exit_status)) {
        return exit_status;
    }
    if (bench_sizes(arguments.base, sizes) != 1) {
        return command_usage_error(command, "bad size '%s'", arguments.base);
    }
    struct swap_outcome swap = swap_check(arguments.seconds, arguments.rate, sizes[0],
                                          (size_t)arguments.nthreads);
    ki_putf(stdout,
            "%llu generations, slowest publication %.1f ms, up to %u segment files, "
            "resident %llu to %llu MiB early and %llu to %llu MiB late\n",
            (unsigned long long)swap.ngenerations, swap.publish_max_ms, swap.most_files,
            (unsigned long long)swap.resident_early.least_kib / 1024,
            (unsigned long long)swap.resident_early.most_kib / 1024,
            (unsigned long long)swap.resident_late.least_kib / 1024,
            (unsigned long long)swap.resident_late.most_kib / 1024);
    print_lookups("clock only", &swap.idle);
    print_lookups("nothing published", &swap.alone);
    print_lookups("while published", &swap.swapped);
    json_t *results = bench_results_begin("swap");
    bench_results_add(results,
                      lookups_row("clock", sizes[0], arguments.nthreads, &swap.idle));
    bench_results_add(results,
                      lookups_row("alone", sizes[0], arguments.nthreads, &swap.alone));
    json_t *row = lookups_row("swap", sizes[0], arguments.nthreads, &swap.swapped);
    add_generations(row, &swap);
    bench_results_add(results, row);
    return bench_results_end(results, arguments.out) ? EXIT_DONE : EXIT_TROUBLE;
}

static const struct option_type seconds_type = {.read = option_read_int,
                                                .expected = "a number from 1 to 86400",
                                                .min = 1,
                                                .max = 86400};
static const struct option_type small_type = {.read = option_read_int,
                                              .expected = "a number from 1 to 1000",
                                              .min = 1,
                                              .max = 1000};
static const struct option_type threads_type = {
    .read = option_read_int, .expected = "a number from 1 to 16", .min = 1, .max = 16};

#define FIELD(member) offsetof(struct swap_arguments, member)

static const struct option_spec specs[] = {
    {"n", 'n', "SIZE", &option_text, FIELD(base),
     "entries of the base (default: 100k)"},
    {"seconds", 0, "N", &seconds_type, FIELD(seconds),
     "each: clock only, lookups, lookups while published (default: 10)"},
    {"rate", 0, "N", &small_type, FIELD(rate), "generations a second (default: 10)"},
    {"threads", 't', "N", &threads_type, FIELD(nthreads), "that look up (default: 2)"},
    {"out", 'o', "FILE", &option_text, FIELD(out), "write the results as JSON"},
};

static const struct option_group groups[] = {{"options", specs, COUNT(specs), 0}};

const struct command command_swap = {
    .name = "swap",
    .operands = "",
    .summary = "lookups while generations are published and merged",
    .details =
        "Each generation adds an entry and removes an older one; answers are\n"
        "checked against the generation that gave them. A wrong one ends it.\n"
        "Before, the same threads look at the clock only, for as long as a lookup\n"
        "takes, and then look up with nothing published: what the machine does.",
    .groups = groups,
    .ngroups = COUNT(groups),
    .run = run_swap,
};
