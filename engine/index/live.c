/* SPDX-License-Identifier: Apache-2.0 */
/* One thread watches MANIFEST; the current index is a pointer under a mutex that is
 * held for a few instructions only. Indexes that were replaced are closed by the same
 * thread once nobody uses them: unmapping a large one takes a while. */
#include <knownimage/live.h>

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/diag.h"
#include "index/generation.h"

enum { LOOK_EVERY_MS = 50, MOST_RETIRED = 64 };

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
    struct ki_index *current;
    struct ki_index *retired[MOST_RETIRED];
    size_t nretired;
};

const struct ki_index *ki_live_acquire(struct ki_live *live)
{
    (void)pthread_mutex_lock(&live->mutex);
    struct ki_index *index = live->current;
    atomic_fetch_add(&index->nusers, 1);
    (void)pthread_mutex_unlock(&live->mutex);
    return index;
}

void ki_live_release(struct ki_live *live, const struct ki_index *index)
{
    (void)live;
    union {
        const struct ki_index *in;
        struct ki_index *out; /* it was made by this file */
    } pointer = {.in = index};
    atomic_fetch_sub(&pointer.out->nusers, 1);
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

/* Only this thread adds to and takes from the retired ones. */
static void close_retired(struct ki_live *live)
{
    size_t nkept = 0;
    for (size_t i = 0; i < live->nretired; i++) {
        if (atomic_load(&live->retired[i]->nusers) == 0) {
            ki_index_close(live->retired[i]);
        } else {
            live->retired[nkept++] = live->retired[i];
        }
    }
    live->nretired = nkept;
}

/* With too many old generations still in use, the next one has to wait. */
static void follow(struct ki_live *live)
{
    struct stat now;
    close_retired(live);
    if (live->nretired == MOST_RETIRED || !has_changed(live, &now)) {
        return;
    }
    struct ki_index *next = NULL;
    struct ki_diag diag = {0};
    enum ki_status status =
        ki_generation_open(live->folder, live->current, &next, &diag);
    live->seen = now;
    (void)pthread_mutex_lock(&live->mutex);
    live->has_problem = status != KI_OK;
    live->problem = diag;
    if (status == KI_OK) {
        live->retired[live->nretired++] = live->current;
        live->current = next;
    }
    (void)pthread_mutex_unlock(&live->mutex);
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
    status = ki_generation_open(folder, NULL, &live->current, diag);
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
    for (size_t i = 0; i < live->nretired; i++) {
        ki_index_close(live->retired[i]);
    }
    ki_index_close(live->current);
    (void)pthread_cond_destroy(&live->wake);
    (void)pthread_mutex_destroy(&live->mutex);
    free(live);
}
