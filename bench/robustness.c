/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/robustness.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "alter.h"
#include "bench/pictures.h"
#include "codec.h"
#include "common/message.h"
#include "corpus_private.h"

enum { LIST_QUALITY = 92, LEAST_DISTANCE_NONE = 256 };

/* The hashes that a picture is looked up with, by way, and those that lists hold. */
struct subject {
    bool is_listable[KI_NMODES];
    struct ki_pdq listed[KI_NMODES];
    struct ki_pdq_result alone;           /* mode pdq as a scan of it alone gives it */
    struct ki_pdq_result both[KI_NMODES]; /* as a scan of both modes does */
};

/* What one picture's copies were found by; added up in the end. */
struct copies {
    uint8_t found[ROBUSTNESS_MOST_ALTERATIONS][KI_NMODES][ROBUSTNESS_NWAYS];
    uint8_t is_gated[ROBUSTNESS_MOST_ALTERATIONS];
};

struct worker;

struct measurement {
    const struct robustness_request *request;
    struct subject *subjects;
    struct copies *copies;
    void (*work)(struct measurement *measurement, struct worker *worker, uint32_t i);
    atomic_uint next;
    unsigned count;
    atomic_bool has_failed;
};

struct worker {
    struct measurement *measurement;
    pthread_t thread;
    bool is_running;
    struct ki_hasher *exact; /* both modes, as other tools make lists */
    struct ki_hasher *alone;
    struct ki_hasher *both;
    uint64_t npairs;
    uint64_t distances[ROBUSTNESS_NWAYS][ROBUSTNESS_NDISTANCES];
};

const char *robustness_way_text(enum robustness_way way)
{
    static const char *const names[ROBUSTNESS_NWAYS] = {"plain", "dihedral",
                                                        "both modes", "all"};
    return names[way];
}

static bool is_good(const struct measurement *measurement,
                    const struct ki_pdq_result *pdq)
{
    return pdq->present && !pdq->is_degenerate &&
           pdq->quality >= measurement->request->min_quality;
}

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

/* The least distance that the gate lets pass. */
static unsigned distance_to(const struct measurement *measurement,
                            const struct ki_pdq *listed,
                            const struct ki_pdq_result *pdq, unsigned ntransforms)
{
    unsigned distance = LEAST_DISTANCE_NONE;
    for (unsigned t = 0; is_good(measurement, pdq) && t < ntransforms; t++) {
        distance = least(distance, ki_pdq_distance(listed, &pdq->hashes[t]));
    }
    return distance;
}

static void distances_to(const struct measurement *measurement,
                         const struct ki_pdq *listed, const struct subject *queried,
                         unsigned out[ROBUSTNESS_NWAYS])
{
    out[ROBUSTNESS_PLAIN] = distance_to(measurement, listed, &queried->alone, 1);
    out[ROBUSTNESS_DIHEDRAL] =
        distance_to(measurement, listed, &queried->alone, KI_NTRANSFORMS);
    out[ROBUSTNESS_MODES] = LEAST_DISTANCE_NONE;
    out[ROBUSTNESS_ALL] = LEAST_DISTANCE_NONE;
    for (unsigned mode = 0; mode < KI_NMODES; mode++) {
        const struct ki_pdq_result *pdq = &queried->both[mode];
        out[ROBUSTNESS_MODES] =
            least(out[ROBUSTNESS_MODES], distance_to(measurement, listed, pdq, 1));
        out[ROBUSTNESS_ALL] = least(
            out[ROBUSTNESS_ALL], distance_to(measurement, listed, pdq, KI_NTRANSFORMS));
    }
}

static void look_at(struct worker *worker, const struct ki_blob *file,
                    struct subject *out)
{
    static _Thread_local struct ki_hashes hashes;
    ki_hash_memory(worker->alone, file->data, file->nbytes, &hashes);
    out->alone = hashes.pdq[KI_MODE_PDQ];
    ki_hash_memory(worker->both, file->data, file->nbytes, &hashes);
    memcpy(out->both, hashes.pdq, sizeof out->both);
}

static void list(struct worker *worker, const struct ki_blob *file, struct subject *out)
{
    static _Thread_local struct ki_hashes hashes;
    ki_hash_memory(worker->exact, file->data, file->nbytes, &hashes);
    for (unsigned mode = 0; mode < KI_NMODES; mode++) {
        out->listed[mode] = hashes.pdq[mode].hashes[0];
        out->is_listable[mode] = is_good(worker->measurement, &hashes.pdq[mode]);
    }
}

