/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A slot as its parent sees it: a zygote with its one worker, and the memory they share
 * (wire.h). One picture at a time. For one thread.
 */
#ifndef KI_SANDBOX_SLOT_H
#define KI_SANDBOX_SLOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <knownimage/hash.h>

#include "sandbox/wire.h"

struct ki_slot_options {
    const char *worker; /* path of the program */
    uint64_t file_nbytes;
    uint64_t memory_nbytes;
    uint64_t cpu_us;
    uint32_t npictures;
    uint32_t spin_us;
    bool is_unsafe;
    bool is_prover; /* its zygote proves the confinement, for all that are like it */
};

struct ki_slot {
    struct ki_slot_options options;
    int control; /* to the zygote; -1: none runs */
    pid_t zygote;
    int input_fd; /* read-only; for the next zygote, should this one die */
    int answer_fd;
    int notice_fd;
    struct ki_wire_input *input;
    uint8_t *bytes; /* of the picture: room for file_nbytes and one more */
    struct ki_wire_answer *answer;
    const struct ki_wire_notice *notice;
    uint32_t sequence;
    uint32_t idle_done; /* answer->done while no job was answered since */
    uint32_t worker;    /* number of the worker that jobs go to; 0: none yet */
    uint32_t njobs;     /* that it was given */
    bool is_spent;      /* it gets no more */
    uint64_t posted_us; /* the job at hand */
    uint64_t begin_us;  /* when all of it was there */
    uint64_t pace;      /* us for 2^20 bytes, of the quicker jobs before; 0: not known */
    unsigned missing;   /* layers of the confinement */
};

/* Starts a zygote; ki_slot_greet waits until it is confined, and has proven it if that
 * is its part: several can do so at once. After a failure there is nothing to end. */
KI_MUST_CHECK enum ki_status ki_slot_begin(struct ki_slot *slot,
                                           const struct ki_slot_options *options,
                                           struct ki_diag *diag);
KI_MUST_CHECK enum ki_status ki_slot_greet(struct ki_slot *slot, struct ki_diag *diag);
void ki_slot_end(struct ki_slot *slot);

/* Wakes the worker ahead of the picture that is about to be read into slot->bytes. */
void ki_slot_rouse(const struct ki_slot *slot);

/* Hands the picture of nbytes in slot->bytes to the worker. False if there is none to
 * be had. If only the first narrived of them are there, ki_slot_arrive tells of each
 * more, to the last, before ki_slot_wait; or else ki_slot_discard. */
bool ki_slot_post(struct ki_slot *slot, const struct ki_picture_wish *wish,
                  enum ki_format format, size_t nbytes, size_t narrived);
void ki_slot_arrive(struct ki_slot *slot, size_t narrived);

/* Waits for its result and copies it, once. NONE, or why there is none: LIMIT_TIME,
 * DECODER_CRASHED, DECODER_MISBEHAVED. */
enum ki_reason ki_slot_wait(struct ki_slot *slot, uint64_t wall_us,
                            struct ki_wire_result *result);

/* The worker gets no more jobs and is killed. */
void ki_slot_discard(struct ki_slot *slot);

/* Wipes the first nbytes of the picture; memory over keep_nbytes is given back. */
void ki_slot_wipe(struct ki_slot *slot, size_t nbytes, size_t keep_nbytes);

#endif
