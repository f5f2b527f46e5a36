/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/deliver.h"

#include <stdlib.h>
#include <string.h>

#include "base/checked.h"

bool ki_delivery_begin(struct ki_delivery *delivery,
                       const struct ki_scan_handlers *handlers,
                       struct ki_scan_summary *summary, bool ordered, size_t window)
{
    memset(delivery, 0, sizeof *delivery);
    delivery->handlers = handlers;
    delivery->summary = summary;
    delivery->ordered = ordered;
    delivery->window = window;
    delivery->waiting = calloc(window, sizeof *delivery->waiting);
    if (!delivery->waiting) {
        return false;
    }
    if (pthread_mutex_init(&delivery->mutex, NULL) != 0) {
        free(delivery->waiting);
        return false;
    }
    if (pthread_cond_init(&delivery->moved, NULL) != 0) {
        (void)pthread_mutex_destroy(&delivery->mutex);
        free(delivery->waiting);
        return false;
    }
    return true;
}

static void waiting_free(struct ki_waiting *waiting)
{
    ki_pathbuf_free(&waiting->path);
    free(waiting->hits);
    memset(waiting, 0, sizeof *waiting);
}

void ki_delivery_end(struct ki_delivery *delivery)
{
    for (size_t i = 0; i < delivery->window; i++) {
        waiting_free(&delivery->waiting[i]);
    }
    free(delivery->waiting);
    (void)pthread_cond_destroy(&delivery->moved);
    (void)pthread_mutex_destroy(&delivery->mutex);
}

/* With the mutex held. */
static void deliver_now(struct ki_delivery *delivery, const char *path,
                        const struct ki_result *result)
{
    struct ki_scan_summary *summary = delivery->summary;
    summary->nfiles++;
    summary->nbytes += result->info.nbytes;
    summary->nverdicts[result->verdict]++;
    summary->nreasons[result->reason]++;
    for (unsigned i = 0; i < KI_NDEMOTIONS; i++) {
        summary->ndemoted[i] += result->demoted >> i & 1;
    }
    summary->nhandlings[result->handling] += result->verdict == KI_VERDICT_NOT_EXAMINED;
    delivery->handlers->on_result(delivery->handlers->context, path, result);
}

/* A copy that outlives the scanner's next input. */
static bool keep(struct ki_waiting *waiting, const char *path,
                 const struct ki_result *result)
{
    void *hits = waiting->hits;
    waiting->is_full = ki_pathbuf_set(&waiting->path, path) &&
                       ki_array_reserve(&hits, &waiting->hits_capacity, result->nhits,
                                        sizeof *waiting->hits);
    waiting->hits = hits;
    waiting->result = *result;
    waiting->result.hits = waiting->hits;
    if (waiting->is_full && result->nhits > 0) {
        memcpy(waiting->hits, result->hits, result->nhits * sizeof *waiting->hits);
    }
    return waiting->is_full;
}

/* With the mutex held: everything that no earlier result keeps back. */
static void deliver_waiting(struct ki_delivery *delivery)
{
    for (;;) {
        struct ki_waiting *waiting =
            &delivery->waiting[delivery->next % delivery->window];
        if (!waiting->is_full) {
            return;
        }
        deliver_now(delivery, waiting->path.text, &waiting->result);
        waiting->is_full = false;
        delivery->next++;
    }
}

static void deliver_ordered(struct ki_delivery *delivery, uint64_t sequence,
                            const char *path, const struct ki_result *result)
{
    while (sequence >= delivery->next + delivery->window && !delivery->has_failed) {
        (void)pthread_cond_wait(&delivery->moved, &delivery->mutex);
    }
    if (delivery->has_failed) {
        return;
    }
    if (sequence == delivery->next) {
        deliver_now(delivery, path, result);
        delivery->next++;
        deliver_waiting(delivery);
        (void)pthread_cond_broadcast(&delivery->moved);
    } else if (!keep(&delivery->waiting[sequence % delivery->window], path, result)) {
        delivery->has_failed = true;
        (void)pthread_cond_broadcast(&delivery->moved);
    }
}

bool ki_deliver(struct ki_delivery *delivery, uint64_t sequence, const char *path,
                const struct ki_result *result)
{
    (void)pthread_mutex_lock(&delivery->mutex);
    if (delivery->ordered) {
        deliver_ordered(delivery, sequence, path, result);
    } else {
        deliver_now(delivery, path, result);
    }
    bool is_good = !delivery->has_failed;
    (void)pthread_mutex_unlock(&delivery->mutex);
    return is_good;
}
