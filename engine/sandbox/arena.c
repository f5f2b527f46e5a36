/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <string.h>

struct ki_arena_block {
    alignas(KI_ARENA_ALIGNMENT) size_t nbytes; /* behind this header */
    struct ki_arena_block *before;             /* in memory; NULL: the first */
    bool is_free;
};

enum { HEADER_NBYTES = sizeof(struct ki_arena_block) };

static struct ki_arena_block *block_of(void *memory)
{
    return (struct ki_arena_block *)((char *)memory - HEADER_NBYTES);
}

static struct ki_arena_block *next_of(const struct ki_arena *arena,
                                      struct ki_arena_block *block)
{
    return block == arena->last
               ? NULL
               : (struct ki_arena_block *)((char *)(block + 1) + block->nbytes);
}

void ki_arena_init(struct ki_arena *arena, void *base, size_t nbytes)
{
    *arena = (struct ki_arena){.base = base, .nbytes = nbytes};
}

static struct ki_arena_block *append(struct ki_arena *arena, size_t nbytes)
{
    size_t room = arena->nbytes - arena->used;
    if (room < HEADER_NBYTES || room - HEADER_NBYTES < nbytes) {
        return NULL;
    }
    struct ki_arena_block *block = (void *)(arena->base + arena->used);
    block->nbytes = nbytes;
    block->before = arena->last;
    block->is_free = false;
    arena->last = block;
    arena->used += HEADER_NBYTES + nbytes;
    arena->most = arena->used > arena->most ? arena->used : arena->most;
    return block;
}

/* Cuts what is too much off a block that is not the last one. */
static void split(struct ki_arena *arena, struct ki_arena_block *block, size_t nbytes)
{
    if (block->nbytes - nbytes < 2 * (size_t)HEADER_NBYTES) {
        return;
    }
    struct ki_arena_block *rest = (void *)((char *)(block + 1) + nbytes);
    rest->nbytes = block->nbytes - nbytes - HEADER_NBYTES;
    rest->before = block;
    rest->is_free = true;
    block->nbytes = nbytes;
    next_of(arena, rest)->before = rest;
}

static struct ki_arena_block *next_free(const struct ki_arena *arena,
                                        struct ki_arena_block *block)
{
    while (block && !block->is_free) {
        block = next_of(arena, block);
    }
    return block;
}

static struct ki_arena_block *find(struct ki_arena *arena, size_t nbytes)
{
    struct ki_arena_block *block = arena->first_free;
    while (block && block->nbytes < nbytes) {
        block = next_free(arena, next_of(arena, block));
    }
    if (!block) {
        return NULL;
    }
    block->is_free = false;
    split(arena, block, nbytes);
    if (block == arena->first_free) {
        arena->first_free = next_free(arena, block);
    }
    return block;
}

/* A header's room is never handed out twice: sums stay far below SIZE_MAX. */
static bool round_up(size_t *nbytes)
{
    if (*nbytes > SIZE_MAX / 2) {
        return false;
    }
    size_t wanted = *nbytes ? *nbytes : 1;
    *nbytes =
        (wanted + KI_ARENA_ALIGNMENT - 1) / KI_ARENA_ALIGNMENT * KI_ARENA_ALIGNMENT;
    return true;
}

static struct ki_arena_block *get(struct ki_arena *arena, size_t nbytes, bool *is_clean)
{
    if (!round_up(&nbytes)) {
        return NULL;
    }
    struct ki_arena_block *block = find(arena, nbytes);
    if (block) {
        *is_clean = arena->wipes;
        return block;
    }
    size_t most = arena->most;
    block = append(arena, nbytes);
    *is_clean = arena->wipes || (block && (char *)block >= arena->base + most);
    return block;
}

void *ki_arena_alloc(struct ki_arena *arena, size_t nbytes)
{
    bool is_clean;
    struct ki_arena_block *block = get(arena, nbytes, &is_clean);
    return block ? block + 1 : NULL;
}

void *ki_arena_alloc_zeroed(struct ki_arena *arena, size_t nbytes)
{
    bool is_clean;
    struct ki_arena_block *block = get(arena, nbytes, &is_clean);
    if (block && !is_clean) {
        memset(block + 1, 0, nbytes);
    }
    return block ? block + 1 : NULL;
}

/* The header of a block that becomes part of another one, or of the end, goes too. */
static void drop_header(const struct ki_arena *arena, struct ki_arena_block *block)
{
    if (arena->wipes) {
        explicit_bzero(block, sizeof *block);
    }
}

static void merge_with_next(struct ki_arena *arena, struct ki_arena_block *block)
{
    struct ki_arena_block *next = next_of(arena, block);
    if (!next || !next->is_free) {
        return;
    }
    block->nbytes += HEADER_NBYTES + next->nbytes;
    if (next == arena->last) {
        arena->last = block;
    } else {
        next_of(arena, block)->before = block;
    }
    drop_header(arena, next);
}

static void drop_last(struct ki_arena *arena)
{
    struct ki_arena_block *block = arena->last;
    arena->last = block->before;
    arena->used = (size_t)((char *)block - arena->base);
    if (block == arena->first_free) {
        arena->first_free = NULL;
    }
    drop_header(arena, block);
}

void ki_arena_free(struct ki_arena *arena, void *memory)
{
    if (!memory) {
        return;
    }
    struct ki_arena_block *block = block_of(memory);
    if (arena->wipes) {
        explicit_bzero(memory, block->nbytes);
    }
    if ((char *)memory < arena->base + arena->sealed) {
        return;
    }
    block->is_free = true;
    merge_with_next(arena, block);
    if (block->before && block->before->is_free) {
        block = block->before;
        merge_with_next(arena, block);
    }
    if (block == arena->last) {
        drop_last(arena);
    } else if (!arena->first_free || block < arena->first_free) {
        arena->first_free = block;
    }
}

/* A block fills the rest of the span. It stays, and those before it too: what follows
 * it is not where its length says. */
void *ki_arena_seal(struct ki_arena *arena, size_t alignment, size_t nbytes)
{
    size_t end = (arena->used + HEADER_NBYTES + alignment - 1) / alignment * alignment;
    if (!round_up(&nbytes) || end > arena->nbytes || arena->nbytes - end < nbytes ||
        !append(arena, end - arena->used - HEADER_NBYTES)) {
        return NULL;
    }
    arena->first_free = NULL;
    arena->used += nbytes;
    arena->most = arena->used;
    arena->sealed = end;
    return arena->base + end;
}

size_t ki_arena_block_nbytes(const void *memory)
{
    return ((const struct ki_arena_block *)memory - 1)->nbytes;
}

void *ki_arena_resize(struct ki_arena *arena, void *memory, size_t nbytes)
{
    if (!memory) {
        return ki_arena_alloc(arena, nbytes);
    }
    size_t old_nbytes = ki_arena_block_nbytes(memory);
    if (nbytes > 0 && nbytes <= old_nbytes) {
        return memory;
    }
    void *moved = ki_arena_alloc(arena, nbytes);
    if (moved) {
        memcpy(moved, memory, old_nbytes < nbytes ? old_nbytes : nbytes);
        ki_arena_free(arena, memory);
    }
    return moved;
}
