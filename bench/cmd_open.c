/* SPDX-License-Identifier: Apache-2.0 */
/* knownimage-bench open: an index from a cold page cache to full speed, and what the
 * processes that have it open share. */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <knownimage/index.h>

#include "bench/bench.h"
#include "common/message.h"
#include "common/option_types.h"
#include "index/publish.h"
#include "tests/stress/check.h"

enum { NQUERIES = 2000 };

/* What a process that has the index open tells. */
struct told {
    double open_ms;
    double first_us; /* the first query */
    double median_us;
    double rss_mib;
    double pss_mib;
};

struct reader {
    pid_t pid;
    int told_fd;
    int ask_fd; /* a byte: measure memory and tell; closed: end */
};

/* Takes the segments out of the page cache; their size. What has been synced and is not
 * mapped goes without further rights. */
static uint64_t forget_segments(const char *folder)
{
    char path[512];
    uint64_t nbytes = 0;
    (void)snprintf(path, sizeof path, "%s/segments", folder);
    DIR *directory = opendir(path);
    CHECK(directory);
    for (struct dirent *entry = readdir(directory); entry; entry = readdir(directory)) {
        struct stat info;
        int fd = openat(dirfd(directory), entry->d_name, O_RDONLY);
        if (fd >= 0 && fstat(fd, &info) == 0 && S_ISREG(info.st_mode)) {
            nbytes += (uint64_t)info.st_size;
            CHECK(posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED) == 0);
        }
        if (fd >= 0) {
            (void)close(fd);
        }
    }
    (void)closedir(directory);
    return nbytes;
}

static double memory_mib(const char *key)
{
    char line[256];
    double kib = 0;
    FILE *file = fopen("/proc/self/smaps_rollup", "r");
    while (file && fgets(line, sizeof line, file)) {
        if (strncmp(line, key, strlen(key)) == 0) {
            kib = strtod(line + strlen(key), NULL);
        }
    }
    if (file) {
        (void)fclose(file);
    }
    return kib / 1024;
}

static void look_up(const struct ki_index *index, struct told *told)
{
    static double took[NQUERIES];
    struct ki_hits hits = {0};
    for (uint64_t i = 0; i < NQUERIES; i++) {
        struct ki_hash query = numbered_hash(~i);
        double begin = bench_now_us();
        CHECK(ki_index_lookup(index, &query, 31, &hits) == KI_OK);
        took[i] = bench_now_us() - begin;
    }
    ki_hits_free(&hits);
    told->first_us = took[0];
    told->median_us = bench_figures_of(took, NQUERIES).median;
}

static void be_reader(const char *folder, int told_fd, int ask_fd)
{
    struct ki_index *index = NULL;
    struct told told = {0};
    char byte;
    double begin = bench_now_us();
    CHECK(ki_index_open(folder, &index, NULL) == KI_OK);
    told.open_ms = (bench_now_us() - begin) * 1e-3;
    look_up(index, &told);
    do {
        told.rss_mib = memory_mib("Rss:");
        told.pss_mib = memory_mib("Pss:");
        CHECK(write(told_fd, &told, sizeof told) == (ssize_t)sizeof told);
    } while (read(ask_fd, &byte, 1) == 1);
    ki_index_close(index);
    _exit(0);
}

static struct reader start(const char *folder)
{
    int told[2];
    int ask[2];
    CHECK(pipe2(told, O_CLOEXEC) == 0 && pipe2(ask, O_CLOEXEC) == 0);
    pid_t pid = fork();
    CHECK(pid >= 0);
    if (pid == 0) {
        (void)close(told[0]);
        (void)close(ask[1]);
        be_reader(folder, told[1], ask[0]);
    }
    (void)close(told[1]);
    (void)close(ask[0]);
    return (struct reader){pid, told[0], ask[1]};
}

static struct told hear(const struct reader *reader)
{
    struct told told;
    CHECK(read(reader->told_fd, &told, sizeof told) == (ssize_t)sizeof told);
    return told;
}

static void end(const struct reader *reader)
{
    int status = 0;
    (void)close(reader->ask_fd);
    (void)close(reader->told_fd);
    CHECK(waitpid(reader->pid, &status, 0) == reader->pid && status == 0);
}

static json_t *run_size(uint32_t n)
{
    char folder[128];
    CHECK(bench_folder_make(folder));
    bench_index_make(folder, n);
    uint64_t nbytes = forget_segments(folder);
    struct reader first = start(folder);
    struct told cold = hear(&first);
    struct reader second = start(folder);
    struct told warm = hear(&second);
    CHECK(write(first.ask_fd, "", 1) == 1);
    struct told shared = hear(&first);
    /* The second one may hold descriptors of the first, so it ends first. */
    end(&second);
    end(&first);
    bench_folder_remove(folder);
    return json_pack("{s:s,s:I,s:f,s:f,s:f,s:f,s:f,s:f,s:f,s:f,s:f}", "engine", "open",
                     "n", (json_int_t)n, "segment_mib", (double)nbytes / (1 << 20),
                     "cold_open_ms", cold.open_ms, "cold_first_us", cold.first_us,
                     "cold_median_us", cold.median_us, "warm_open_ms", warm.open_ms,
                     "warm_median_us", warm.median_us, "rss_mib", shared.rss_mib,
                     "pss_alone_mib", cold.pss_mib, "pss_shared_mib", shared.pss_mib);
}

static bool run_each(json_t *results, const void *arguments, uint32_t n)
{
    (void)arguments;
    bench_results_add(results, run_size(n));
    return true;
}

static int run_open(const struct command *command, int argc, char **argv)
{
    static const struct bench_column columns[] = {
        {"n", "hashes", 10, 0},
        {"segment_mib", "MiB", 8, 1},
        {"cold_open_ms", "cold ms", 9, 1},
        {"cold_first_us", "first µs", 9, 1},
        {"cold_median_us", "median", 8, 2},
        {"warm_open_ms", "warm ms", 9, 1},
        {"warm_median_us", "median", 8, 2},
        {"rss_mib", "RSS MiB", 9, 1},
        {"pss_alone_mib", "PSS of 1", 9, 1},
        {"pss_shared_mib", "PSS of 2", 9, 1},
    };
    static const struct bench_sized sized = {run_each, columns, COUNT(columns)};
    struct bench_sized_arguments arguments = {.sizes = "1M"};
    return bench_run_sized(command, argc, argv, &sized, &arguments);
}

#define FIELD(member) offsetof(struct bench_sized_arguments, member)

static const struct option_spec specs[] = {
    {"n", 'n', "SIZES", &option_text, FIELD(sizes),
     "entries: 1M,10M (default: 1M)"},
    {"out", 'o', "FILE", &option_text, FIELD(out), "write the results as JSON"},
};

static const struct option_group groups[] = {{"options", specs, COUNT(specs), 0}};

const struct command command_open = {
    .name = "open",
    .operands = "",
    .summary = "an index from a cold page cache to full speed; shared memory",
    .details =
        "A process opens the index with the segments dropped from the page cache,\n"
        "a second one with them there. PSS: its share of the memory of one, and of\n"
        "two processes.",
    .groups = groups,
    .ngroups = COUNT(groups),
    .run = run_open,
};
