/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/scan_run.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <knownimage/scan.h>

#include "bench/bench.h"
#include "bench/decode_watch.h"
#include "bench/heap.h"
#include "bytes/sniff.h"
#include "bytes/source.h"
#include "common/message.h"
#include "decode/decode.h"
#include "scan/scanner.h"

enum { WARM_FILES = 250, FILES_PER_LOOK = 16, MOST_PATHS = 100000 };

struct watch {
    uint64_t nfiles;
    double peak_kib;
};

static double anonymous_kib(void)
{
    char line[128];
    double kib = 0;
    FILE *file = fopen("/proc/self/status", "r");
    while (file && fgets(line, sizeof line, file)) {
        if (strncmp(line, "RssAnon:", 8) == 0) {
            kib = strtod(line + 8, NULL);
        }
    }
    if (file) {
        (void)fclose(file);
    }
    return kib;
}

/* Asks for the memory rarely; that opens a file, which is counted as an allocation, so
 * that it is done only until counting begins and at the end. */
static void look(struct watch *watch)
{
    double kib = anonymous_kib();
    watch->peak_kib = kib > watch->peak_kib ? kib : watch->peak_kib;
}

static void on_result(void *context, const char *path, const struct ki_result *result)
{
    struct watch *watch = context;
    (void)path;
    (void)result;
    watch->nfiles++;
    if (watch->nfiles < WARM_FILES && watch->nfiles % FILES_PER_LOOK == 0) {
        look(watch);
    }
    if (watch->nfiles == WARM_FILES) {
        bench_heap_begin();
    }
}

static void count_heap(const struct watch *watch, struct scan_figures *figures)
{
    struct bench_heap heap = bench_heap_count();
    double n = (double)watch->nfiles - WARM_FILES;
    bool is_counted = bench_heap_is_counted() && n > 0;
    figures->allocations = is_counted ? (double)heap.nother / n : -1;
    figures->codec_allocations = is_counted ? (double)heap.ncodec / n : -1;
}

static double processor_seconds(const struct rusage *usage)
{
    return (double)(usage->ru_utime.tv_sec + usage->ru_stime.tv_sec) +
           1e-6 * (double)(usage->ru_utime.tv_usec + usage->ru_stime.tv_usec);
}

static bool scan(const struct ki_index *index, const char *folder,
                 const struct scan_settings *settings, struct scan_figures *figures)
{
    struct ki_scan_options options = ki_scan_options_default();
    struct watch watch = {0};
    struct ki_scan_handlers handlers = {.on_result = on_result, .context = &watch};
    struct ki_scan_summary summary;
    struct ki_diag diag = {0};
    struct rusage before;
    struct rusage after;
    options.njobs = settings->njobs;
    options.read_ahead = settings->read_ahead;
    options.hash.fidelity = settings->fidelity;
    (void)getrusage(RUSAGE_SELF, &before);
    double begin = bench_now_us();
    if (settings->njobs == 1) {
        bench_decode_watch_begin();
    }
    if (ki_scan_paths(index, &options, &folder, 1, &handlers, &summary, &diag) !=
        KI_OK) {
        message("%s", diag.message);
        return false;
    }
    figures->seconds = (bench_now_us() - begin) * 1e-6;
    figures->decoding = bench_decode_watch_end() * 1e-6 / figures->seconds;
    count_heap(&watch, figures);
    (void)getrusage(RUSAGE_SELF, &after);
    look(&watch);
    figures->nfaults = (double)(after.ru_minflt + after.ru_majflt - before.ru_minflt -
                                before.ru_majflt);
    figures->nprocessors =
        (processor_seconds(&after) - processor_seconds(&before)) / figures->seconds;
    figures->nfiles = (double)summary.nfiles;
    figures->nbytes = (double)summary.nbytes;
    figures->peak_anonymous_mib = watch.peak_kib / 1024;
    return summary.nfiles > 0;
}

static enum ki_reason take_shape(void *context, const struct ki_row_shape *shape)
{
    (void)context;
    (void)shape;
    return KI_REASON_NONE;
}

static enum ki_reason take_rows(void *context, const uint8_t *samples, size_t stride,
                                uint32_t count)
{
    (void)context;
    (void)samples;
    (void)stride;
    (void)count;
    return KI_REASON_NONE;
}

/* Decoding alone and all that a scanner does take turns, so that they meet the same
 * machine, but never with the same file: whoever is second would find its bytes, code
 * and branches in the caches. Lookups are those of several files, as in a scan. */
static struct {
    enum ki_fidelity fidelity;
    struct ki_scanner *scanner;
    struct ki_source file; /* that is decoded, in memory like that of a scan */
    struct ki_decode_memory memory;
    char *paths[MOST_PATHS];
    size_t npaths;
    size_t nhashed;
    double decode_us;
    double scan_us;
} turns;

