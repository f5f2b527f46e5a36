/* SPDX-License-Identifier: Apache-2.0 */
#include "knownimage-worker/memory.h"

#include <errno.h>
#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Libraries that the program is linked with find them too. */
#define WORKER_EXPORT __attribute__((visibility("default")))

/* For what the C library allocates before main. */
static alignas(KI_ARENA_ALIGNMENT) char early[64 * 1024];
static struct ki_arena arena = {.base = early, .nbytes = sizeof early};

struct ki_arena *worker_arena(void)
{
    return &arena;
}

static void *or_enomem(void *memory)
{
    if (!memory) {
        errno = ENOMEM;
    }
    return memory;
}

WORKER_EXPORT void *malloc(size_t nbytes)
{
    return or_enomem(ki_arena_alloc(&arena, nbytes));
}

WORKER_EXPORT void *calloc(size_t count, size_t nbytes)
{
    size_t all;
    if (__builtin_mul_overflow(count, nbytes, &all)) {
        return or_enomem(NULL);
    }
    return or_enomem(ki_arena_alloc_zeroed(&arena, all));
}

static bool is_early(const void *memory)
{
    return (const char *)memory >= early && (const char *)memory < early + sizeof early;
}

/* What was allocated early stays where it is. */
WORKER_EXPORT void *realloc(void *memory, size_t nbytes)
{
    if (!is_early(memory)) {
        return or_enomem(ki_arena_resize(&arena, memory, nbytes));
    }
    void *moved = malloc(nbytes);
    if (moved) {
        size_t old_nbytes = ki_arena_block_nbytes(memory);
        memcpy(moved, memory, old_nbytes < nbytes ? old_nbytes : nbytes);
    }
    return moved;
}

WORKER_EXPORT void free(void *memory)
{
    if (!is_early(memory)) {
        ki_arena_free(&arena, memory);
    }
}

/* Blocks are aligned to 64 bytes, which is enough for what is asked for here. */
WORKER_EXPORT void *aligned_alloc(size_t alignment, size_t nbytes)
{
    return alignment > KI_ARENA_ALIGNMENT ? or_enomem(NULL) : malloc(nbytes);
}

WORKER_EXPORT int posix_memalign(void **memory, size_t alignment, size_t nbytes)
{
    *memory = aligned_alloc(alignment, nbytes);
    return *memory ? 0 : ENOMEM;
}
