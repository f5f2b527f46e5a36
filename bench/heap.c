/* SPDX-License-Identifier: Apache-2.0 */
/*
 * malloc, calloc and realloc of this program, which the libraries it loads use as well.
 * The address they return to tells who called.
 */
#include "bench/heap.h"

#include <link.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) &&                            \
    !defined(__SANITIZE_THREAD__) && !defined(BENCH_SANITIZED)

void *__libc_malloc(size_t nbytes);                /* NOLINT */
void *__libc_calloc(size_t count, size_t nbytes);  /* NOLINT */
void *__libc_realloc(void *memory, size_t nbytes); /* NOLINT */

#define EXPORTED __attribute__((visibility("default")))

enum { MOST_CODECS = 8 };

struct range {
    uintptr_t begin;
    uintptr_t end;
};

static struct range codecs[MOST_CODECS];
static size_t ncodecs;
static atomic_bool is_counting;
static atomic_uint_fast64_t ncodec;
static atomic_uint_fast64_t nother;

static bool is_codec(const char *name)
{
    static const char *const names[] = {"/libjpeg", "/libpng", "/libz.", "/libisal"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strstr(name, names[i])) {
            return true;
        }
    }
    return false;
}

static int note_library(struct dl_phdr_info *info, size_t nbytes, void *context)
{
    (void)nbytes;
    (void)context;
    if (!is_codec(info->dlpi_name) || ncodecs == MOST_CODECS) {
        return 0;
    }
    struct range range = {UINTPTR_MAX, 0};
    for (size_t i = 0; i < info->dlpi_phnum; i++) {
        if (info->dlpi_phdr[i].p_type == PT_LOAD) {
            uintptr_t begin = info->dlpi_addr + info->dlpi_phdr[i].p_vaddr;
            uintptr_t end = begin + info->dlpi_phdr[i].p_memsz;
            range.begin = begin < range.begin ? begin : range.begin;
            range.end = end > range.end ? end : range.end;
        }
    }
    codecs[ncodecs++] = range;
    return 0;
}

static void count(const void *caller)
{
    if (!atomic_load_explicit(&is_counting, memory_order_relaxed)) {
        return;
    }
    uintptr_t address = (uintptr_t)caller;
    for (size_t i = 0; i < ncodecs; i++) {
        if (address >= codecs[i].begin && address < codecs[i].end) {
            atomic_fetch_add_explicit(&ncodec, 1, memory_order_relaxed);
            return;
        }
    }
    atomic_fetch_add_explicit(&nother, 1, memory_order_relaxed);
}

EXPORTED void *malloc(size_t nbytes)
{
    count(__builtin_return_address(0));
    return __libc_malloc(nbytes);
}

EXPORTED void *calloc(size_t n, size_t nbytes)
{
    count(__builtin_return_address(0));
    return __libc_calloc(n, nbytes);
}

EXPORTED void *realloc(void *memory, size_t nbytes)
{
    count(__builtin_return_address(0));
    return __libc_realloc(memory, nbytes);
}

bool bench_heap_is_counted(void)
{
    return true;
}

void bench_heap_begin(void)
{
    if (ncodecs == 0) {
        (void)dl_iterate_phdr(note_library, NULL);
    }
    atomic_store(&ncodec, 0);
    atomic_store(&nother, 0);
    atomic_store(&is_counting, true);
}

struct bench_heap bench_heap_count(void)
{
    return (struct bench_heap){atomic_load(&ncodec), atomic_load(&nother)};
}

#else

bool bench_heap_is_counted(void)
{
    return false;
}

void bench_heap_begin(void)
{
}

struct bench_heap bench_heap_count(void)
{
    return (struct bench_heap){0, 0};
}

#endif