static void judge(void)
{
    static struct ki_result results[KI_SCANNER_MOST];
    double begin = bench_now_us();
    if (ki_scanner_judge(turns.scanner, results) == KI_OK) {
        turns.scan_us += bench_now_us() - begin;
    }
    turns.nhashed = 0;
}

static void decode(const struct ki_source *file)
{
    struct ki_limits limits = ki_limits_default();
    struct ki_image_info image = {.nbytes = file->nbytes,
                                  .format = ki_sniff(file->data, file->nbytes)};
    struct ki_decode_request request = {
        .data = file->data,
        .nbytes = file->nbytes,
        .limits = &limits,
        .fidelity = turns.fidelity,
        .memory = &turns.memory,
        .sink = {.begin = take_shape, .rows = take_rows},
    };
    double begin = bench_now_us();
    (void)ki_decode(&request, &image);
    turns.decode_us += bench_now_us() - begin;
}

static void scan_path(const char *path)
{
    double begin = bench_now_us();
    (void)ki_scanner_hash_path(turns.scanner, path, true);
    turns.scan_us += bench_now_us() - begin;
}

static void decode_path(const char *path)
{
    if (ki_source_read_file(&turns.file, path, true, UINT32_MAX) == KI_REASON_NONE) {
        decode(&turns.file);
    }
}

static int add_path(const char *path, const struct stat *info, int type,
                    struct FTW *place)
{
    (void)place;
    if (type == FTW_F && info->st_size > 0 && turns.npaths < MOST_PATHS) {
        turns.paths[turns.npaths] = strdup(path);
        turns.npaths += turns.paths[turns.npaths] != NULL;
    }
    return 0;
}

static void take_turns(void)
{
    for (size_t i = 0; i < turns.npaths; i++) {
        decode_path(turns.paths[(i + turns.npaths / 2) % turns.npaths]);
        scan_path(turns.paths[i]);
        if (++turns.nhashed == KI_SCANNER_MOST) {
            judge();
        }
    }
    judge();
}

static double share_of_decoding(const struct ki_index *index, const char *folder,
                                enum ki_fidelity fidelity)
{
    struct ki_scan_options options = ki_scan_options_default();
    options.hash.fidelity = fidelity;
    turns.fidelity = fidelity;
    if (ki_scanner_create(index, &options, &turns.scanner, NULL) != KI_OK) {
        return 0;
    }
    struct ki_repeats *repeats = ki_repeats_create();
    ki_scanner_set_repeats(turns.scanner, repeats);
    (void)nftw(folder, add_path, 16, FTW_PHYS);
    take_turns();
    ki_scanner_destroy(turns.scanner);
    ki_repeats_destroy(repeats);
    ki_source_free(&turns.file);
    free(turns.memory.bytes);
    while (turns.npaths > 0) {
        free(turns.paths[--turns.npaths]);
    }
    return turns.scan_us > 0 ? turns.decode_us / turns.scan_us : 0;
}

static bool measure(const char *index_folder, const char *folder,
                    const struct scan_settings *settings, struct scan_figures *figures)
{
    struct ki_index *index = NULL;
    struct ki_diag diag = {0};
    if (ki_index_open(index_folder, &index, &diag) != KI_OK) {
        message("%s", diag.message);
        return false;
    }
    bool is_good = scan(index, folder, settings, figures);
    if (is_good && settings->njobs == 1) {
        figures->alone = share_of_decoding(index, folder, settings->fidelity);
    }
    ki_index_close(index);
    return is_good;
}

bool bench_scan_run(const char *index, const char *folder,
                    const struct scan_settings *settings, struct scan_figures *out)
{
    int told[2];
    *out = (struct scan_figures){0};
    if (pipe2(told, O_CLOEXEC) != 0) {
        return false;
    }
    (void)fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        bool is_good = measure(index, folder, settings, out) &&
                       write(told[1], out, sizeof *out) == (ssize_t)sizeof *out;
        _exit(is_good ? 0 : 1);
    }
    (void)close(told[1]);
    bool is_good = pid > 0 && read(told[0], out, sizeof *out) == (ssize_t)sizeof *out;
    (void)close(told[0]);
    if (pid > 0) {
        (void)waitpid(pid, NULL, 0);
    }
    return is_good;
}

static int forget_file(const char *path, const struct stat *info, int type,
                       struct FTW *place)
{
    (void)info;
    (void)place;
    int fd = type == FTW_F ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    if (fd >= 0) {
        (void)fdatasync(fd);
        (void)posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
        (void)close(fd);
    }
    return 0;
}

void bench_forget_files(const char *folder)
{
    (void)nftw(folder, forget_file, 16, FTW_PHYS);
}
