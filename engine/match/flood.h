/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The flood guard: an entry that suddenly hits much of the traffic is more likely a bad
 * entry (a template, a poisoned list) than a thousand copies of one picture. It counts
 * hits by entry over the last `window` pictures; nothing of pictures without hits but
 * their number, so that they cost one atomic addition and no lock.
 *
 * Memory is fixed: the last KI_FLOOD_NEVENTS hits are remembered. If the window holds
 * more than that, older ones are forgotten and the window is shorter accordingly.
 */
#ifndef KI_MATCH_FLOOD_H
#define KI_MATCH_FLOOD_H

#include <knownimage/policy.h>

enum {
    KI_FLOOD_WINDOW_MIN = 100,
    KI_FLOOD_WINDOW_MAX = 10000000,
    KI_FLOOD_NEVENTS = 65536,
    KI_FLOOD_NKEPT = 64 /* floods told apart */
};

/* An entry floods once it hit at least `minimum` of the pictures in the window, and
 * more than `share` millionths of them. */
struct ki_flood_limits {
    uint64_t window; /* pictures */
    uint64_t share;
    uint64_t minimum;
};

struct ki_flood_guard;
struct ki_flood_guard *ki_flood_guard_create(const struct ki_flood_limits *limits);
void ki_flood_guard_destroy(struct ki_flood_guard *guard); /* NULL is allowed */

/* Counts one picture with its settled hits, marking those whose entries flood. Hits of
 * lists of purpose match count, once per entry; those after the 1,024th are marked as
 * it is. */
void ki_flood_guard_count(struct ki_flood_guard *guard, struct ki_hits *hits);

/* As ki_policy_floods. */
size_t ki_flood_guard_list(struct ki_flood_guard *guard, struct ki_flood *out,
                           size_t capacity);

#endif
