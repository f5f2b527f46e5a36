/* SPDX-License-Identifier: Apache-2.0 */
/* knownimage-bench scan and tune: files on disk to verdicts, everything included. */
#include <sys/stat.h>
#include <sys/wait.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/album.h"
#include "bench/bench.h"
#include "bench/scan_run.h"
#include "common/message.h"
#include "common/option_types.h"

enum { MOST_JOBS = 256, MOST_SETTINGS = 64, MOST_AHEAD = 64 };

struct scan_arguments {
    const char *out;
    const char *jobs;
    const char *ahead;
    const char *index_size;
    int nfiles;
    int nrounds;
    bool is_cold;
};

/* The settings that are tried, and the best figures of each. */
struct trials {
    struct scan_settings settings[MOST_SETTINGS];
    struct scan_figures figures[MOST_SETTINGS];
    size_t count;
};

static void try_settings(struct trials *trials, const char *index, const char *folder,
                         const struct scan_arguments *arguments)
{
    for (int round = 0; round < arguments->nrounds; round++) {
        for (size_t i = 0; i < trials->count; i++) {
            struct scan_figures figures;
            if (arguments->is_cold) {
                bench_forget_files(folder);
            }
            if (!bench_scan_run(index, folder, &trials->settings[i], &figures)) {
                continue;
            }
            struct scan_figures *best = &trials->figures[i];
            if (round == 0 || figures.seconds < best->seconds) {
                *best = figures;
            }
        }
    }
}

static void add_trial(struct trials *trials, struct scan_settings settings)
{
    if (trials->count < MOST_SETTINGS) {
        trials->settings[trials->count++] = settings;
    }
}

/* Every fidelity with the first number of threads, then the numbers of threads, then
 * the numbers of files read ahead. */
static bool choose_trials(const struct scan_arguments *arguments, struct trials *trials)
{
    uint32_t jobs[BENCH_MOST_SIZES];
    uint32_t ahead[BENCH_MOST_SIZES];
    size_t njobs = bench_sizes(arguments->jobs, jobs);
    size_t nahead = bench_counts(arguments->ahead, ahead);
    if (njobs == 0 || nahead == 0 || jobs[0] > MOST_JOBS) {
        return false;
    }
    const struct scan_settings base = {jobs[0], ahead[0], KI_FIDELITY_HIGH};
    for (unsigned i = 0; i < KI_NFIDELITIES; i++) {
        struct scan_settings settings = base;
        settings.fidelity = (enum ki_fidelity)i;
        add_trial(trials, settings);
    }
    for (size_t i = 1; i < njobs; i++) {
        struct scan_settings settings = base;
        settings.njobs = jobs[i] < MOST_JOBS ? jobs[i] : MOST_JOBS;
        add_trial(trials, settings);
    }
    for (size_t i = 1; i < nahead; i++) {
        struct scan_settings settings = base;
        settings.read_ahead = ahead[i] < MOST_AHEAD ? ahead[i] : MOST_AHEAD;
        add_trial(trials, settings);
    }
    return true;
}

static json_t *row_of(const struct scan_settings *settings,
                      const struct scan_figures *figures)
{
    char name[64];
    double n = figures->nfiles > 0 ? figures->nfiles : 1;
    (void)snprintf(name, sizeof name, "%s -j %u, %u ahead",
                   ki_fidelity_text(settings->fidelity), settings->njobs,
                   settings->read_ahead);
    json_t *row = json_pack(
        "{s:s,s:I,s:f,s:f,s:f,s:f,s:f,s:f}", "engine", name, "files",
        (json_int_t)figures->nfiles, "median_us", figures->seconds * 1e6 / n, "per_s",
        n / figures->seconds, "mb_per_s", figures->nbytes / 1e6 / figures->seconds,
        "faults", figures->nfaults / n, "processors", figures->nprocessors,
        "peak_anonymous_mib", figures->peak_anonymous_mib);
    if (figures->allocations >= 0) {
        (void)json_object_set_new(row, "allocations", json_real(figures->allocations));
        (void)json_object_set_new(row, "codec_allocations",
                                  json_real(figures->codec_allocations));
    }
    if (settings->njobs == 1) {
        (void)json_object_set_new(row, "decoding", json_real(figures->decoding));
        (void)json_object_set_new(row, "alone", json_real(figures->alone));
    }
    return row;
}

static void report(json_t *results, const struct trials *trials)
{
    for (size_t i = 0; i < trials->count; i++) {
        json_t *row = row_of(&trials->settings[i], &trials->figures[i]);
        double first = trials->figures[0].seconds;
        for (size_t k = 0; k < trials->count; k++) {
            if (trials->settings[k].fidelity == trials->settings[i].fidelity) {
                first = trials->figures[k].seconds;
                break;
            }
        }
        (void)json_object_set_new(row, "times",
                                  json_real(first / trials->figures[i].seconds));
        bench_results_add(results, row);
    }
}

/* In a process of its own, whose memory the measured ones do not inherit. */
static bool make_in_child(const char *index, uint32_t nhashes, const char *album,
                          uint32_t nfiles)
{
    int status = 1;
    (void)fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        bench_index_make(index, nhashes);
        bool is_good =
            !album || (mkdir(album, 0700) == 0 && bench_album_make(album, nfiles));
        _exit(is_good ? 0 : 1);
    }
    return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0;
}

