/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The memory of a worker: one mapping made in advance, so that allocating takes no
 * system call and cannot get more. Blocks lie side by side, each behind a header; a
 * free one is merged with its free neighbours, the first one that is large enough is
 * taken. There are some dozens of them. Not for several threads.
 */
#ifndef KI_SANDBOX_ARENA_H
#define KI_SANDBOX_ARENA_H

#include <stdbool.h>
#include <stddef.h>

enum { KI_ARENA_ALIGNMENT = 64 };

struct ki_arena_block;

/* With wipes, memory is wiped when it is freed. */
struct ki_arena {
    char *base;
    size_t nbytes;
    size_t used; /* up to the end of the last block */
    size_t most; /* that used ever was */
    struct ki_arena_block *last;
    struct ki_arena_block *first_free; /* no free one lies before it; or NULL */
    size_t sealed;                     /* blocks below it are not used again */
    bool wipes;
};

/* base: nbytes of zeroes, aligned; borrowed. */
void ki_arena_init(struct ki_arena *arena, void *base, size_t nbytes);

void *ki_arena_alloc(struct ki_arena *arena, size_t nbytes); /* NULL: exhausted */
void *ki_arena_alloc_zeroed(struct ki_arena *arena, size_t nbytes);
void *ki_arena_resize(struct ki_arena *arena, void *memory, size_t nbytes);
void ki_arena_free(struct ki_arena *arena, void *memory);

/* What was allocated until now stays, and nothing that follows shares a span of
 * alignment bytes (a power of two) with it: a process forked hereafter writes to no
 * page that it still has in common with its parent. Returns the first nbytes of what
 * follows, untouched and never handed out; NULL if the arena is exhausted. */
void *ki_arena_seal(struct ki_arena *arena, size_t alignment, size_t nbytes);

/* Room in a block, at least what was asked for. */
size_t ki_arena_block_nbytes(const void *memory);

#endif
