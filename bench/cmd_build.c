/* SPDX-License-Identifier: Apache-2.0 */
/* knownimage-bench build: making the tables of a segment, in memory and as a file. */
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "bench/engines.h"
#include "common/message.h"
#include "common/option_types.h"
#include "index/segment.h"
#include "index/segment_rings.h"

struct build_arguments {
    struct bench_sized_arguments common;
    uint64_t seed;
};

/* Anonymous memory of this process in KiB: what the page cache does not hold. */
static uint64_t anonymous_kib(void)
{
    char line[256];
    unsigned long long kib = 0;
    FILE *file = fopen("/proc/self/status", "r");
    while (file && fgets(line, sizeof line, file)) {
        if (strncmp(line, "RssAnon:", 8) == 0) {
            kib = strtoull(line + 8, NULL, 10);
        }
    }
    if (file) {
        (void)fclose(file);
    }
    return kib;
}

static bool build_one(json_t *results, const struct bench_engine *engine,
                      const struct ki_ring_hash *hashes, uint32_t n)
{
    uint64_t before = anonymous_kib();
    double begin = bench_now_us();
    void *made = engine->make(hashes, n);
    double took = bench_now_us() - begin;
    if (!made) {
        message("%s: cannot be made with %u hashes", engine->name, n);
        return false;
    }
    uint64_t after = anonymous_kib();
    bench_results_add(
        results,
        json_pack("{s:s,s:I,s:f,s:f,s:f,s:I}", "engine", engine->name, "n",
                  (json_int_t)n, "build_us_per_hash", took / n, "seconds", took * 1e-6,
                  "bytes_per_hash",
                  (double)engine->nbytes(made) / n + sizeof(struct ki_ring_hash),
                  "anonymous_mib", (json_int_t)((after - before) / 1024)));
    engine->destroy(made);
    return true;
}

/* The tables that a segment of so many hashes has. */
static const struct bench_engine *in_memory(uint32_t n)
{
    switch (ki_segment_ring_for(n)) {
    case KI_LINED16:
        return &engine_lined16_scalar;
    case KI_RING12:
        return &engine_ring12_scalar;
    default:
        return &engine_ring16_scalar;
    }
}

static bool run_each(json_t *results, const void *context, uint32_t n)
{
    const struct build_arguments *arguments = context;
    struct ki_ring_hash *hashes = bench_hashes(BENCH_UNIFORM, n, arguments->seed);
    bool is_good = hashes && build_one(results, in_memory(n), hashes, n) &&
                   build_one(results, &engine_segment, hashes, n);
    bench_free(hashes, n * sizeof *hashes);
    return is_good;
}

static int run_build(const struct command *command, int argc, char **argv)
{
    static const struct bench_column columns[] = {
        {"engine", "engine", 15, 0},
        {"n", "hashes", 10, 0},
        {"build_us_per_hash", "µs/hash", 9, 3},
        {"seconds", "s", 9, 2},
        {"bytes_per_hash", "B/hash", 8, 1},
        {"anonymous_mib", "own MiB", 8, 0},
    };
    static const struct bench_sized sized = {run_each, columns, COUNT(columns)};
    struct build_arguments arguments = {{.sizes = "1M"}, .seed = 1};
    return bench_run_sized(command, argc, argv, &sized, &arguments);
}

#define FIELD(member) offsetof(struct build_arguments, member)

static const struct option_spec specs[] = {
    {"n", 'n', "SIZES", &option_text, FIELD(common.sizes),
     "hashes: 1M,10M (default: 1M)"},
    {"out", 'o', "FILE", &option_text, FIELD(common.out), "write the results as JSON"},
};

static const struct option_group groups[] = {{"options", specs, COUNT(specs), 0}};

const struct command command_build = {
    .name = "build",
    .operands = "",
    .summary = "time and memory of building the search tables",
    .details =
        "ring16-, lined16-, ring12-scalar: the tables in huge pages; segment: a whole\n"
        "segment file, from collecting entries to its checksum and opening it again.",
    .groups = groups,
    .ngroups = COUNT(groups),
    .run = run_build,
};
