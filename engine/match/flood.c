/* SPDX-License-Identifier: Apache-2.0 */
#include "match/flood.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <xxhash.h>

enum { NSLOTS = 2 * KI_FLOOD_NEVENTS, MOST_HITS = 1024, PER_MILLION = 1000000 };

/* One picture hit one entry. */
struct event {
    uint64_t picture; /* counted from 0 */
    uint64_t key;     /* of the entry */
};

/* Hits of one entry among the events; count 0: free. */
struct slot {
    uint64_t key;
    uint64_t count;
};

struct kept {
    uint64_t key;
    struct ki_flood flood;
};

struct ki_flood_guard {
    struct ki_flood_limits limits;
    uint64_t seed; /* so that no list can be made to collide */
    atomic_uint_fast64_t npictures;
    pthread_mutex_t mutex; /* for all below */
    size_t oldest;         /* in events, a ring */
    size_t nevents;
    uint64_t begin; /* first picture whose hits are all remembered */
    size_t nkept;
    struct kept kept[KI_FLOOD_NKEPT];
    struct event events[KI_FLOOD_NEVENTS];
    struct slot slots[NSLOTS]; /* open addressing, at most half full */
};

struct ki_flood_guard *ki_flood_guard_create(const struct ki_flood_limits *limits)
{
    struct ki_flood_guard *guard = calloc(1, sizeof *guard);
    if (!guard) {
        return NULL;
    }
    if (pthread_mutex_init(&guard->mutex, NULL) != 0) {
        free(guard);
        return NULL;
    }
    guard->limits = *limits;
    if (getrandom(&guard->seed, sizeof guard->seed, GRND_NONBLOCK) < 0) {
        guard->seed = (uint64_t)(uintptr_t)guard;
    }
    return guard;
}

void ki_flood_guard_destroy(struct ki_flood_guard *guard)
{
    if (guard) {
        (void)pthread_mutex_destroy(&guard->mutex);
        free(guard);
    }
}

static uint64_t key_of(const struct ki_flood_guard *guard, const struct ki_hit *hit)
{
    uint64_t list =
        XXH3_64bits_withSeed(hit->list->name, strlen(hit->list->name), guard->seed);
    return XXH3_64bits_withSeed(hit->entry, strlen(hit->entry), list);
}

static size_t home_of(uint64_t key)
{
    return (size_t)(key % NSLOTS);
}

/* The slot of the key, or the free one where it belongs. */
static struct slot *find_slot(struct ki_flood_guard *guard, uint64_t key)
{
    size_t i = home_of(key);
    while (guard->slots[i].count > 0 && guard->slots[i].key != key) {
        i = (i + 1) % NSLOTS;
    }
    return &guard->slots[i];
}

/* Frees a slot and moves those after it that it kept from their place. */
static void free_slot(struct ki_flood_guard *guard, size_t hole)
{
    guard->slots[hole].count = 0;
    for (size_t i = (hole + 1) % NSLOTS; guard->slots[i].count > 0;
         i = (i + 1) % NSLOTS) {
        size_t home = home_of(guard->slots[i].key);
        size_t to_hole = (hole - home + NSLOTS) % NSLOTS;
        size_t to_here = (i - home + NSLOTS) % NSLOTS;
        if (to_hole < to_here) {
            guard->slots[hole] = guard->slots[i];
            guard->slots[i].count = 0;
            hole = i;
        }
    }
}

static void forget_oldest(struct ki_flood_guard *guard)
{
    struct slot *slot = find_slot(guard, guard->events[guard->oldest].key);
    if (--slot->count == 0) {
        free_slot(guard, (size_t)(slot - guard->slots));
    }
    guard->oldest = (guard->oldest + 1) % KI_FLOOD_NEVENTS;
    guard->nevents--;
}

static void forget_before(struct ki_flood_guard *guard, uint64_t begin)
{
    while (guard->nevents > 0 && guard->events[guard->oldest].picture < begin) {
        forget_oldest(guard);
    }
    guard->begin = begin > guard->begin ? begin : guard->begin;
}

