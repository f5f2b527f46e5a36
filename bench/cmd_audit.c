/* SPDX-License-Identifier: Apache-2.0 */
/* knownimage-bench audit: writing an audit log, and verifying it. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include <knownimage/audit.h>

#include "base/file.h"
#include "bench/bench.h"
#include "common/message.h"
#include "common/option_types.h"
#include "report/audit_files.h"
#include "tests/stress/check.h"

enum { MOST_ROUNDS = 64, GROUP = 10000 };

struct audit_arguments {
    struct bench_sized_arguments common;
    int nrounds;
};

/* As a scan adds them: a match of one hit. */
static void add_match(struct ki_audit *audit, uint32_t i)
{
    char entry[32];
    struct ki_list_info list = ki_list_info_default();
    (void)snprintf(list.name, sizeof list.name, "hotline");
    (void)snprintf(entry, sizeof entry, "known-%08u", i);
    const struct ki_hit hit = {.list = &list,
                               .entry = entry,
                               .category_scheme = "",
                               .category_code = "",
                               .kind = KI_KIND_PDQ,
                               .distance = i % 32};
    const struct ki_result result = {.verdict = KI_VERDICT_MATCH,
                                     .tier = KI_TIER_NEAR,
                                     .has_action = true,
                                     .action = KI_ACTION_REVIEW,
                                     .policy = "lists",
                                     .generation = 1,
                                     .hits = &hit,
                                     .nhits = 1,
                                     .nhits_total = 1};
    CHECK(ki_audit_add_match(audit, "0123456789abcdef", &result) == KI_OK);
}

/* The shortest entry there is. */
static void add_publication(struct ki_audit *audit, uint32_t i)
{
    CHECK(ki_audit_add_publication(audit, "delta", i) == KI_OK);
}

static const struct entry_type {
    const char *name;
    void (*add)(struct ki_audit *audit, uint32_t i);
} entry_types[] = {
    {"audit-match", add_match},
    {"audit-publication", add_publication},
};

static void write_log(const char *folder, const struct entry_type *type, uint32_t n)
{
    struct ki_audit *audit;
    CHECK(ki_audit_open(folder, &audit, NULL) == KI_OK);
    for (uint32_t i = 0; i < n; i++) {
        type->add(audit, i);
        if (ki_audit_npending(audit) == GROUP) {
            CHECK(ki_audit_commit(audit, NULL) == KI_OK);
        }
    }
    CHECK(ki_audit_close(audit, NULL) == KI_OK);
}

static uint64_t count_bytes(const char *folder)
{
    char path[KI_PATH_NBYTES];
    char name[KI_PATH_NBYTES];
    struct stat info;
    uint64_t *files;
    size_t nfiles;
    uint64_t nbytes = 0;
    CHECK(ki_audit_folder(folder, path, NULL) == KI_OK);
    CHECK(ki_audit_list_files(path, 0, &files, &nfiles, NULL) == KI_OK);
    for (size_t i = 0; i < nfiles; i++) {
        ki_audit_file_path(path, files[i], name);
        CHECK(stat(name, &info) == 0);
        nbytes += (uint64_t)info.st_size;
    }
    free(files);
    return nbytes;
}

/* What others on a shared machine take of the processor does not count in it. */
static double processor_s(void)
{
    struct timespec now;
    CHECK(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now) == 0);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static void verify(const char *folder, uint32_t n, double *took_s, double *cpu_s)
{
    struct ki_audit_report report;
    double begin = bench_now_us();
    double cpu_begin = processor_s();
    CHECK(ki_audit_verify(folder, NULL, NULL, 0, NULL, NULL, &report, NULL) == KI_OK);
    *cpu_s = processor_s() - cpu_begin;
    *took_s = (bench_now_us() - begin) * 1e-6;
    CHECK(report.nproblems == 0 && report.size == n && report.covered == n);
}

static json_t *run_size(const struct audit_arguments *arguments,
                        const struct entry_type *type, uint32_t n)
{
    char folder[128];
    double took[MOST_ROUNDS];
    double cpu[MOST_ROUNDS];
    CHECK(bench_folder_make(folder));
    CHECK(ki_audit_enable(folder, NULL, NULL) == KI_OK);
    double begin = bench_now_us();
    write_log(folder, type, n);
    double wrote = (bench_now_us() - begin) * 1e-6;
    uint64_t nbytes = count_bytes(folder);
    for (int i = 0; i < arguments->nrounds; i++) {
        verify(folder, n, &took[i], &cpu[i]);
    }
    bench_folder_remove(folder);
    struct bench_figures t = bench_figures_of(took, (size_t)arguments->nrounds);
    struct bench_figures c = bench_figures_of(cpu, (size_t)arguments->nrounds);
    return json_pack("{s:s,s:I,s:I,s:f,s:f,s:f,s:f,s:f,s:f}", "engine", type->name, "n",
                     (json_int_t)n, "bytes", (json_int_t)nbytes, "write_s", wrote,
                     "verify_min_s", t.min, "verify_median_s", t.median, "verify_cpu_s",
                     c.median, "entries_per_s", n / t.median, "entries_per_cpu_s",
                     n / c.median);
}

static bool run_each(json_t *results, const void *arguments, uint32_t n)
{
    for (size_t type = 0; type < COUNT(entry_types); type++) {
        bench_results_add(results, run_size(arguments, &entry_types[type], n));
    }
    return true;
}

static int run_audit(const struct command *command, int argc, char **argv)
{
    static const struct bench_column columns[] = {
        {"engine", "", 18, 0},
        {"n", "entries", 10, 0},
        {"bytes", "bytes", 11, 0},
        {"write_s", "write s", 8, 2},
        {"verify_min_s", "verify s", 8, 3},
        {"verify_median_s", "median", 8, 3},
        {"verify_cpu_s", "CPU s", 8, 3},
        {"entries_per_s", "entries/s", 10, 0},
        {"entries_per_cpu_s", "/CPU s", 10, 0},
    };
    static const struct bench_sized sized = {run_each, columns, COUNT(columns)};
    struct audit_arguments arguments = {{.sizes = "1M"}, .nrounds = 5};
    return bench_run_sized(command, argc, argv, &sized, &arguments);
}

static const struct option_type rounds_type = {.read = option_read_int,
                                               .expected = "a number from 1 to 64",
                                               .min = 1,
                                               .max = MOST_ROUNDS};

#define FIELD(member) offsetof(struct audit_arguments, member)

static const struct option_spec specs[] = {
    {"n", 'n', "SIZES", &option_text, FIELD(common.sizes),
     "entries of the log: 1M,10M (default: 1M)"},
    {"rounds", 0, "N", &rounds_type, FIELD(nrounds), "default: 5"},
    {"out", 'o', "FILE", &option_text, FIELD(common.out), "write the results as JSON"},
};

static const struct option_group groups[] = {{"options", specs, COUNT(specs), 0}};

const struct command command_audit = {
    .name = "audit",
    .operands = "",
    .summary = "entries a second that audit verify reads",
    .details =
        "A log of matches of one hit each, and one of publications, the shortest\n"
        "entries. It is written in groups of 10,000, so writing is not as a scan\n"
        "does it; verifying is what 'knownimage audit verify' does, from files\n"
        "just written and most likely in the page cache.",
    .groups = groups,
    .ngroups = COUNT(groups),
    .run = run_audit,
};
