/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Results from many threads to one handler, one at a time; in the order of their
 * sequence numbers if that is asked for.
 */
#ifndef KI_SCAN_DELIVER_H
#define KI_SCAN_DELIVER_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include <knownimage/scan.h>

#include "base/pathbuf.h"

/* A result that waits for earlier ones: a copy with its own hits and path, in memory
 * that the next one in this place uses again. */
struct ki_waiting {
    bool is_full;
    struct ki_pathbuf path;
    struct ki_result result;
    struct ki_hit *hits;
    size_t hits_capacity;
};

struct ki_delivery {
    const struct ki_scan_handlers *handlers;
    struct ki_scan_summary *summary;
    bool ordered;
    uint64_t next;              /* sequence number to be delivered next, if ordered */
    struct ki_waiting *waiting; /* ring of window places, if ordered */
    size_t window;
    bool has_failed; /* memory ran out: the scan must end */
    pthread_mutex_t mutex;
    pthread_cond_t moved; /* next went on */
};

/* False if memory ran out. */
bool ki_delivery_begin(struct ki_delivery *delivery,
                       const struct ki_scan_handlers *handlers,
                       struct ki_scan_summary *summary, bool ordered, size_t window);
void ki_delivery_end(struct ki_delivery *delivery);

/* Hands one result over. In order, waits until its place in the window is free; the
 * results before it, all of which other threads are at work on, free it. False if
 * memory ran out and the scan must end. */
bool ki_deliver(struct ki_delivery *delivery, uint64_t sequence, const char *path,
                const struct ki_result *result);

#endif
