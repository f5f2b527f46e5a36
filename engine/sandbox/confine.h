/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The layers of a worker's confinement. What its children inherit is laid on in the
 * zygote once; the rest in each worker, before it looks at its slot. The process that
 * unpacks lays on both.
 */
#ifndef KI_SANDBOX_CONFINE_H
#define KI_SANDBOX_CONFINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum ki_layer {
    KI_LAYER_NO_NEW_PRIVS = 0,
    KI_LAYER_NO_DUMP,   /* neither core files nor ptrace by equals */
    KI_LAYER_LANDLOCK,  /* no right on any file */
    KI_LAYER_RLIMITS,   /* files, descriptors, processes, cores, memory, time */
    KI_LAYER_NO_FDS,    /* no descriptor at all */
    KI_LAYER_READ_ONLY, /* the input cannot be written or made writable */
    KI_LAYER_SECCOMP,   /* the system calls */
    KI_NLAYERS
};

/* Writes the names of the layers in the mask, parted by commas. */
void ki_layers_text(unsigned layers, char *text, size_t nbytes);

/* The system calls that are left. Everything else kills the process. */
enum ki_calls {
    KI_CALLS_DECODE = 0, /* futex, to wait and to wake; clock_gettime, of two clocks;
                            exit_group */
    KI_CALLS_UNPACK      /* read of descriptor 0, write of 1, exit_group */
};

struct ki_confinement {
    uint64_t memory_nbytes; /* address space on top of what is mapped now */
    uint64_t cpu_seconds;   /* of one worker; 0: as many as it takes */
    unsigned nfds;          /* descriptors 0 … that stay open */
    enum ki_calls calls;
    bool is_off; /* for the tests of those who must notice it: nothing is done
                  */
};

/* For the zygote: KI_LAYER_NO_NEW_PRIVS, NO_DUMP, LANDLOCK and most of RLIMITS. Returns
 * the mask of the layers that could not be laid on. */
unsigned ki_confine_zygote(const struct ki_confinement *confinement);

/* For a worker: the rest. With the mask of layers not to lay on: proofs need them one
 * by one. Returns the mask of those that could not be. */
unsigned ki_confine_worker(const struct ki_confinement *confinement, unsigned without);

/* The filter also looks at what the calls are asked for. */
bool ki_seccomp_install(enum ki_calls calls);

/* A Landlock domain without any right, for this process and all it will start. */
bool ki_landlock_install(void);

#endif
