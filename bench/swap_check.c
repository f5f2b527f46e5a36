/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Generations are published, and segments merged, while threads look up: every answer
 * must be that of one whole generation, none may fail, and a new generation must be in
 * use within a second. A broken promise ends the program.
 */
#include "bench/swap_check.h"

#include <dirent.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <knownimage/live.h>

#include "base/turns.h"
#include "index/publish.h"
#include "tests/stress/check.h"

enum { MOST_TICKS = 100000, LIFETIME = 40, MOST_THREADS = 16, NSLOTS = 1 << 16 };

#define IDLE_SECONDS 5e-6 /* about as long as a lookup takes */

/* Entry nbase + t is added by tick t and removed LIFETIME ticks later. */
struct tick {
    _Atomic uint64_t added_in; /* generation; 0: not yet published */
    _Atomic uint64_t removed_in;
    double published_at; /* valid once added_in is set */
};

static struct {
    char folder[64];
    uint64_t nbase;
    double seconds;
    double rate;
    struct ki_live *live;
    atomic_bool is_done;
    atomic_uint phase;
    _Atomic uint64_t nticks;
    struct tick ticks[MOST_TICKS];
} run;

enum phase { IDLE, ALONE, SWAPPED, NPHASES };

struct latencies {
    uint64_t nqueries;
    uint64_t nslow;
    uint64_t nslow_stopped;
    uint32_t slots[NSLOTS]; /* in units of 0.1 µs, the last for all above */
    double slowest;
    double slowest_running; /* of the thread's own time on a processor */
};

struct worker {
    pthread_t thread;
    uint64_t seed;
    struct latencies latencies[NPHASES];
    struct ki_hits hits;
};

static uint64_t next_number(struct worker *worker)
{
    return mix_number(worker->seed += 0x9e3779b97f4a7c15u);
}

/* What a thread has had so far. */
struct spent {
    double running;     /* seconds on a processor, as this system sees it */
    uint64_t nswitches; /* times it left its processor */
};

static struct spent spent_so_far(void)
{
    struct timespec running;
    struct rusage usage;
    CHECK(clock_gettime(CLOCK_THREAD_CPUTIME_ID, &running) == 0);
    CHECK(getrusage(RUSAGE_THREAD, &usage) == 0);
    return (struct spent){
        .running = (double)running.tv_sec + (double)running.tv_nsec * 1e-9,
        .nswitches = (uint64_t)usage.ru_nvcsw + (uint64_t)usage.ru_nivcsw,
    };
}

static void note_latency(struct worker *worker, const struct spent *begin,
                         double seconds)
{
    struct latencies *out = &worker->latencies[atomic_load(&run.phase)];
    struct spent end = spent_so_far();
    double running = end.running - begin->running;
    out->slowest_running =
        running > out->slowest_running ? running : out->slowest_running;
    double slot = seconds * 1e7;
    out->slots[slot < NSLOTS - 1 ? (size_t)slot : NSLOTS - 1]++;
    out->slowest = seconds > out->slowest ? seconds : out->slowest;
    if (seconds * 1e3 > SWAP_SLOW_MS) {
        out->nslow++;
        out->nslow_stopped += end.nswitches == begin->nswitches;
    }
    out->nqueries++;
}

/* One lookup in whatever generation is in use; that generation's number. */
static uint64_t look_up(struct worker *worker, uint64_t n, unsigned nflips,
                        bool *is_found)
{
    struct ki_hash query = numbered_hash(n);
    for (unsigned i = 0; i < nflips; i++) {
        uint64_t bit = next_number(worker) % 256;
        query.bytes[bit / 8] = (uint8_t)(query.bytes[bit / 8] ^ 1u << (bit % 8));
    }
    struct spent before = spent_so_far();
    double begin = seconds_now();
    const struct ki_index *index = ki_live_acquire(run.live);
    uint64_t generation = ki_index_generation(index);
    *is_found = finds_numbered(index, &query, n, &worker->hits);
    ki_live_release(run.live, index);
    note_latency(worker, &before, seconds_now() - begin);
    return generation;
}

/* What the generation that answered must say about the entry of a tick. */
static void check_tick(struct worker *worker, uint64_t t)
{
    struct tick *tick = &run.ticks[t];
    uint64_t added_in = atomic_load(&tick->added_in);
    uint64_t removed_in = atomic_load(&tick->removed_in);
    bool is_found = false;
    double asked_at = seconds_now();
    uint64_t generation = look_up(worker, run.nbase + t, 0, &is_found);
    if (added_in > 0 && removed_in == 0 && generation >= added_in) {
        /* It may have been removed meanwhile, but not in an older generation. */
        removed_in = atomic_load(&tick->removed_in);
        CHECK(is_found || (removed_in > 0 && generation >= removed_in) ||
              t + LIFETIME <= atomic_load(&run.nticks) + 1);
    }
    if (removed_in > 0 && generation >= removed_in) {
        CHECK(!is_found);
    }
    if (added_in > 0 && generation < added_in) {
        CHECK(asked_at - tick->published_at < 1.0);
    }
}

