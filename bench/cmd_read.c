/* SPDX-License-Identifier: Apache-2.0 */
/* knownimage-bench read: ways to read the files that a scan decodes. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "bench/album.h"
#include "bench/bench.h"
#include "bench/read_ways.h"
#include "bench/scan_run.h"
#include "bytes/source.h"
#include "common/message.h"
#include "common/option_types.h"
#include "scan/read_ahead.h"

enum { MOST_ROUNDS = 64, MOST_AHEAD = 256, FILE_LIMIT = 64 << 20 };

struct read_arguments {
    const char *ahead;
    const char *out;
    int nfiles;
    int busy_us;
    int nrounds;
};

/* What is done with a file: its checksum, and as long as decoding would take. */
struct taker {
    double busy_us;
    uint64_t nbytes;
    uint64_t checksum;
    size_t nfiles;
};

static void take(void *context, const uint8_t *data, size_t nbytes)
{
    struct taker *taker = context;
    double end_us = bench_now_us() + taker->busy_us;
    taker->checksum = taker->checksum * 31 + XXH3_64bits(data, nbytes);
    taker->nbytes += nbytes;
    taker->nfiles++;
    while (bench_now_us() < end_us) {
    }
}

static bool read_one(const struct read_job *job, struct ki_source *source, size_t i)
{
    if (ki_source_read_file(source, job->paths[i], false, FILE_LIMIT) !=
        KI_REASON_NONE) {
        message("cannot read %s", job->paths[i]);
        return false;
    }
    job->take(job->context, source->data, source->nbytes);
    return true;
}

bool read_plain(const struct read_job *job)
{
    struct ki_source source = {0};
    bool is_good = true;
    for (size_t i = 0; i < job->npaths && is_good; i++) {
        is_good = read_one(job, &source, i);
    }
    ki_source_free(&source);
    return is_good;
}

bool read_advised(const struct read_job *job)
{
    struct ki_source source = {0};
    bool is_good = true;
    size_t nadvised = 0;
    for (size_t i = 0; i < job->npaths && is_good; i++) {
        for (; nadvised < job->npaths && nadvised <= i + job->ahead; nadvised++) {
            ki_read_advise(job->paths[nadvised], FILE_LIMIT);
        }
        is_good = read_one(job, &source, i);
    }
    ki_source_free(&source);
    return is_good;
}

static const struct read_way {
    const char *name;
    bool (*run)(const struct read_job *job);
    bool has_ahead;
} ways[] = {
    {"read", read_plain, false},
    {"read, advised", read_advised, true},
#if defined(WITH_LIBURING)
    {"io_uring", read_uring, true},
#endif
};

struct files {
    char **paths;
    size_t count;
};