static bool prepare(const struct scan_arguments *arguments,
                    const struct operands *operands, char work[128], char index[256],
                    char album[512])
{
    uint32_t n[BENCH_MOST_SIZES];
    if (bench_sizes(arguments->index_size, n) != 1 || !bench_folder_make(work)) {
        message("cannot make a folder, or bad size '%s'", arguments->index_size);
        return false;
    }
    (void)snprintf(index, 256, "%s/index", work);
    bool is_named = operands->nitems > 0;
    (void)snprintf(album, 512, is_named ? "%s" : "%s/album",
                   is_named ? operands->items[0] : work);
    return make_in_child(index, n[0], is_named ? NULL : album,
                         (uint32_t)arguments->nfiles);
}

static const struct bench_column columns[] = {
    {"engine", "setting", 24, 0},    {"files", "files", 7, 0},
    {"per_s", "files/s", 9, 1},      {"mb_per_s", "MB/s", 8, 1},
    {"times", "× first", 8, 2},      {"processors", "cpus", 6, 2},
    {"decoding", "decoding", 9, 3},  {"alone", "alone", 7, 3},
    {"allocations", "allocs", 8, 3}, {"codec_allocations", "codecs'", 8, 1},
    {"faults", "faults", 8, 1},      {"peak_anonymous_mib", "MiB", 8, 1},
};

static int run(const struct command *command, int argc, char **argv, const char *jobs,
               const char *ahead, void (*conclude)(const struct trials *))
{
    struct scan_arguments arguments = {
        .jobs = jobs, .ahead = ahead, .index_size = "1M", .nfiles = 2000, .nrounds = 3};
    struct operands operands;
    int exit_status;
    static struct trials trials;
    char work[128];
    char index[256];
    char album[512];
    if (!command_read(command, argc, argv, &arguments, &operands, &exit_status)) {
        return exit_status;
    }
    if (!choose_trials(&arguments, &trials)) {
        return command_usage_error(command, "bad numbers '%s' or '%s'", arguments.jobs,
                                   arguments.ahead);
    }
    if (!prepare(&arguments, &operands, work, index, album)) {
        return EXIT_TROUBLE;
    }
    try_settings(&trials, index, album, &arguments);
    json_t *results = bench_results_begin(command->name);
    report(results, &trials);
    bench_folder_remove(work);
    bench_table(json_object_get(results, "results"), columns, COUNT(columns));
    conclude(&trials);
    return bench_results_end(results, arguments.out) ? EXIT_DONE : EXIT_TROUBLE;
}

static void conclude_nothing(const struct trials *trials)
{
    (void)trials;
}

static int run_scan(const struct command *command, int argc, char **argv)
{
    return run(command, argc, argv, "1,2", "4,0,16", conclude_nothing);
}

/* The fastest of those that leave the fidelity as it is. */
static void conclude_best(const struct trials *trials)
{
    size_t best = trials->count;
    for (size_t i = 0; i < trials->count; i++) {
        if (trials->settings[i].fidelity == KI_FIDELITY_HIGH &&
            (best == trials->count ||
             trials->figures[i].seconds < trials->figures[best].seconds)) {
            best = i;
        }
    }
    if (best < trials->count) {
        (void)printf("\n# the best of these for this folder on this machine\n"
                     "[scan]\njobs = %u\nread_ahead = %u\n",
                     trials->settings[best].njobs, trials->settings[best].read_ahead);
    }
}

static int run_tune(const struct command *command, int argc, char **argv)
{
    char jobs[128] = "1";
    long nprocessors = sysconf(_SC_NPROCESSORS_ONLN);
    size_t length = 1;
    for (long n = 2; n <= 2 * nprocessors && n <= MOST_JOBS; n *= 2) {
        length += (size_t)snprintf(jobs + length, sizeof jobs - length, ",%ld", n);
    }
    return run(command, argc, argv, jobs, "4,0,16,64", conclude_best);
}

static const struct option_type count_type = {.read = option_read_int,
                                              .expected = "a number from 1 to 100000",
                                              .min = 1,
                                              .max = 100000};

#define FIELD(member) offsetof(struct scan_arguments, member)

static const struct option_spec specs[] = {
    {"files", 'n', "N", &count_type, FIELD(nfiles), "made if no folder is named: 2000"},
    {"index", 0, "SIZE", &option_text, FIELD(index_size), "hashes searched in: 1M"},
    {"jobs", 'j', "N,…", &option_text, FIELD(jobs), "numbers of threads"},
    {"read-ahead", 0, "N,…", &option_text, FIELD(ahead), "files read ahead"},
    {"cold", 0, NULL, &option_true, FIELD(is_cold),
     "drop the files from the page cache before"},
    {"rounds", 0, "N", &count_type, FIELD(nrounds), "the best of N counts: 3"},
    {"out", 'o', "FILE", &option_text, FIELD(out), "write the results as JSON"},
};

static const struct option_group groups[] = {{"options", specs, COUNT(specs), 0}};

const struct command command_scan = {
    .name = "scan",
    .operands = "[FOLDER]",
    .max_operands = 1,
    .summary = "files on disk to verdicts, everything included",
    .details =
        "Files are a folder's, or made: JPEG of 0.2, 2 and 12 megapixels in the\n"
        "numbers 7 : 2 : 1, every tenth progressive. cpus: processors at work, with\n"
        "who walks and reads ahead. decoding: the part of the time of one thread in\n"
        "which it decodes. alone: what decoding the same files from\n"
        "memory takes of what a scanner takes that reads them itself, each file at\n"
        "different times. allocs: of the heap, per file, outside the codecs and in\n"
        "them.",
    .groups = groups,
    .ngroups = COUNT(groups),
    .run = run_scan,
};

const struct command command_tune = {
    .name = "tune",
    .operands = "[FOLDER]",
    .max_operands = 1,
    .summary = "try settings on a folder and print the best",
    .details = "Prints a fragment of a configuration file.",
    .groups = groups,
    .ngroups = COUNT(groups),
    .run = run_tune,
};