/* As long as a lookup, and nothing but reading the clock: what the machine does to any
 * thread. */
static void look_at_clock(struct worker *worker)
{
    struct spent before = spent_so_far();
    double begin = seconds_now();
    double now = begin;
    while (now - begin < IDLE_SECONDS) {
        now = seconds_now();
    }
    note_latency(worker, &before, now - begin);
}

static void *work(void *argument)
{
    struct worker *worker = argument;
    while (atomic_load(&run.phase) == IDLE) {
        look_at_clock(worker);
    }
    while (!atomic_load(&run.is_done)) {
        bool is_found = false;
        (void)look_up(worker, next_number(worker) % run.nbase,
                      (unsigned)(next_number(worker) % 32), &is_found);
        CHECK(is_found);
        uint64_t nticks = atomic_load(&run.nticks);
        if (nticks > 0) {
            uint64_t back = next_number(worker) % (2 * LIFETIME);
            check_tick(worker, back < nticks ? nticks - 1 - back : 0);
        }
    }
    return NULL;
}

static void publish_tick(uint64_t t)
{
    struct ki_catalog *catalog = NULL;
    struct ki_txn *txn = NULL;
    uint64_t generation = 0;
    CHECK(ki_catalog_open(run.folder, KI_CATALOG_CHANGE, &catalog, NULL) == KI_OK);
    CHECK(ki_txn_begin(catalog, &txn, NULL) == KI_OK);
    uint32_t list = make_list(txn, "list");
    add_numbered(txn, list, run.nbase + t);
    if (t >= LIFETIME) {
        remove_numbered(txn, list, run.nbase + t - LIFETIME);
    }
    CHECK(ki_txn_commit(txn, NULL) == KI_OK);
    CHECK(ki_publish(catalog, &generation, NULL) == KI_OK);
    ki_catalog_close(catalog);
    run.ticks[t].published_at = seconds_now();
    if (t >= LIFETIME) {
        atomic_store(&run.ticks[t - LIFETIME].removed_in, generation);
    }
    atomic_store(&run.ticks[t].added_in, generation);
    atomic_store(&run.nticks, t + 1);
}

/* Whoever publishes lets those who look up go first, as an operator would have it
 * (nice), and stops for them soon, as commands that publish do. */
static void step_back(void)
{
    (void)setpriority(PRIO_PROCESS, (id_t)gettid(), 10);
    ki_take_short_turns();
}

static void *merge(void *argument)
{
    (void)argument;
    step_back();
    for (unsigned i = 0; !atomic_load(&run.is_done); i++) {
        uint64_t generation = 0;
        CHECK(ki_index_merge(run.folder, i % 8 == 7, &generation, NULL) == KI_OK);
        (void)usleep(300000);
    }
    return NULL;
}

static uint64_t resident_kib(void)
{
    char line[128] = "";
    FILE *file = fopen("/proc/self/statm", "r");
    CHECK(file && fgets(line, sizeof line, file));
    (void)fclose(file);
    const char *resident = strchr(line, ' ');
    CHECK(resident);
    return strtoull(resident, NULL, 10) * 4;
}

static unsigned count_segments(void)
{
    char path[128];
    unsigned count = 0;
    (void)snprintf(path, sizeof path, "%s/segments", run.folder);
    DIR *folder = opendir(path);
    CHECK(folder);
    for (struct dirent *item = readdir(folder); item; item = readdir(folder)) {
        count += strstr(item->d_name, ".mdb") != NULL;
    }
    (void)closedir(folder);
    return count;
}

static double percentile(const struct worker *workers, size_t nworkers,
                         enum phase phase, double share)
{
    uint64_t total = 0;
    uint64_t below = 0;
    for (size_t w = 0; w < nworkers; w++) {
        total += workers[w].latencies[phase].nqueries;
    }
    for (size_t s = 0; s < NSLOTS; s++) {
        for (size_t w = 0; w < nworkers; w++) {
            below += workers[w].latencies[phase].slots[s];
        }
        if ((double)below >= share * (double)total) {
            return (double)s / 10;
        }
    }
    return NSLOTS / 10.0;
}

