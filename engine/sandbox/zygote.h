/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The process between a parent and its workers: started by exec with nothing but the
 * files of one slot, it forks workers ahead of need, notices their end and kills them
 * when asked. It never looks at a picture.
 */
#ifndef KI_SANDBOX_ZYGOTE_H
#define KI_SANDBOX_ZYGOTE_H

#include <sys/types.h>

#include "sandbox/child.h"
#include "sandbox/confine.h"
#include "sandbox/wire.h"

struct ki_zygote {
    struct ki_arena *arena;                /* that malloc takes from; not yet set up */
    void (*serve)(struct ki_child *child); /* what workers do: ki_child_serve */
    bool is_confined;                      /* false in tests only */
    struct ki_child child;
    struct ki_confinement confinement;
    struct ki_wire_notice *notice;
    uint32_t nworkers;
    uint64_t nbytes; /* of the picture before */
    enum ki_format format;
    pid_t pid;
    bool is_batch; /* not its workers, once they are ready */
    void *stack;   /* of its workers, lowest address */
};

/* Returns the exit status of the process, once the parent is gone or said good-bye. */
int ki_zygote_run(struct ki_zygote *zygote);

/* Tries every layer, in children that may die of it. Returns the mask of those that are
 * not in force. */
unsigned ki_zygote_prove(const struct ki_zygote *zygote);

#endif
