/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/queue.h"

#include <stdlib.h>
#include <string.h>

bool ki_queue_begin(struct ki_queue *queue, size_t capacity)
{
    memset(queue, 0, sizeof *queue);
    queue->capacity = capacity;
    queue->jobs = calloc(capacity, sizeof *queue->jobs);
    if (!queue->jobs) {
        return false;
    }
    if (pthread_mutex_init(&queue->mutex, NULL) != 0) {
        free(queue->jobs);
        return false;
    }
    if (pthread_cond_init(&queue->changed, NULL) != 0) {
        (void)pthread_mutex_destroy(&queue->mutex);
        free(queue->jobs);
        return false;
    }
    return true;
}

void ki_queue_end(struct ki_queue *queue)
{
    for (size_t i = 0; i < queue->capacity; i++) {
        ki_pathbuf_free(&queue->jobs[i].path);
    }
    free(queue->jobs);
    (void)pthread_cond_destroy(&queue->changed);
    (void)pthread_mutex_destroy(&queue->mutex);
}

static void exchange(struct ki_job *a, struct ki_job *b)
{
    struct ki_job old = *a;
    *a = *b;
    *b = old;
}

bool ki_queue_push(struct ki_queue *queue, struct ki_job *job)
{
    (void)pthread_mutex_lock(&queue->mutex);
    while (queue->count == queue->capacity && !queue->is_closed) {
        (void)pthread_cond_wait(&queue->changed, &queue->mutex);
    }
    bool is_open = !queue->is_closed;
    if (is_open) {
        exchange(&queue->jobs[(queue->head + queue->count) % queue->capacity], job);
        queue->count++;
        (void)pthread_cond_broadcast(&queue->changed);
    }
    (void)pthread_mutex_unlock(&queue->mutex);
    return is_open;
}

bool ki_queue_pop(struct ki_queue *queue, struct ki_job *job, bool waits)
{
    (void)pthread_mutex_lock(&queue->mutex);
    while (queue->count == 0 && !queue->is_closed && waits) {
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
