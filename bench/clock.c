/* SPDX-License-Identifier: Apache-2.0 */
/* Time, memory, folders and figures. */
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include "bench/bench.h"

enum { HUGE_PAGE = 2 << 20 };

double bench_now_us(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec * 1e-3;
}

static size_t whole_pages(size_t nbytes)
{
    return (nbytes + KI_KERNEL_PADDING + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE;
}

void *bench_alloc(size_t nbytes)
{
    void *memory = mmap(NULL, whole_pages(nbytes), PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) {
        return NULL;
    }
    (void)madvise(memory, whole_pages(nbytes), MADV_HUGEPAGE);
    return memory;
}

void bench_free(void *memory, size_t nbytes)
{
    if (memory) {
        (void)munmap(memory, whole_pages(nbytes));
    }
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;
    return (x > y) - (x < y);
}

struct bench_figures bench_figures_of(double *values, size_t n)
{
    struct bench_figures figures = {0};
    if (n == 0) {
        return figures;
    }
    qsort(values, n, sizeof *values, compare);
    for (size_t i = 0; i < n; i++) {
        figures.mean += values[i] / (double)n;
    }
    figures.min = values[0];
    figures.median = values[n / 2];
    figures.p99 = values[n * 99 / 100];
    figures.max = values[n - 1];
    return figures;
}

uint64_t bench_resident_kib(void)
{
    char line[128] = "";
    FILE *file = fopen("/proc/self/statm", "r");
    if (!file || !fgets(line, sizeof line, file)) {
        line[0] = '\0';
    }
    if (file) {
        (void)fclose(file);
    }
    const char *resident = strchr(line, ' ');
    return resident ? strtoull(resident, NULL, 10) * 4 : 0;
}

bool bench_folder_make(char out[128])
{
    const char *base = secure_getenv("TMPDIR");
    (void)snprintf(out, 128, "%.90s/knownimage-bench-XXXXXX",
                   base && base[0] ? base : "/var/tmp");
    return mkdtemp(out) != NULL;
}

static int remove_one(const char *path, const struct stat *info, int type,
                      struct FTW *place)
{
    (void)info;
    (void)type;
    (void)place;
    return remove(path);
}

void bench_folder_remove(const char *folder)
{
    (void)nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* Numbers from least on. */
static size_t read_numbers(const char *text, double least,
                           uint32_t out[BENCH_MOST_SIZES])
{
    size_t count = 0;
    while (count < BENCH_MOST_SIZES) {
        char *end = NULL;
        double number = strtod(text, &end);
        double unit = *end == 'k' ? 1e3 : *end == 'M' ? 1e6 : 1;
        end += unit > 1;
        if (end == text || number * unit < least || number * unit > 4e9 ||
            (*end != ',' && *end != '\0')) {
            return 0;
        }
        out[count++] = (uint32_t)(number * unit);
        if (*end == '\0') {
            return count;
        }
        text = end + 1;
    }
    return 0;
}

size_t bench_sizes(const char *text, uint32_t out[BENCH_MOST_SIZES])
{
    return read_numbers(text, 1, out);
}

size_t bench_counts(const char *text, uint32_t out[BENCH_MOST_SIZES])
{
    return read_numbers(text, 0, out);
}
