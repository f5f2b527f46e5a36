/* SPDX-License-Identifier: Apache-2.0 */
/* A worker: takes pictures from its slot, hashes them, and ends. */
#ifndef KI_SANDBOX_CHILD_H
#define KI_SANDBOX_CHILD_H

#include "sandbox/arena.h"
#include "sandbox/wire.h"

struct ki_child {
    const struct ki_wire_input *input;
    const uint8_t *bytes; /* of the picture */
    struct ki_wire_answer *answer;
    struct ki_arena *arena;
    struct ki_picture picture; /* initialised in the zygote */
    uint32_t sequence;         /* of the last job that is none of this worker's */
    struct ki_hashes hashes;
};

/* What a zygote's workers do once confined; returns when the worker is to end. Tests
 * put others in its place. */
void ki_child_serve(struct ki_child *child);

/* The parts of it. */
uint32_t ki_child_await(struct ki_child *child);
void ki_child_hash(struct ki_child *child, struct ki_wire_result *result);
void ki_child_answer(struct ki_child *child, uint32_t sequence,
                     const struct ki_wire_result *result);

/* Hashes two pictures of its own, so that what is set up at the first use of a codec is
 * set up in the zygote, once. */
void ki_child_warm_up(struct ki_child *child);

#endif
