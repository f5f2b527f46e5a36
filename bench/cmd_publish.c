/* SPDX-License-Identifier: Apache-2.0 */
/* knownimage-bench publish: how long until additions and removals are in effect. */
#include <stdlib.h>
#include <string.h>

#include "bench/bench.h"
#include "common/message.h"
#include "common/option_types.h"
#include "index/publish.h"
#include "report/put.h"
#include "tests/stress/check.h"

enum { MOST_ROUNDS = 64 };

struct publish_arguments {
    struct bench_sized_arguments common;
    uint32_t nadded;
    int nrounds;
};

/* One publication of nadded new entries after `first`, and one of their removal. */
static double publish_entries(const char *folder, uint64_t first, uint32_t count,
                              bool is_removal)
{
    struct ki_catalog *catalog = NULL;
    struct ki_txn *txn = NULL;
    uint64_t generation = 0;
    CHECK(ki_catalog_open(folder, KI_CATALOG_WRITE, &catalog, NULL) == KI_OK);
    CHECK(ki_txn_begin(catalog, &txn, NULL) == KI_OK);
    uint32_t list = make_list(txn, "list");
    for (uint64_t n = first; n < first + count; n++) {
        if (is_removal) {
            remove_numbered(txn, list, n);
        } else {
            add_numbered(txn, list, n);
        }
    }
    CHECK(ki_txn_commit(txn, NULL) == KI_OK);
    double begin = bench_now_us();
    CHECK(ki_publish(catalog, &generation, NULL) == KI_OK);
    double took = bench_now_us() - begin;
    ki_catalog_close(catalog);
    return took * 1e-3;
}

static json_t *run_size(const struct publish_arguments *arguments, uint32_t n)
{
    char folder[128];
    double added[MOST_ROUNDS];
    double removed[MOST_ROUNDS];
    CHECK(bench_folder_make(folder));
    double first = publish_entries(folder, 0, n, false);
    uint64_t next = n;
    for (int i = 0; i < arguments->nrounds; i++) {
        added[i] = publish_entries(folder, next, arguments->nadded, false);
        next += arguments->nadded;
        removed[i] = publish_entries(folder, (uint64_t)i * arguments->nadded,
                                     arguments->nadded, true);
    }
    bench_folder_remove(folder);
    struct bench_figures a = bench_figures_of(added, (size_t)arguments->nrounds);
    struct bench_figures r = bench_figures_of(removed, (size_t)arguments->nrounds);
    return json_pack("{s:s,s:I,s:I,s:f,s:f,s:f,s:f,s:f}", "engine", "publish", "n",
                     (json_int_t)n, "changed", (json_int_t)arguments->nadded, "first_s",
                     first * 1e-3, "add_median_ms", a.median, "add_max_ms", a.max,
                     "remove_median_ms", r.median, "remove_max_ms", r.max);
}

static bool run_each(json_t *results, const void *arguments, uint32_t n)
{
    bench_results_add(results, run_size(arguments, n));
    return true;
}

static int run_publish(const struct command *command, int argc, char **argv)
{
    static const struct bench_column columns[] = {
        {"engine", "", 8, 0},
        {"n", "base", 10, 0},
        {"changed", "changed", 8, 0},
        {"first_s", "base s", 8, 2},
        {"add_median_ms", "add ms", 8, 1},
        {"add_max_ms", "max", 8, 1},
        {"remove_median_ms", "remove ms", 9, 1},
        {"remove_max_ms", "max", 8, 1},
    };
    static const struct bench_sized sized = {run_each, columns, COUNT(columns)};
    struct publish_arguments arguments = {
        {.sizes = "1M"}, .nadded = 1000, .nrounds = 20};
    return bench_run_sized(command, argc, argv, &sized, &arguments);
}

static const struct option_type rounds_type = {.read = option_read_int,
                                               .expected = "a number from 1 to 64",
                                               .min = 1,
                                               .max = MOST_ROUNDS};

#define FIELD(member) offsetof(struct publish_arguments, member)

static const struct option_spec specs[] = {
    {"n", 'n', "SIZES", &option_text, FIELD(common.sizes),
     "entries of the base: 1M,10M (default: 1M)"},
    {"changed", 'c', "N", &option_count32, FIELD(nadded),
     "entries a publication (default: 1000)"},
    {"rounds", 0, "N", &rounds_type, FIELD(nrounds), "default: 20"},
    {"out", 'o', "FILE", &option_text, FIELD(common.out), "write the results as JSON"},
};

static const struct option_group groups[] = {{"options", specs, COUNT(specs), 0}};

const struct command command_publish = {
    .name = "publish",
    .operands = "",
    .summary = "time until additions and removals are in effect",
    .details =
        "From the commit of the import to the return of the publication, durable.",
    .groups = groups,
    .ngroups = COUNT(groups),
    .run = run_publish,
};
