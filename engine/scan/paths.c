/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files and folders in parallel: the calling thread walks, njobs threads scan, results
 * are delivered one at a time.
 */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/diag.h"
#include "scan/deliver.h"
#include "scan/queue.h"
#include "scan/read_ahead.h"
#include "scan/scanner.h"
#include "scan/walk.h"

enum {
    MOST_JOBS = 1024,
    MOST_AHEAD = 64,
    /* Results of a thread that may be there before an earlier one: those of files that
     * are looked up together, and those that wait to be delivered. */
    MOST_EARLY = 17,
    MOST_TAKEN_US = 50000 /* for files that are looked up together */
};

struct pool {
    const struct ki_hasher_maker *maker;
    const struct ki_scan_handlers *handlers;
    const struct ki_index *index;
    const struct ki_scan_options *options;
    struct ki_queue queue;
    struct ki_delivery delivery;
    struct ki_repeats *repeats; /* or NULL */
    struct ki_job next;         /* what the walk found last; its path is used again */
    uint64_t nsequence;
    atomic_bool is_stopped;
    atomic_bool has_no_memory;
};

struct worker {
    struct pool *pool;
    struct ki_scanner *scanner;
    pthread_t thread;
    /* What is hashed and not looked up yet, or could not be read. */
    struct ki_job jobs[KI_SCANNER_MOST];
    size_t njobs;
    uint64_t took_us;
};

unsigned ki_scan_default_njobs(void)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    if (sched_getaffinity(0, sizeof set, &set) != 0 || CPU_COUNT(&set) < 1) {
        return 1;
    }
    return (unsigned)CPU_COUNT(&set);
}

static bool is_stopped(struct pool *pool)
{
    const struct ki_scan_handlers *handlers = pool->handlers;
    if (handlers->is_stopped && handlers->is_stopped(handlers->context)) {
        atomic_store(&pool->is_stopped, true);
    }
    return atomic_load(&pool->is_stopped) || atomic_load(&pool->has_no_memory);
}

static void fail_result(const struct pool *pool, int os_error, struct ki_result *result)
{
    memset(result, 0, sizeof *result);
    result->reason = KI_REASON_UNREADABLE;
    result->os_error = os_error;
    result->info.nframes = 1;
    result->is_degraded = pool->maker->is_degraded;
    result->generation = ki_index_generation(pool->index);
    result->handling = ki_policy_handling(pool->options->policy, result->reason);
    (void)snprintf(result->policy, sizeof result->policy, "%s",
                   ki_policy_version(pool->options->policy));
}

/* Looks up what is hashed and delivers all, in the order of the walk. */
static void finish_jobs(struct worker *worker)
{
    struct pool *pool = worker->pool;
    struct ki_result results[KI_SCANNER_MOST];
    size_t nused = 0;
    /* Memory that ran out is told by the results' reasons. */
    (void)!ki_scanner_judge(worker->scanner, results);
    for (size_t i = 0; i < worker->njobs; i++) {
        const struct ki_job *job = &worker->jobs[i];
        struct ki_result failed;
        const struct ki_result *result = &failed;
        if (job->os_error != 0) {
            fail_result(pool, job->os_error, &failed);
        } else {
            result = &results[nused++];
        }
        if (!ki_deliver(&pool->delivery, job->sequence, job->path.text, result)) {
            atomic_store(&pool->has_no_memory, true);
        }
    }
    worker->njobs = 0;
    worker->took_us = 0;
}

/* Nothing that is hashed waits for a file that is still to be found. */
static bool pop_job(struct worker *worker)
{
    struct ki_queue *queue = &worker->pool->queue;
    if (ki_queue_pop(queue, &worker->jobs[worker->njobs], false)) {
        return true;
    }
    finish_jobs(worker);
    return ki_queue_pop(queue, &worker->jobs[0], true);
}

static uint64_t hash_job(struct worker *worker, struct ki_job *job)
{
    if (!job->read) {
        return ki_scanner_hash_path(worker->scanner, job->path.text, job->is_named);
    }
    uint64_t took_us = ki_scanner_hash_read(worker->scanner, job->read);
    ki_queue_release(&worker->pool->queue, job);
    return took_us;
}

static void begin_job(struct worker *worker)
{
    struct ki_job *job = &worker->jobs[worker->njobs++];
    if (job->os_error == 0) {
        worker->took_us += hash_job(worker, job);
    }
    if (worker->njobs == KI_SCANNER_MOST || worker->took_us >= MOST_TAKEN_US) {
        finish_jobs(worker);
    }
}

static void *work(void *argument)
{
    struct worker *worker = argument;
    while (pop_job(worker)) {
        begin_job(worker);
        if (is_stopped(worker->pool)) {
            ki_queue_close(&worker->pool->queue, true);
        }
    }
    for (size_t i = 0; i < KI_SCANNER_MOST; i++) {
        ki_pathbuf_free(&worker->jobs[i].path);
    }
    return NULL;
}

static bool read_job(void *context, const struct ki_job *job, struct ki_read *out)
{
    const struct pool *pool = context;
    return ki_read_file(out, job->path.text, job->is_named,
                        pool->options->hash.limits.file_nbytes,
                        ki_repeats_memo(pool->repeats));
}

static bool is_walk_stopped(void *context)
{
    return is_stopped(context);
}

