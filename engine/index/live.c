/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One thread watches MANIFEST, opens what is new and closes what nobody uses any more:
 * unmapping a large index takes a while.
 *
 * Those who look up take no lock, so that none of them waits for one that was put off
 * the processor. The word `current` is the place of the current index in `places` and
 * how often it was acquired: one atomic addition acquires. Releases are counted in the
 * index. One that was replaced, whose last count of acquisitions the exchange of the
 * word told, is out of use when as many released it.
 */
#include <knownimage/live.h>

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/diag.h"
#include "base/turns.h"
#include "index/generation.h"

enum {
    LOOK_EVERY_MS = 50,
    NPLACES = 64,
    PLACE_SHIFT = 56 /* 2^56 acquisitions of one generation: 200 years at 10 M/s */
};

struct place {
    struct ki_index *index; /* NULL: free */
    bool is_retired;
    uint64_t nacquired; /* in all, of one that is retired */
};

struct ki_live {
    char folder[KI_PATH_NBYTES];
    char manifest_path[KI_PATH_NBYTES];
    struct stat seen; /* MANIFEST, as it was when last opened */
    pthread_t thread;
    bool has_thread;
    pthread_mutex_t mutex; /* of what follows */
    pthread_cond_t wake;
    bool is_ending;
    bool has_problem;
    struct ki_diag problem;
    _Atomic uint64_t current;     /* place << PLACE_SHIFT | acquisitions */
    struct place places[NPLACES]; /* changed by the thread only */
};

static size_t place_of(uint64_t word)
{
    return (size_t)(word >> PLACE_SHIFT);
}

static struct ki_index *current_index(struct ki_live *live)
{
    return live->places[place_of(atomic_load(&live->current))].index;
}

const struct ki_index *ki_live_acquire(struct ki_live *live)
{
    return live->places[place_of(atomic_fetch_add(&live->current, 1))].index;
}

void ki_live_release(struct ki_live *live, const struct ki_index *index)
{
    (void)live;
    union {
        const struct ki_index *in;
        struct ki_index *out; /* it was made by this file */
    } pointer = {.in = index};
    atomic_fetch_add(&pointer.out->nreleased, 1);
}

bool ki_live_problem(struct ki_live *live, struct ki_diag *diag)
{
    (void)pthread_mutex_lock(&live->mutex);
    bool has_problem = live->has_problem;
    if (has_problem && diag) {
        *diag = live->problem;
    }
    (void)pthread_mutex_unlock(&live->mutex);
    return has_problem;
}

/* A replaced MANIFEST is another file. */
static bool has_changed(const struct ki_live *live, struct stat *now)
{
    return stat(live->manifest_path, now) == 0 &&
           (now->st_ino != live->seen.st_ino || now->st_size != live->seen.st_size ||
            now->st_mtim.tv_sec != live->seen.st_mtim.tv_sec ||
            now->st_mtim.tv_nsec != live->seen.st_mtim.tv_nsec);
}

static void close_retired(struct ki_live *live)
{
    for (size_t i = 0; i < NPLACES; i++) {
        struct place *place = &live->places[i];
        if (place->is_retired &&
            atomic_load(&place->index->nreleased) == place->nacquired) {
            ki_index_close(place->index);
            *place = (struct place){0};
        }
    }
}

/* NPLACES if there is none. */
static size_t find_free_place(const struct ki_live *live)
{
    size_t i = 0;
    while (i < NPLACES && live->places[i].index) {
        i++;
    }
    return i;
}

static void replace_current(struct ki_live *live, size_t i, struct ki_index *next)
{
    live->places[i].index = next;
    uint64_t before = atomic_exchange(&live->current, (uint64_t)i << PLACE_SHIFT);
    struct place *old = &live->places[place_of(before)];
    old->nacquired = before & (((uint64_t)1 << PLACE_SHIFT) - 1);
    old->is_retired = true;
}

static void tell_problem(struct ki_live *live, bool has_problem,
                         const struct ki_diag *diag)
{
    (void)pthread_mutex_lock(&live->mutex);
    live->has_problem = has_problem;
    live->problem = *diag;
    (void)pthread_mutex_unlock(&live->mutex);
}

