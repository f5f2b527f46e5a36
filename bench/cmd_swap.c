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
            "resident %llu MiB early and %llu MiB late\n"
            "%llu queries, none failed or wrong: median %.1f, p99 %.1f, slowest %.1f "
            "µs, of which it ran at most %.1f\n",
            (unsigned long long)swap.ngenerations, swap.publish_max_ms, swap.most_files,
            (unsigned long long)swap.resident_early_kib / 1024,
            (unsigned long long)swap.resident_late_kib / 1024,
            (unsigned long long)swap.nqueries, swap.median_us, swap.p99_us, swap.max_us,
            swap.max_running_us);
    json_t *results = bench_results_begin("swap");
    bench_results_add(
        results,
        json_pack("{s:s,s:I,s:i,s:I,s:I,s:f,s:f,s:f,s:f,s:f,s:i,s:I,s:I}", "engine",
                  "swap", "n", (json_int_t)sizes[0], "threads", arguments.nthreads,
                  "generations", (json_int_t)swap.ngenerations, "queries",
                  (json_int_t)swap.nqueries, "median_us", swap.median_us, "p99_us",
                  swap.p99_us, "max_us", swap.max_us, "max_running_us",
                  swap.max_running_us, "publish_max_ms", swap.publish_max_ms,
                  "most_files", (int)swap.most_files, "resident_early_kib",
                  (json_int_t)swap.resident_early_kib, "resident_late_kib",
                  (json_int_t)swap.resident_late_kib));
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
    {"seconds", 0, "N", &seconds_type, FIELD(seconds), "default: 10"},
    {"rate", 0, "N", &small_type, FIELD(rate), "generations a second (default: 10)"},
    {"threads", 't', "N", &threads_type, FIELD(nthreads), "that look up (default: 2)"},
    {"out", 'o', "FILE", &option_text, FIELD(out), "write the results as JSON"},
};

static const struct option_group groups[] = {{"options", specs, COUNT(specs), 0}};

const struct command command_swap = {
    .name = "swap",
    .operands = "",
    .summary = "lookups while generations are published and merged",
    .details = "Each generation adds an entry and removes an older one; answers are\n"
               "checked against the generation that gave them. A wrong one ends it.",
    .groups = groups,
    .ngroups = COUNT(groups),
    .run = run_swap,
};