static void make_base(void)
{
    struct ki_catalog *catalog = NULL;
    struct ki_txn *txn = NULL;
    uint64_t generation = 0;
    CHECK(ki_catalog_open(run.folder, KI_CATALOG_WRITE, &catalog, NULL) == KI_OK);
    CHECK(ki_txn_begin(catalog, &txn, NULL) == KI_OK);
    uint32_t list = make_list(txn, "list");
    for (uint64_t n = 0; n < run.nbase; n++) {
        add_numbered(txn, list, n);
    }
    CHECK(ki_txn_commit(txn, NULL) == KI_OK);
    CHECK(ki_publish(catalog, &generation, NULL) == KI_OK);
    ki_catalog_close(catalog);
}

static void note_resident(struct swap_range *range)
{
    uint64_t kib = resident_kib();
    bool is_first = range->most_kib == 0;
    range->least_kib = is_first || kib < range->least_kib ? kib : range->least_kib;
    range->most_kib = kib > range->most_kib ? kib : range->most_kib;
}

/* The publisher's own loop; what it saw on disk and in memory. */
static void publish_all(struct swap_outcome *out)
{
    double begin = seconds_now();
    uint64_t t = 0;
    for (; t < MOST_TICKS && seconds_now() - begin < run.seconds; t++) {
        double due = begin + (double)t / run.rate;
        double now = seconds_now();
        if (due > now) {
            (void)usleep((useconds_t)((due - now) * 1e6));
        }
        now = seconds_now();
        publish_tick(t);
        double took = (seconds_now() - now) * 1e3;
        out->publish_max_ms = took > out->publish_max_ms ? took : out->publish_max_ms;
        unsigned files = count_segments();
        out->most_files = files > out->most_files ? files : out->most_files;
        double passed = (seconds_now() - begin) / run.seconds;
        if (passed < 0.25) {
            note_resident(&out->resident_early);
        } else if (passed >= 0.75) {
            note_resident(&out->resident_late);
        }
    }
    out->ngenerations = t;
    CHECK(out->most_files <=
          9); /* two generations of at most four segments, one merged */
}

static struct swap_lookups add_up(const struct worker *workers, size_t nworkers,
                                  enum phase phase)
{
    struct swap_lookups out = {0};
    for (size_t i = 0; i < nworkers; i++) {
        const struct latencies *some = &workers[i].latencies[phase];
        double slowest = some->slowest * 1e6;
        double running = some->slowest_running * 1e6;
        out.nqueries += some->nqueries;
        out.nslow += some->nslow;
        out.nslow_stopped += some->nslow_stopped;
        out.max_us = slowest > out.max_us ? slowest : out.max_us;
        out.max_running_us =
            running > out.max_running_us ? running : out.max_running_us;
    }
    out.median_us = percentile(workers, nworkers, phase, 0.5);
    out.p99_us = percentile(workers, nworkers, phase, 0.99);
    return out;
}

struct swap_outcome swap_check(double seconds, double rate, uint64_t nbase,
                               size_t nworkers)
{
    struct swap_outcome out = {0};
    struct worker *workers = calloc(nworkers, sizeof *workers);
    pthread_t merger;
    (void)snprintf(run.folder, sizeof run.folder, "/tmp/knownimage-swap-XXXXXX");
    run.seconds = seconds;
    run.rate = rate;
    run.nbase = nbase;
    CHECK(workers && nworkers <= MOST_THREADS && mkdtemp(run.folder));
    make_base();
    CHECK(ki_live_open(run.folder, &run.live, NULL) == KI_OK);
    for (size_t i = 0; i < nworkers; i++) {
        workers[i].seed = i;
        CHECK(pthread_create(&workers[i].thread, NULL, work, &workers[i]) == 0);
    }
    (void)usleep((useconds_t)(seconds * 1e6));
    atomic_store(&run.phase, ALONE);
    (void)usleep((useconds_t)(seconds * 1e6));
    atomic_store(&run.phase, SWAPPED);
    CHECK(pthread_create(&merger, NULL, merge, NULL) == 0);
    step_back();
    publish_all(&out);
    atomic_store(&run.is_done, true);
    for (size_t i = 0; i < nworkers; i++) {
        (void)pthread_join(workers[i].thread, NULL);
        ki_hits_free(&workers[i].hits);
    }
    (void)pthread_join(merger, NULL);
    out.idle = add_up(workers, nworkers, IDLE);
    out.alone = add_up(workers, nworkers, ALONE);
    out.swapped = add_up(workers, nworkers, SWAPPED);
    ki_live_close(run.live);
    remove_folder(run.folder);
    free(workers);
    return out;
}
