/* SPDX-License-Identifier: Apache-2.0 */
/* The worker's allocator against a model: blocks keep their content, do not overlap,
 * are reused, come wiped or zeroed where that is promised, and end where the arena
 * does. */
#include <criterion/criterion.h>
#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "sandbox/arena.h"

enum { ARENA_NBYTES = 1 << 20, NBLOCKS = 64, NSTEPS = 200000 };

static alignas(4096) char memory[ARENA_NBYTES];

struct block {
    unsigned char *bytes;
    size_t nbytes;
    unsigned char mark;
};

static uint32_t next_random(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

static bool is_all(const unsigned char *bytes, size_t nbytes, unsigned char value)
{
    for (size_t i = 0; i < nbytes; i++) {
        if (bytes[i] != value) {
            return false;
        }
    }
    return true;
}

static void fill(struct block *block, uint32_t *state)
{
    block->mark = (unsigned char)(1 + next_random(state) % 255);
    memset(block->bytes, block->mark, block->nbytes);
}

static void take(struct ki_arena *arena, struct block *block, uint32_t *state)
{
    bool zeroed = next_random(state) % 2;
    block->nbytes = next_random(state) % (next_random(state) % 8 ? 2000 : 60000);
    block->bytes = zeroed ? ki_arena_alloc_zeroed(arena, block->nbytes)
                          : ki_arena_alloc(arena, block->nbytes);
    if (block->bytes) {
        cr_assert_eq((uintptr_t)block->bytes % KI_ARENA_ALIGNMENT, 0);
        cr_assert_geq(ki_arena_block_nbytes(block->bytes), block->nbytes);
        cr_assert(!(zeroed || arena->wipes) || is_all(block->bytes, block->nbytes, 0));
        fill(block, state);
    }
}

static void resize(struct ki_arena *arena, struct block *block, uint32_t *state)
{
    size_t nbytes = 1 + next_random(state) % 4000;
    unsigned char *moved = ki_arena_resize(arena, block->bytes, nbytes);
    if (moved) {
        size_t kept = nbytes < block->nbytes ? nbytes : block->nbytes;
        cr_assert(is_all(moved, kept, block->mark));
        block->bytes = moved;
        block->nbytes = nbytes;
        fill(block, state);
    }
}

static void give(struct ki_arena *arena, struct block *block)
{
    cr_assert(is_all(block->bytes, block->nbytes, block->mark));
    ki_arena_free(arena, block->bytes);
    block->bytes = NULL;
}

static void exercise(bool wipes)
{
    struct block blocks[NBLOCKS] = {0};
    struct ki_arena arena;
    uint32_t state = wipes ? 1 : 2;
    memset(memory, 0, sizeof memory);
    ki_arena_init(&arena, memory, sizeof memory);
    arena.wipes = wipes;
    for (int i = 0; i < NSTEPS; i++) {
        struct block *block = &blocks[next_random(&state) % NBLOCKS];
        if (!block->bytes) {
            take(&arena, block, &state);
        } else if (next_random(&state) % 3 == 0) {
            resize(&arena, block, &state);
        } else {
            give(&arena, block);
        }
    }
    for (size_t i = 0; i < NBLOCKS; i++) {
        if (blocks[i].bytes) {
            give(&arena, &blocks[i]);
        }
    }
    cr_assert_eq(arena.used, 0, "all of it is free again");
    cr_assert_null(arena.last);
    cr_assert(!wipes || is_all((unsigned char *)memory, sizeof memory, 0));
}

Test(arena, keeps_blocks_apart)
{
    exercise(false);
}

Test(arena, wipes_what_is_freed)
{
    exercise(true);
}

Test(arena, ends)
{
    struct ki_arena arena;
    ki_arena_init(&arena, memory, 4096);
    cr_assert_null(ki_arena_alloc(&arena, 4096));
    cr_assert_null(ki_arena_alloc(&arena, SIZE_MAX));
    cr_assert_null(ki_arena_alloc(&arena, SIZE_MAX - 10));
    void *all = ki_arena_alloc(&arena, 4096 - 64);
    cr_assert_not_null(all);
    cr_assert_null(ki_arena_alloc(&arena, 0));
    ki_arena_free(&arena, all);
    cr_assert_not_null(ki_arena_alloc(&arena, 0));
}

Test(arena, sealing_leaves_a_gap)
{
    struct ki_arena arena;
    memset(memory, 0, sizeof memory);
    ki_arena_init(&arena, memory, sizeof memory);
    char *before = ki_arena_alloc(&arena, 100);
    char *freed = ki_arena_alloc(&arena, 100);
    char *last = ki_arena_alloc(&arena, 100);
    ki_arena_free(&arena, freed);
    char *room = ki_arena_seal(&arena, 65536, 1000);
    cr_assert_eq(room, memory + 65536);
    char *after = ki_arena_alloc(&arena, 100);
    cr_assert_geq(after, room + 1000);
    cr_assert_eq((uintptr_t)after % KI_ARENA_ALIGNMENT, 0);
    ki_arena_free(&arena, after);
    cr_assert_eq(ki_arena_alloc(&arena, 90), after, "the old gap is not used");
    ki_arena_free(&arena, last);
    ki_arena_free(&arena, before);
    cr_assert_geq((char *)ki_arena_alloc(&arena, 5000), after);
    cr_assert_null(ki_arena_seal(&arena, 65536, ARENA_NBYTES));
}