/* With too many old generations still in use, the next one has to wait. */
static void follow(struct ki_live *live)
{
    struct stat now;
    close_retired(live);
    size_t i = find_free_place(live);
    if (i == NPLACES || !has_changed(live, &now)) {
        return;
    }
    struct ki_index *next = NULL;
    struct ki_diag diag = {0};
    enum ki_status status =
        ki_generation_open(live->folder, current_index(live), &next, &diag);
    live->seen = now;
    tell_problem(live, status != KI_OK, &diag);
    if (status == KI_OK) {
        replace_current(live, i, next);
    }
}

/* Waits for the next look; false if it is time to end. */
static bool wait_for_look(struct ki_live *live)
{
    struct timespec until;
    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += LOOK_EVERY_MS * 1000000L;
    until.tv_sec += until.tv_nsec / 1000000000L;
    until.tv_nsec %= 1000000000L;
    (void)pthread_mutex_lock(&live->mutex);
    int result = 0;
    while (!live->is_ending && result != ETIMEDOUT) {
        result = pthread_cond_timedwait(&live->wake, &live->mutex, &until);
    }
    bool is_ending = live->is_ending;
    (void)pthread_mutex_unlock(&live->mutex);
    return !is_ending;
}

static void *run(void *context)
{
    struct ki_live *live = context;
    ki_take_short_turns();
    while (wait_for_look(live)) {
        follow(live);
    }
    return NULL;
}

static bool make_condition(pthread_cond_t *condition)
{
    pthread_condattr_t attributes;
    if (pthread_condattr_init(&attributes) != 0) {
        return false;
    }
    bool is_good = pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC) == 0 &&
                   pthread_cond_init(condition, &attributes) == 0;
    (void)pthread_condattr_destroy(&attributes);
    return is_good;
}

static enum ki_status begin(struct ki_live *live, const char *folder,
                            struct ki_diag *diag)
{
    enum ki_status status =
        ki_path_join(folder, KI_MANIFEST_NAME, live->manifest_path, diag);
    if (status != KI_OK) {
        return status;
    }
    memcpy(live->folder, folder, strlen(folder) + 1);
    /* Looked at first: one that comes in between is then opened again. */
    (void)stat(live->manifest_path, &live->seen);
    status = ki_generation_open(folder, NULL, &live->places[0].index, diag);
    if (status != KI_OK) {
        return status;
    }
    live->has_thread = pthread_create(&live->thread, NULL, run, live) == 0;
    return live->has_thread ? KI_OK
                            : ki_diag_set(diag, KI_ERR_NO_MEMORY,
                                          "cannot start a thread to follow the index");
}

enum ki_status ki_live_open(const char *folder, struct ki_live **out,
                            struct ki_diag *diag)
{
    struct ki_live *live = calloc(1, sizeof *live);
    if (!live) {
        return ki_diag_set(diag, KI_ERR_NO_MEMORY, "no memory for an index");
    }
    if (pthread_mutex_init(&live->mutex, NULL) != 0 || !make_condition(&live->wake)) {
        free(live);
        return ki_diag_set(diag, KI_ERR_NO_MEMORY, "no memory for an index");
    }
    enum ki_status status = begin(live, folder, diag);
    if (status != KI_OK) {
        ki_live_close(live);
        return status;
    }
    *out = live;
    return KI_OK;
}

void ki_live_close(struct ki_live *live)
{
    if (!live) {
        return;
    }
    (void)pthread_mutex_lock(&live->mutex);
    live->is_ending = true;
    (void)pthread_cond_signal(&live->wake);
    (void)pthread_mutex_unlock(&live->mutex);
    if (live->has_thread) {
        (void)pthread_join(live->thread, NULL);
    }
    for (size_t i = 0; i < NPLACES; i++) {
        ki_index_close(live->places[i].index);
    }
    (void)pthread_cond_destroy(&live->wake);
    (void)pthread_mutex_destroy(&live->mutex);
    free(live);
}