/* Returns the hits of the entry within the window. */
static uint64_t add_event(struct ki_flood_guard *guard, uint64_t picture, uint64_t key)
{
    if (guard->nevents == KI_FLOOD_NEVENTS) {
        uint64_t cut = guard->events[guard->oldest].picture + 1;
        forget_oldest(guard);
        guard->begin = cut > guard->begin ? cut : guard->begin;
    }
    size_t i = (guard->oldest + guard->nevents++) % KI_FLOOD_NEVENTS;
    guard->events[i] = (struct event){picture, key};
    struct slot *slot = find_slot(guard, key);
    slot->key = key;
    return ++slot->count;
}

static void keep(struct ki_flood_guard *guard, uint64_t key, uint64_t nhits,
                 const struct ki_hit *hit)
{
    size_t i = 0;
    while (i < guard->nkept && guard->kept[i].key != key) {
        i++;
    }
    if (i == KI_FLOOD_NKEPT) {
        return;
    }
    struct ki_flood *flood = &guard->kept[i].flood;
    if (i == guard->nkept) {
        guard->nkept++;
        guard->kept[i].key = key;
        (void)snprintf(flood->list, sizeof flood->list, "%s", hit->list->name);
        (void)snprintf(flood->entry, sizeof flood->entry, "%s", hit->entry);
    }
    flood->npictures++;
    flood->nhits_most = nhits > flood->nhits_most ? nhits : flood->nhits_most;
}

/* Whether so many hits, of the pictures from begin to this one, are too many. */
static bool is_flood(const struct ki_flood_guard *guard, uint64_t picture,
                     uint64_t nhits)
{
    uint64_t npictures = picture >= guard->begin ? picture - guard->begin + 1 : 1;
    return nhits >= guard->limits.minimum &&
           nhits * PER_MILLION > guard->limits.share * npictures;
}

static bool is_same_entry(const struct ki_hit *a, const struct ki_hit *b)
{
    return a->list == b->list && strcmp(a->entry, b->entry) == 0;
}

/* An entry may hit by several kinds: the first of these hits counts for all. Settled
 * hits of one entry need not stand together. */
static const struct ki_hit *first_of(const struct ki_hits *hits, size_t i)
{
    for (size_t j = 0; j < i; j++) {
        if (hits->items[j].kind != hits->items[i].kind &&
            is_same_entry(&hits->items[j], &hits->items[i])) {
            return &hits->items[j];
        }
    }
    return NULL;
}

static void count_hits(struct ki_flood_guard *guard, uint64_t picture,
                       struct ki_hits *hits)
{
    size_t nhits = hits->nhits < MOST_HITS ? hits->nhits : MOST_HITS;
    for (size_t i = 0; i < nhits; i++) {
        struct ki_hit *hit = &hits->items[i];
        const struct ki_hit *first = first_of(hits, i);
        if (hit->list->purpose != KI_PURPOSE_MATCH) {
            continue;
        }
        if (first) {
            hit->is_flooding = first->is_flooding;
            continue;
        }
        uint64_t key = key_of(guard, hit);
        uint64_t count = add_event(guard, picture, key);
        hit->is_flooding = is_flood(guard, picture, count);
        if (hit->is_flooding) {
            keep(guard, key, count, hit);
        }
    }
    for (size_t i = nhits; i < hits->nhits; i++) { /* as the last that was counted */
        hits->items[i].is_flooding = hits->items[nhits - 1].is_flooding;
    }
}

void ki_flood_guard_count(struct ki_flood_guard *guard, struct ki_hits *hits)
{
    uint64_t picture = atomic_fetch_add(&guard->npictures, 1);
    if (hits->nhits == 0) {
        return;
    }
    uint64_t window = guard->limits.window;
    (void)pthread_mutex_lock(&guard->mutex);
    forget_before(guard, picture + 1 > window ? picture + 1 - window : 0);
    count_hits(guard, picture, hits);
    (void)pthread_mutex_unlock(&guard->mutex);
}

size_t ki_flood_guard_list(struct ki_flood_guard *guard, struct ki_flood *out,
                           size_t capacity)
{
    (void)pthread_mutex_lock(&guard->mutex);
    size_t nkept = guard->nkept;
    for (size_t i = 0; i < nkept && i < capacity; i++) {
        out[i] = guard->kept[i].flood;
    }
    (void)pthread_mutex_unlock(&guard->mutex);
    return nkept;
}
