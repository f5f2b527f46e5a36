/* SPDX-License-Identifier: Apache-2.0 */
/*
 * knownimage-worker in its other mode: one process, without a zygote, that unpacks one
 * file and ends. It is started with the packed file, opened read-only, as descriptor 0
 * and a pipe as 1, confines itself, writes a struct ki_wire_greeting, and only then
 * reads the first byte. What it writes after that is the unpacked file; how it ended is
 * its exit status. The parent believes neither more than it has to: a process that was
 * taken over can give another content than what is packed, of no more than 200 times
 * its size, and do nothing else.
 */
#ifndef KI_SANDBOX_UNPACK_H
#define KI_SANDBOX_UNPACK_H

#include <stdbool.h>

/* The argument that asks for it; the other one if a layer may be missing. */
#define KI_UNPACK_MODE "unpack"
#define KI_UNPACK_UNSAFE_MODE "unpack-unsafe"

enum ki_unpack_exit {
    KI_UNPACK_WHOLE = 0,
    KI_UNPACK_DAMAGED = 10,
    KI_UNPACK_TRUNCATED,
    KI_UNPACK_RATIO,
    KI_UNPACK_FAILED, /* reading, writing, memory */
    KI_UNPACK_UNCONFINED = 70
};

/* How much it reads at a time, and so how exact a place of damage can be told. */
enum { KI_UNPACK_READ_NBYTES = 16384 };

struct ki_unpack_child {
    bool is_checked;    /* must be confined */
    unsigned without;   /* layers that are left out, in tests only */
    int (*serve)(void); /* what it does once confined: ki_unpack_serve */
};

/* The whole life of the process. Returns its exit status. */
int ki_unpack_run(const struct ki_unpack_child *child);

/* From descriptor 0 to 1. */
int ki_unpack_serve(void);

#endif
