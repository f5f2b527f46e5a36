/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A bounded queue of files, from the thread that walks to the threads that scan. While
 * it is full, who walks reads the files that come next into the queue's buffers, of
 * what is in the page cache: scanning meets bytes in memory. Who scans reads what
 * nobody has read, so that with more threads than one can read for, the others read for
 * themselves.
 */
#ifndef KI_SCAN_QUEUE_H
#define KI_SCAN_QUEUE_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/pathbuf.h"
#include "scan/read_ahead.h"

enum ki_job_state {
    KI_JOB_UNREAD,
    KI_JOB_IN_READING,
    KI_JOB_READ,
    KI_JOB_LEFT /* not to be read ahead */
};

/* One file to scan, or one path that failed already (os_error ≠ 0). */
struct ki_job {
    struct ki_pathbuf path;
    bool is_named;
    int os_error;
    uint64_t sequence;
    enum ki_job_state state;
    struct ki_read *read; /* of KI_JOB_READ: the queue's, until it is released */
};

/* How files are read ahead; false: not this one. read NULL: none is. */
struct ki_queue_reader {
    bool (*read)(void *context, const struct ki_job *job, struct ki_read *out);
    void *context;
};

struct ki_queue {
    struct ki_job *jobs; /* ring */
    size_t capacity;
    size_t count;
    size_t head;
    bool is_closed;
    struct ki_queue_reader reader;
    struct ki_read *reads;
    size_t nreads;
    size_t npoppers;
    pthread_mutex_t mutex;
    pthread_cond_t changed;
};

/* For npoppers threads, with two buffers for each if files are read ahead. False if
 * memory ran out. */
bool ki_queue_begin(struct ki_queue *queue, size_t capacity,
                    const struct ki_queue_reader *reader, size_t npoppers);
void ki_queue_end(struct ki_queue *queue);

/* Waits for room, reading meanwhile; false if the queue was closed. *job gets another
 * job's path in exchange for its own, to be used again or freed. */
bool ki_queue_push(struct ki_queue *queue, struct ki_job *job);

/* Waits for a job; false when the queue is closed and empty, or without waiting, when
 * it is empty. One that is being read is waited for. Exchanges paths too. */
bool ki_queue_pop(struct ki_queue *queue, struct ki_job *job, bool waits);

/* What was read of a job is done with. Once for each job popped. */
void ki_queue_release(struct ki_queue *queue, struct ki_job *job);

/* No more jobs; with discard, those in the queue are dropped too. */
void ki_queue_close(struct ki_queue *queue, bool discard);

#endif
