/* SPDX-License-Identifier: Apache-2.0 */
/* A bounded queue of files, from the thread that walks to the threads that scan. */
#ifndef KI_SCAN_QUEUE_H
#define KI_SCAN_QUEUE_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/pathbuf.h"

/* One file to scan, or one path that failed already (os_error ≠ 0). */
struct ki_job {
    struct ki_pathbuf path;
    bool is_named;
    int os_error;
    uint64_t sequence;
};

struct ki_queue {
    struct ki_job *jobs; /* ring */
    size_t capacity;
    size_t count;
    size_t head;
    bool is_closed;
    pthread_mutex_t mutex;
    pthread_cond_t changed;
};

/* False if memory ran out. */
bool ki_queue_begin(struct ki_queue *queue, size_t capacity);
void ki_queue_end(struct ki_queue *queue);

/* Waits for room; false if the queue was closed. *job gets another job's path in
 * exchange for its own, to be used again or freed. */
bool ki_queue_push(struct ki_queue *queue, struct ki_job *job);

/* Waits for a job; false when the queue is closed and empty, or without waiting, when
 * it is empty. Exchanges paths too. */
bool ki_queue_pop(struct ki_queue *queue, struct ki_job *job, bool waits);

/* No more jobs; with discard, those in the queue are dropped too. */
void ki_queue_close(struct ki_queue *queue, bool discard);

#endif
