/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the three kinds of process share: three memory files a slot.
 *
 *                       parent        zygote        worker
 *     input   setup     read-write    read-only     read-only
 *             request
 *             picture
 *     answer            read-write    read-write    read-write
 *     notice            read-only     read-write    not mapped
 *
 *     input:   0 setup · request    KI_WIRE_PICTURE the bytes of the picture …
 *     answer:  0 done bell result   one page
 *     notice:  0 nworkers ndead …   one page
 *
 * A job: the parent writes the picture and the request, then its sequence number, and
 * wakes the worker; the worker writes the result, then the same number as done, rings
 * the bell and wakes the parent. The rest of the picture may follow the request. When a
 * worker is dead the zygote says so in the notice and rings the bell as well. Only then
 * does it fork the next one, and only after that does the parent clear the answer: no
 * worker finds what another one wrote.
 *
 * Everything in the answer is the worker's to write at any time. The parent copies the
 * result once and believes none of it (answer.h).
 */
#ifndef KI_SANDBOX_WIRE_H
#define KI_SANDBOX_WIRE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include <knownimage/hash.h>

#include "hash/picture.h"

enum {
    KI_WIRE_PICTURE = 4096, /* offset of the picture in the input */
    KI_WIRE_PAGE_NBYTES = 4096,
    KI_WIRE_ENGINE_NBYTES = 16 << 20, /* of the arena, for all but the codec */
    KI_WIRE_VERSION_NBYTES = 16,
    KI_WIRE_TEXT_NBYTES = 256
};

/* Where the zygote finds its descriptors. */
enum {
    KI_WIRE_CONTROL_FD = 3, /* SOCK_SEQPACKET to the parent */
    KI_WIRE_INPUT_FD,       /* opened read-only */
    KI_WIRE_ANSWER_FD,
    KI_WIRE_NOTICE_FD,
    KI_WIRE_FDS_END
};

/* Written before the zygote starts. */
struct ki_wire_setup {
    char version[KI_WIRE_VERSION_NBYTES]; /* of parent and worker must be the same */
    uint64_t input_nbytes;                /* of the whole file */
    uint64_t arena_nbytes;
    uint64_t cpu_us;     /* of one picture, at most */
    uint32_t npictures;  /* of one worker */
    uint32_t spin_us;    /* that a worker looks for a job before it sleeps */
    uint32_t is_checked; /* the worker must be confined */
    uint32_t is_prover;  /* the zygote tries whether every layer holds */
};

struct ki_wire_request {
    _Atomic uint32_t sequence;  /* futex; never 0 for a job */
    _Atomic uint32_t is_asleep; /* the parent, on the bell: it has to be woken */
    _Atomic uint64_t nready;    /* bytes of the next picture that are there already, for
                                   a worker that has nothing else to do; 0 once posted */
    uint64_t nbytes;
    _Atomic uint64_t narrived; /* of them: a worker may begin before all are there */
    _Atomic uint32_t npieces;  /* futex; in which they came */
    enum ki_format format;
    struct ki_picture_wish wish;
};

struct ki_wire_input {
    struct ki_wire_setup setup;
    struct ki_wire_request request;
};

struct ki_wire_pdq {
    uint32_t is_present;
    uint32_t quality;
    uint32_t is_degenerate;
    struct ki_pdq hashes[KI_NTRANSFORMS];
};

struct ki_wire_result {
    uint32_t reason;
    uint32_t width;
    uint32_t height;
    uint32_t nchannels;
    uint32_t nwarnings;
    uint32_t nframes;
    uint32_t needs_whole;
    uint32_t fidelity;
    uint32_t scale;
    uint32_t is_last; /* this worker ends now */
    struct ki_wire_pdq pdq[KI_NMODES];
};

struct ki_wire_answer {
    _Atomic uint32_t done; /* sequence number of the request that was answered; or 0 */
    _Atomic uint32_t bell; /* futex */
    _Atomic uint32_t is_asleep; /* the worker: on the sequence number, or with a job in
                                   hand on the number of pieces */
    struct ki_wire_result result;
};

/* Workers are numbered 1, 2, …; at most one is alive. */
struct ki_wire_notice {
    _Atomic uint32_t nworkers; /* futex; forked so far */
    _Atomic uint32_t ndead;
    _Atomic uint32_t status; /* as waitpid tells it, of the one that died last */
};

/* The zygote's first message. */
struct ki_wire_greeting {
    char version[KI_WIRE_VERSION_NBYTES];
    uint32_t missing;               /* mask of enum ki_layer */
    char text[KI_WIRE_TEXT_NBYTES]; /* what is missing, or why it cannot start */
};

/* Asks the zygote to kill a worker, if that one still lives. */
struct ki_wire_kill {
    uint32_t worker;
};

_Static_assert(sizeof(struct ki_wire_input) <= KI_WIRE_PICTURE, "fits before it");
_Static_assert(sizeof(struct ki_wire_answer) <= KI_WIRE_PAGE_NBYTES, "one page");

#endif