static bool enqueue(void *context, const char *path, bool is_named, int os_error)
{
    struct pool *pool = context;
    struct ki_job *job = &pool->next;
    if (!ki_pathbuf_set(&job->path, path)) {
        atomic_store(&pool->has_no_memory, true);
        return false;
    }
    job->is_named = is_named;
    job->os_error = os_error;
    job->sequence = pool->nsequence++;
    job->state = os_error == 0 ? KI_JOB_UNREAD : KI_JOB_LEFT;
    job->read = NULL;
    if (pool->options->read_ahead > 0 && !is_named && os_error == 0) {
        ki_read_advise(path, pool->options->hash.limits.file_nbytes);
    }
    return !is_stopped(pool) && ki_queue_push(&pool->queue, job);
}

/* Starts as many workers as possible; *nworkers tells how many. */
static enum ki_status start_workers(struct pool *pool, struct worker *workers,
                                    unsigned njobs, unsigned *nworkers,
                                    struct ki_diag *diag)
{
    *nworkers = 0;
    for (unsigned i = 0; i < njobs; i++) {
        workers[i].pool = pool;
        enum ki_status status = ki_scanner_create_by(
            pool->maker, i, pool->index, pool->options, &workers[i].scanner, diag);
        if (status != KI_OK) {
            return status;
        }
        ki_scanner_set_repeats(workers[i].scanner, pool->repeats);
        int error = pthread_create(&workers[i].thread, NULL, work, &workers[i]);
        if (error != 0) {
            ki_scanner_destroy(workers[i].scanner);
            return ki_diag_errno(diag, error, "cannot start a thread");
        }
        (*nworkers)++;
    }
    return KI_OK;
}

static enum ki_status run_pool(struct pool *pool, struct worker *workers,
                               unsigned njobs, const char *const *paths, size_t npaths,
                               struct ki_scan_summary *summary, struct ki_diag *diag)
{
    unsigned nworkers = 0;
    enum ki_status status = start_workers(pool, workers, njobs, &nworkers, diag);
    if (status == KI_OK) {
        struct ki_walk_handlers handlers = {
            .on_file = enqueue, .is_stopped = is_walk_stopped, .context = pool};
        struct ki_walk_counts counts = {0};
        status = ki_walk(paths, npaths, &handlers, &counts);
        summary->nlinks_skipped = counts.nlinks;
        summary->nspecials_skipped = counts.nspecials;
        summary->nfolders_failed = counts.nfailed;
    }
    ki_queue_close(&pool->queue, status != KI_OK);
    for (unsigned i = 0; i < nworkers; i++) {
        (void)pthread_join(workers[i].thread, NULL);
        ki_scanner_destroy(workers[i].scanner);
    }
    if (status == KI_OK && atomic_load(&pool->has_no_memory)) {
        status = ki_diag_set(diag, KI_ERR_NO_MEMORY, "no memory to go on scanning");
    }
    summary->stopped = atomic_load(&pool->is_stopped);
    return status;
}

static enum ki_status begin_pool(struct pool *pool, unsigned njobs,
                                 struct ki_scan_summary *summary, struct ki_diag *diag)
{
    const bool reads = pool->maker->takes_bytes && pool->options->read_ahead > 0;
    const struct ki_queue_reader reader = {reads ? read_job : NULL, pool};
    if (!ki_queue_begin(&pool->queue, (size_t)njobs * (pool->options->read_ahead + 1),
                        &reader, njobs)) {
        return ki_diag_set(diag, KI_ERR_NO_MEMORY, "no memory for a queue");
    }
    if (!ki_delivery_begin(&pool->delivery, pool->handlers, summary,
                           pool->options->ordered,
                           (size_t)njobs * (MOST_EARLY - KI_SCANNER_MOST))) {
        ki_queue_end(&pool->queue);
        return ki_diag_set(diag, KI_ERR_NO_MEMORY, "no memory for results");
    }
    return KI_OK;
}

enum ki_status ki_scan_paths_by(const struct ki_hasher_maker *maker,
                                const struct ki_index *index,
                                const struct ki_scan_options *options,
                                const char *const *paths, size_t npaths,
                                const struct ki_scan_handlers *handlers,
                                struct ki_scan_summary *summary, struct ki_diag *diag)
{
    unsigned njobs = options->njobs ? options->njobs : ki_scan_default_njobs();
    if (njobs > MOST_JOBS || options->read_ahead > MOST_AHEAD || !handlers->on_result) {
        return ki_diag_set(diag, KI_ERR_ARGUMENT,
                           "at most %d jobs, %d files read ahead, and a handler for "
                           "results are needed",
                           MOST_JOBS, MOST_AHEAD);
    }
    memset(summary, 0, sizeof *summary);
    uint64_t begin_us = ki_clock_wall_us();
    struct pool pool = {
        .maker = maker, .handlers = handlers, .index = index, .options = options};
    enum ki_status status = begin_pool(&pool, njobs, summary, diag);
    if (status != KI_OK) {
        return status;
    }
    pool.repeats = ki_repeats_create();
    struct worker *workers = calloc(njobs, sizeof *workers);
    status = workers ? run_pool(&pool, workers, njobs, paths, npaths, summary, diag)
                     : ki_diag_set(diag, KI_ERR_NO_MEMORY, "no memory for threads");
    free(workers);
    summary->nrepeated = ki_repeats_count(pool.repeats);
    ki_repeats_destroy(pool.repeats);
    ki_delivery_end(&pool.delivery);
    ki_pathbuf_free(&pool.next.path);
    ki_queue_end(&pool.queue);
    summary->elapsed_us = ki_clock_wall_us() - begin_us;
    return status;
}