static enum ki_status try_copies(struct measurement *measurement, struct worker *worker,
                                 uint32_t i, uint64_t seed,
                                 const struct ki_canvas *original)
{
    const struct subject *listed = &measurement->subjects[i];
    struct copies *copies = &measurement->copies[i];
    enum ki_status status = KI_OK;
    for (size_t a = 0; status == KI_OK && ki_alteration_at(a); a++) {
        struct ki_blob file = {0};
        status = bench_copy_make(original, ki_alteration_at(a),
                                 ki_prng_derive(seed, a + 1), &file);
        struct subject copy = {0};
        if (status == KI_OK) {
            look_at(worker, &file, &copy);
        }
        copies->is_gated[a] = !is_good(measurement, &copy.both[KI_MODE_PDQ]) &&
                              !is_good(measurement, &copy.both[KI_MODE_PDQ_NN512]);
        for (unsigned mode = 0; mode < KI_NMODES; mode++) {
            unsigned distances[ROBUSTNESS_NWAYS];
            distances_to(measurement, &listed->listed[mode], &copy, distances);
            for (unsigned way = 0; way < ROBUSTNESS_NWAYS; way++) {
                copies->found[a][mode][way] =
                    distances[way] <= measurement->request->radius;
            }
        }
        ki_blob_destroy(&file);
    }
    return status;
}

/* What is listed and altered is what a decoder makes of the file. */
static enum ki_status try_picture(struct measurement *measurement,
                                  struct worker *worker, uint32_t i)
{
    const struct ki_synth *synth = ki_synth_at(i % ki_synth_count());
    const struct ki_corpus_options any_size = {0};
    uint64_t seed = ki_prng_derive(measurement->request->seed, i);
    uint32_t width = 0;
    uint32_t height = 0;
    struct ki_canvas drawn = {0};
    struct ki_canvas decoded = {0};
    struct ki_canvas_hashes hashes;
    struct ki_jpeg_report report;
    struct ki_blob file = {0};
    ki_corpus_size(&any_size, seed, &width, &height);
    enum ki_status status = ki_synth_make(synth, width, height, seed, &drawn, &hashes);
    if (status == KI_OK) {
        status = ki_jpeg_write(&drawn, LIST_QUALITY, KI_JPEG_BASELINE, &file);
    }
    if (status == KI_OK) {
        list(worker, &file, &measurement->subjects[i]);
        look_at(worker, &file, &measurement->subjects[i]);
    }
    if (status == KI_OK && i < measurement->request->noriginals) {
        status = ki_jpeg_read(&file, &decoded, &report);
        status = status == KI_OK ? try_copies(measurement, worker, i, seed, &decoded)
                                 : status;
    }
    ki_blob_destroy(&file);
    ki_canvas_destroy(&decoded);
    ki_canvas_destroy(&drawn);
    return status;
}

/* A seed that no picture comes of leaves a place empty: its hashes are not present. */
static void work_on_picture(struct measurement *measurement, struct worker *worker,
                            uint32_t i)
{
    enum ki_status status = try_picture(measurement, worker, i);
    if (status != KI_OK && status != KI_ERR_LIMIT) {
        atomic_store(&measurement->has_failed, true);
    }
}

/* Picture i on a list of mode pdq, looked for with every later one. */
static void work_on_pairs(struct measurement *measurement, struct worker *worker,
                          uint32_t i)
{
    const struct subject *listed = &measurement->subjects[i];
    if (!listed->is_listable[KI_MODE_PDQ]) {
        return;
    }
    for (uint32_t k = i + 1; k < measurement->request->npictures; k++) {
        const struct subject *queried = &measurement->subjects[k];
        unsigned distances[ROBUSTNESS_NWAYS];
        if (!is_good(measurement, &queried->alone)) {
            continue;
        }
        distances_to(measurement, &listed->listed[KI_MODE_PDQ], queried, distances);
        for (unsigned way = 0; way < ROBUSTNESS_NWAYS; way++) {
            worker->distances[way][distances[way]]++;
        }
        worker->npairs++;
    }
}

static void *run_worker(void *argument)
{
    struct worker *worker = argument;
    struct measurement *measurement = worker->measurement;
    for (;;) {
        unsigned i = atomic_fetch_add(&measurement->next, 1);
        if (i >= measurement->count || atomic_load(&measurement->has_failed)) {
            return NULL;
        }
        measurement->work(measurement, worker, i);
    }
}