static int compare_paths(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool list_files(const char *folder, struct files *files)
{
    DIR *dir = opendir(folder);
    struct dirent *entry;
    size_t capacity = 0;
    while (dir && (entry = readdir(dir)) != NULL) {
        char path[4096];
        if (entry->d_name[0] == '.') {
            continue;
        }
        if (files->count == capacity) {
            capacity = capacity ? 2 * capacity : 1024;
            char **moved = realloc(files->paths, capacity * sizeof *moved);
            if (!moved) {
                break;
            }
            files->paths = moved;
        }
        (void)snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        files->paths[files->count++] = strdup(path);
    }
    if (dir) {
        (void)closedir(dir);
    }
    if (files->count == 0) {
        message("%s: no files", folder);
        return false;
    }
    qsort(files->paths, files->count, sizeof *files->paths, compare_paths);
    return true;
}

static void free_files(struct files *files)
{
    for (size_t i = 0; i < files->count; i++) {
        free(files->paths[i]);
    }
    free((void *)files->paths);
}

struct trial {
    const struct read_way *way;
    unsigned ahead;
    bool is_cold;
    double us[MOST_ROUNDS];
    struct taker taker;
};

static bool time_trial(struct trial *trial, const struct files *files,
                       const char *folder, const struct read_arguments *arguments,
                       int round)
{
    trial->taker = (struct taker){.busy_us = arguments->busy_us};
    struct read_job job = {.paths = files->paths,
                           .npaths = files->count,
                           .ahead = trial->ahead,
                           .take = take,
                           .context = &trial->taker};
    if (trial->is_cold) {
        bench_forget_files(folder);
    }
    double begin_us = bench_now_us();
    bool is_good = trial->way->run(&job) && trial->taker.nfiles == files->count;
    trial->us[round] = (bench_now_us() - begin_us) / (double)files->count;
    if (!is_good) {
        message("%s failed", trial->way->name);
    }
    return is_good;
}

static json_t *row_of(struct trial *trial, const struct read_arguments *arguments)
{
    char name[64];
    struct bench_figures figures =
        bench_figures_of(trial->us, (size_t)arguments->nrounds);
    (void)snprintf(name, sizeof name, trial->way->has_ahead ? "%s, %u ahead" : "%s",
                   trial->way->name, trial->ahead);
    return json_pack("{s:s,s:s,s:I,s:f,s:f,s:f}", "engine", name, "cache",
                     trial->is_cold ? "cold" : "warm", "files",
                     (json_int_t)trial->taker.nfiles, "min_us", figures.min,
                     "median_us", figures.median, "over_us",
                     figures.min - arguments->busy_us);
}

/* All ways take turns, so that what else the machine does meets each. */
static bool time_trials(json_t *results, struct trial *trials, size_t ntrials,
                        const char *folder, const struct read_arguments *arguments)
{
    struct files files = {0};
    bool is_good = list_files(folder, &files);
    for (int round = 0; is_good && round < arguments->nrounds; round++) {
        for (size_t i = 0; is_good && i < ntrials; i++) {
            is_good = time_trial(&trials[i], &files, folder, arguments, round);
        }
    }
    for (size_t i = 0; is_good && i < ntrials; i++) {
        is_good = trials[i].taker.checksum == trials[0].taker.checksum;
        if (!is_good) {
            message("%s read other bytes", trials[i].way->name);
        } else {
            bench_results_add(results, row_of(&trials[i], arguments));
        }
    }
    free_files(&files);
    return is_good;
}

static size_t choose_trials(const char *text, struct trial **out)
{
    uint32_t ahead[BENCH_MOST_SIZES];
    size_t nahead = bench_sizes(text, ahead);
    struct trial *trials = calloc(2 * COUNT(ways) * (nahead + 1), sizeof *trials);
    size_t n = 0;
    for (int cold = 0; trials && cold < 2; cold++) {
        for (size_t i = 0; i < COUNT(ways); i++) {
            for (size_t k = 0; k < (ways[i].has_ahead ? nahead : 1); k++) {
                struct trial *trial = &trials[n++];
                trial->way = &ways[i];
                trial->ahead = ahead[k] < MOST_AHEAD ? ahead[k] : MOST_AHEAD;
                trial->is_cold = cold != 0;
            }
        }
    }
    *out = trials;
    return nahead ? n : 0;
}

static bool run_folder(const char *folder, const struct read_arguments *arguments,
                       struct trial *trials, size_t ntrials)
{
    static const struct bench_column columns[] = {
        {"engine", "", 24, 0},          {"cache", "cache", 6, 0},
        {"files", "files", 7, 0},       {"min_us", "µs a file", 10, 1},
        {"median_us", "median", 10, 1}, {"over_us", "reading", 9, 1},
    };
    json_t *results = bench_results_begin("read");
    bool is_good = time_trials(results, trials, ntrials, folder, arguments);
    bench_table(json_object_get(results, "results"), columns, COUNT(columns));
    return bench_results_end(results, arguments->out) && is_good;
}

static int run_read(const struct command *command, int argc, char **argv)
{
    struct read_arguments arguments = {
        .ahead = "1,4,16", .nfiles = 2000, .busy_us = 1000, .nrounds = 5};
    struct operands operands;
    struct trial *trials;
    char made[128];
    int exit_status;
    if (!command_read(command, argc, argv, &arguments, &operands, &exit_status)) {
        return exit_status;
    }
    size_t ntrials = choose_trials(arguments.ahead, &trials);
    if (ntrials == 0) {
        free(trials);
        return command_usage_error(command, "bad numbers '%s'", arguments.ahead);
    }
    bool is_good;
    if (operands.nitems > 0) {
        is_good = run_folder(operands.items[0], &arguments, trials, ntrials);
    } else {
        is_good = bench_folder_make(made);
        if (is_good) {
            is_good = bench_album_make(made, (uint32_t)arguments.nfiles) &&
                      run_folder(made, &arguments, trials, ntrials);
            bench_folder_remove(made);
        }
    }
    free(trials);
    return is_good ? EXIT_DONE : EXIT_TROUBLE;
}

static const struct option_type files_type = {.read = option_read_int,
                                              .expected = "a number from 1 to 1000000",
                                              .min = 1,
                                              .max = 1000000};
static const struct option_type busy_type = {.read = option_read_int,
                                             .expected =
                                                 "microseconds from 0 to 1000000",
                                             .min = 0,
                                             .max = 1000000};
static const struct option_type rounds_type = {.read = option_read_int,
                                               .expected = "a number from 1 to 64",
                                               .min = 1,
                                               .max = MOST_ROUNDS};

#define FIELD(member) offsetof(struct read_arguments, member)

static const struct option_spec specs[] = {
    {"files", 'n', "N", &files_type, FIELD(nfiles), "made if no folder is named: 2000"},
    {"read-ahead", 0, "N,…", &option_text, FIELD(ahead), "files read ahead: 1,4,16"},
    {"busy", 0, "US", &busy_type, FIELD(busy_us),
     "microseconds of work on each file: 1000"},
    {"rounds", 0, "N", &rounds_type, FIELD(nrounds), "default: 5"},
    {"out", 'o', "FILE", &option_text, FIELD(out), "write the results as JSON"},
};

static const struct option_group groups[] = {{"options", specs, COUNT(specs), 0}};

const struct command command_read_files = {
    .name = "read",
    .operands = "[FOLDER]",
    .max_operands = 1,
    .summary = "ways to read the files that a scan decodes",
    .details =
        "Plain reads, plain reads of files that the kernel was told of before (as a\n"
        "scan does it), and io_uring (if built with liburing), one thread each. The\n"
        "files are a folder's, without those below it, or made as for 'scan'. cold:\n"
        "their bytes were dropped from the page cache. reading: time over the work.",
    .groups = groups,
    .ngroups = COUNT(groups),
    .run = run_read,
};
