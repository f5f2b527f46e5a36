/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/queue.h"

#include <stdlib.h>
#include <string.h>

enum { READS_PER_POPPER = 2 }; /* what a thread is at, and what comes next */

static bool begin_locks(struct ki_queue *queue)
{
    if (pthread_mutex_init(&queue->mutex, NULL) != 0) {
        return false;
    }
    if (pthread_cond_init(&queue->changed, NULL) != 0) {
        (void)pthread_mutex_destroy(&queue->mutex);
        return false;
    }
    return true;
}

bool ki_queue_begin(struct ki_queue *queue, size_t capacity,
                    const struct ki_queue_reader *reader, size_t npoppers)
{
    memset(queue, 0, sizeof *queue);
    queue->capacity = capacity;
    queue->reader = *reader;
    queue->npoppers = npoppers;
    queue->nreads = reader->read ? READS_PER_POPPER * npoppers : 0;
    queue->jobs = calloc(capacity, sizeof *queue->jobs);
    queue->reads = calloc(queue->nreads + 1, sizeof *queue->reads);
    if (!queue->jobs || !queue->reads || !begin_locks(queue)) {
        free(queue->jobs);
        free(queue->reads);
        return false;
    }
    return true;
}

void ki_queue_end(struct ki_queue *queue)
{
    for (size_t i = 0; i < queue->capacity; i++) {
        ki_pathbuf_free(&queue->jobs[i].path);
    }
    for (size_t i = 0; i < queue->nreads; i++) {
        ki_read_free(&queue->reads[i]);
    }
    free(queue->jobs);
    free(queue->reads);
    (void)pthread_cond_destroy(&queue->changed);
    (void)pthread_mutex_destroy(&queue->mutex);
}

static void exchange(struct ki_job *a, struct ki_job *b)
{
    struct ki_job old = *a;
    *a = *b;
    *b = old;
}

static struct ki_job *job_at(const struct ki_queue *queue, size_t i)
{
    return &queue->jobs[(queue->head + i) % queue->capacity];
}

/* Who scans may be about to take the first ones: none of several waits for one that
 * another would read. */
static struct ki_job *next_unread(const struct ki_queue *queue)
{
    size_t first = queue->npoppers > 1 ? queue->npoppers : 0;
    for (size_t i = first; i < queue->count; i++) {
        if (job_at(queue, i)->state == KI_JOB_UNREAD) {
            return job_at(queue, i);
        }
    }
    return NULL;
}

static struct ki_read *free_buffer(const struct ki_queue *queue)
{
    for (size_t i = 0; i < queue->nreads; i++) {
        if (!queue->reads[i].is_taken) {
            return &queue->reads[i];
        }
    }
    return NULL;
}

/* Without the lock meanwhile: the job stays where it is until it is read. False if
 * there is nothing to read or no buffer for it. */
static bool read_one(struct ki_queue *queue)
{
    struct ki_read *read = free_buffer(queue);
    struct ki_job *job = read ? next_unread(queue) : NULL;
    if (!job) {
        return false;
    }
    job->state = KI_JOB_IN_READING;
    (void)pthread_mutex_unlock(&queue->mutex);
    bool is_read = queue->reader.read(queue->reader.context, job, read);
    (void)pthread_mutex_lock(&queue->mutex);
    job->state = is_read ? KI_JOB_READ : KI_JOB_LEFT;
    job->read = is_read ? read : NULL;
    read->is_taken = is_read;
    (void)pthread_cond_broadcast(&queue->changed);
    return true;
}

bool ki_queue_push(struct ki_queue *queue, struct ki_job *job)
{
    (void)pthread_mutex_lock(&queue->mutex);
    while (queue->count == queue->capacity && !queue->is_closed) {
        if (!read_one(queue)) {
            (void)pthread_cond_wait(&queue->changed, &queue->mutex);
        }
    }
    bool is_open = !queue->is_closed;
    if (is_open) {
        exchange(job_at(queue, queue->count), job);
        queue->count++;
        (void)pthread_cond_broadcast(&queue->changed);
    }
    (void)pthread_mutex_unlock(&queue->mutex);
    return is_open;
}

static bool has_to_wait(const struct ki_queue *queue, bool waits)
{
    return queue->count > 0 ? job_at(queue, 0)->state == KI_JOB_IN_READING
                            : !queue->is_closed && waits;
}

bool ki_queue_pop(struct ki_queue *queue, struct ki_job *job, bool waits)
{
    (void)pthread_mutex_lock(&queue->mutex);
    while (has_to_wait(queue, waits)) {
        (void)pthread_cond_wait(&queue->changed, &queue->mutex);
    }
    bool has_job = queue->count > 0;
    if (has_job) {
        exchange(&queue->jobs[queue->head], job);
        queue->head = (queue->head + 1) % queue->capacity;
        queue->count--;
        (void)pthread_cond_broadcast(&queue->changed);
    }
    (void)pthread_mutex_unlock(&queue->mutex);
    return has_job;
}

void ki_queue_release(struct ki_queue *queue, struct ki_job *job)
{
    if (job->read) {
        ki_read_reset(job->read);
        (void)pthread_mutex_lock(&queue->mutex);
        job->read->is_taken = false;
        (void)pthread_cond_broadcast(&queue->changed);
        (void)pthread_mutex_unlock(&queue->mutex);
        job->read = NULL;
    }
}

void ki_queue_close(struct ki_queue *queue, bool discard)
{
    (void)pthread_mutex_lock(&queue->mutex);
    queue->is_closed = true;
    if (discard) {
        queue->count = 0;
    }
    (void)pthread_cond_broadcast(&queue->changed);
    (void)pthread_mutex_unlock(&queue->mutex);
}