static void run_all(struct measurement *measurement, struct worker *workers,
                    void (*work)(struct measurement *, struct worker *, uint32_t))
{
    unsigned njobs = measurement->request->njobs;
    measurement->work = work;
    measurement->count = measurement->request->npictures;
    atomic_store(&measurement->next, 0);
    for (unsigned i = 0; i < njobs; i++) {
        workers[i].is_running =
            pthread_create(&workers[i].thread, NULL, run_worker, &workers[i]) == 0;
    }
    for (unsigned i = 0; i < njobs; i++) {
        if (workers[i].is_running) {
            (void)pthread_join(workers[i].thread, NULL);
        } else {
            (void)run_worker(&workers[i]);
        }
    }
}

static struct ki_hasher *make_hasher(enum ki_fidelity fidelity, unsigned modes)
{
    struct ki_hash_options options = ki_hash_options_default();
    struct ki_hasher *hasher = NULL;
    options.kinds = KI_BIT(KI_KIND_PDQ);
    options.modes = modes;
    options.dihedral = fidelity != KI_FIDELITY_EXACT;
    options.fidelity = fidelity;
    return ki_hasher_create(&options, &hasher, NULL) == KI_OK ? hasher : NULL;
}

static bool begin_workers(struct measurement *measurement, struct worker *workers)
{
    const unsigned both = KI_BIT(KI_MODE_PDQ) | KI_BIT(KI_MODE_PDQ_NN512);
    bool has_all = measurement->subjects && measurement->copies;
    for (unsigned i = 0; i < measurement->request->njobs; i++) {
        struct worker *worker = &workers[i];
        worker->measurement = measurement;
        worker->exact = make_hasher(KI_FIDELITY_EXACT, both);
        worker->alone = make_hasher(KI_FIDELITY_HIGH, KI_BIT(KI_MODE_PDQ));
        worker->both = make_hasher(KI_FIDELITY_HIGH, both);
        has_all = has_all && worker->exact && worker->alone && worker->both;
    }
    return has_all;
}

static void add_copies(const struct copies *copies, struct robustness *out)
{
    out->ncopies++;
    for (size_t a = 0; a < out->nalterations; a++) {
        out->ngated[a] += copies->is_gated[a];
        for (unsigned mode = 0; mode < KI_NMODES; mode++) {
            for (unsigned way = 0; way < ROBUSTNESS_NWAYS; way++) {
                out->nfound[a][mode][way] += copies->found[a][mode][way];
            }
        }
    }
}

/* An original counts if it may be on a list of either mode. */
static void add_up(const struct measurement *measurement, const struct worker *workers,
                   struct robustness *out)
{
    const struct robustness_request *request = measurement->request;
    memset(out, 0, sizeof *out);
    while (ki_alteration_at(out->nalterations)) {
        out->nalterations++;
    }
    for (uint32_t i = 0; i < request->noriginals; i++) {
        const struct subject *subject = &measurement->subjects[i];
        if (subject->is_listable[KI_MODE_PDQ] &&
            subject->is_listable[KI_MODE_PDQ_NN512]) {
            add_copies(&measurement->copies[i], out);
        }
    }
    for (unsigned i = 0; i < request->njobs; i++) {
        out->npairs += workers[i].npairs;
        for (unsigned way = 0; way < ROBUSTNESS_NWAYS; way++) {
            for (size_t d = 0; d < ROBUSTNESS_NDISTANCES; d++) {
                out->distances[way][d] += workers[i].distances[way][d];
            }
        }
    }
}

bool robustness_measure(const struct robustness_request *request,
                        struct robustness *out)
{
    struct measurement measurement = {
        .request = request,
        .subjects = calloc(request->npictures, sizeof(struct subject)),
        .copies = calloc(request->noriginals, sizeof(struct copies)),
    };
    struct worker *workers = calloc(request->njobs, sizeof *workers);
    bool is_good = workers && begin_workers(&measurement, workers);
    if (is_good) {
        run_all(&measurement, workers, work_on_picture);
        run_all(&measurement, workers, work_on_pairs);
        add_up(&measurement, workers, out);
    }
    is_good = is_good && !atomic_load(&measurement.has_failed);
    for (unsigned i = 0; workers && i < request->njobs; i++) {
        ki_hasher_destroy(workers[i].exact);
        ki_hasher_destroy(workers[i].alone);
        ki_hasher_destroy(workers[i].both);
    }
    free(workers);
    free(measurement.subjects);
    free(measurement.copies);
    if (!is_good) {
        message("pictures could not be made, or memory ran out");
    }
    return is_good;
}
