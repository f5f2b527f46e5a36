/* SPDX-License-Identifier: Apache-2.0 */
#include "corpus_private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "codec.h"
#include "folder.h"
#include "lists.h"

enum {
    MIN_DISTANCE = 80,  /* between pictures that are not copies */
    SURE_DISTANCE = 24, /* a copy this near is found at radius 31 in every mode */
    SAFE_DISTANCE = 45, /* one further off than this is not */
    SURE_QUALITY = 55,  /* clear of the gate at 50, whatever encoding does */
    MAX_TRIES = 100
};

uint64_t ki_corpus_seed(const struct ki_corpus *corpus, int stream, uint64_t i)
{
    return ki_prng_derive(corpus->options->seed, (uint64_t)stream << 32 | i);
}

void ki_corpus_size(const struct ki_corpus_options *options, uint64_t seed,
                    uint32_t *width, uint32_t *height)
{
    static const struct {
        uint32_t x;
        uint32_t y;
    } aspects[] = {{4, 3}, {3, 2}, {16, 9}, {1, 1}, {3, 4}, {2, 3}, {9, 16}, {4, 3}};
    struct ki_prng prng;
    ki_prng_seed(&prng, seed, 0x73697a65); /* its own stream */
    uint32_t longer = (uint32_t)ki_prng_range(&prng, 400, 1200);
    uint32_t i = ki_prng_below(&prng, sizeof aspects / sizeof aspects[0]);
    uint32_t unit = aspects[i].x > aspects[i].y ? aspects[i].x : aspects[i].y;
    *width = longer * aspects[i].x / unit;
    *height = longer * aspects[i].y / unit;
    if (options->megapixels > 0) {
        *height = (uint32_t)sqrt(options->megapixels * 1e6 * 3 / 4);
        *width = *height * 4 / 3;
    }
    *width = options->width ? (uint32_t)options->width : *width;
    *height = options->height ? (uint32_t)options->height : *height;
}

static unsigned nearest(const struct ki_corpus *corpus,
                        const struct ki_canvas_hashes *hashes, bool only_listed)
{
    unsigned least = 8 * KI_PDQ_NBYTES;
    for (size_t i = 0; i < corpus->nknown; i++) {
        if (corpus->known[i].is_listed || !only_listed) {
            unsigned distance = ki_canvas_distance(hashes, &corpus->known[i].pdq);
            least = distance < least ? distance : least;
        }
    }
    return least;
}

enum ki_expected ki_corpus_expect(const struct ki_corpus *corpus,
                                  const struct ki_canvas_hashes *hashes,
                                  bool is_copy_of_listed)
{
    if (hashes->quality < SURE_QUALITY || ki_pdq_is_degenerate(&hashes->hashes[0])) {
        return KI_EXPECT_ANY;
    }
    unsigned distance = nearest(corpus, hashes, true);
    if (distance <= SURE_DISTANCE) {
        return KI_EXPECT_MATCH;
    }
    return distance <= SAFE_DISTANCE || is_copy_of_listed ? KI_EXPECT_ANY
                                                          : KI_EXPECT_NO_MATCH;
}

static enum ki_status remember(struct ki_corpus *corpus, const struct ki_pdq *pdq,
                               bool is_listed)
{
    if (corpus->nknown == corpus->capacity) {
        size_t capacity = 2 * corpus->capacity + 64;
        struct ki_known *grown =
            realloc(corpus->known, capacity * sizeof *corpus->known);
        if (!grown) {
            return KI_ERR_NO_MEMORY;
        }
        corpus->known = grown;
        corpus->capacity = capacity;
    }
    corpus->known[corpus->nknown++] = (struct ki_known){*pdq, is_listed};
    return KI_OK;
}

static enum ki_status try_subject(struct ki_corpus *corpus, struct ki_subject *subject)
{
    uint32_t width = 0;
    uint32_t height = 0;
    ki_corpus_size(corpus->options, subject->seed, &width, &height);
    return ki_synth_make(subject->synth, width, height, subject->seed, &subject->canvas,
                         &subject->hashes);
}

enum ki_status ki_corpus_subject(struct ki_corpus *corpus, int stream, uint64_t i,
                                 bool is_listed, struct ki_subject *subject)
{
    const char *kind = corpus->options->kind;
    struct ki_subject made = {
        .synth = kind ? ki_synth_find(kind) : ki_synth_at(i % ki_synth_count()),
        .seed = ki_corpus_seed(corpus, stream, i),
    };
    for (int try = 0; try < MAX_TRIES; try++) {
        enum ki_status status = try_subject(corpus, &made);
        if (status != KI_OK && status != KI_ERR_LIMIT) {
            return ki_corpus_fail(corpus->diag, status, "cannot draw a %s: %s",
                                  made.synth->name, ki_status_text(status));
        }
        if (status == KI_OK && nearest(corpus, &made.hashes, false) >= MIN_DISTANCE) {
            *subject = made;
            return remember(corpus, &made.hashes.hashes[0], is_listed);
        }
        if (status == KI_OK) {
            ki_canvas_destroy(&made.canvas);
        }
        /* Another seed is another size too: some sizes give no distinctive picture. */
        made.seed = ki_prng_derive(made.seed, (uint64_t)try);
    }
    return ki_corpus_fail(corpus->diag, KI_ERR_LIMIT,
                          "no %s found that is unlike the others", made.synth->name);
}

enum ki_status ki_corpus_put(struct ki_corpus *corpus,
                             const struct ki_manifest_entry *entry,
                             const struct ki_blob *blob)
{
    ki_manifest_put(corpus->manifest, entry);
    return ki_file_write(corpus->options->path, entry->path, blob, corpus->diag);
}

static const char *const list_names[KI_NDIGESTS] = {
    "lists/hotline-b.md5", "lists/hotline-b.sha1", "lists/hotline-b.sha256"};

static enum ki_status open_files(struct ki_corpus *corpus)
{
    static const char *const folders[] = {
        "pictures/originals",       "pictures/copies",  "pictures/strangers",
        "pictures/low-information", "pictures/damaged", "lists"};
    const char *path = corpus->options->path;
    enum ki_status status =
        ki_folder_create(path, corpus->options->force, corpus->diag);
    for (size_t i = 0; i < sizeof folders / sizeof *folders && status == KI_OK; i++) {
        status = ki_folder_add(path, folders[i], corpus->diag);
    }
    if (status == KI_OK) {
        status = ki_file_open(path, "manifest.ndjson", &corpus->manifest, corpus->diag);
    }
    if (status == KI_OK) {
        status =
            ki_file_open(path, "lists/hotline-a.txt", &corpus->list_a, corpus->diag);
    }
    for (size_t i = 0; i < KI_NDIGESTS && status == KI_OK; i++) {
        status = ki_file_open(path, list_names[i], &corpus->lists_b[i], corpus->diag);
    }
    return status;
}

/* Closes everything even after an error; the first one counts. */
static enum ki_status close_files(struct ki_corpus *corpus, enum ki_status status)
{
    enum ki_status closed =
        ki_file_close(corpus->manifest, "manifest.ndjson", corpus->diag);
    status = status == KI_OK ? closed : status;
    closed = ki_file_close(corpus->list_a, "lists/hotline-a.txt", corpus->diag);
    status = status == KI_OK ? closed : status;
    for (size_t i = 0; i < KI_NDIGESTS; i++) {
        closed = ki_file_close(corpus->lists_b[i], list_names[i], corpus->diag);
        status = status == KI_OK ? closed : status;
    }
    return status;
}

static enum ki_status put_fillers(struct ki_corpus *corpus)
{
    struct ki_list_shape shape = {
        .nuniform = corpus->options->nuniform,
        .ncorrelated = corpus->options->ncorrelated,
        .named = true,
    };
    return ki_list_write(corpus->list_a, &shape, corpus->options->seed);
}

enum ki_status ki_corpus_make(const struct ki_corpus_options *options,
                              struct ki_diag *diag)
{
    static enum ki_status (*const steps[])(struct ki_corpus *) = {
        ki_corpus_originals, ki_corpus_strangers, ki_corpus_lows, ki_corpus_damages,
        put_fillers};
    if (options->kind && !ki_synth_find(options->kind)) {
        return ki_corpus_fail(diag, KI_ERR_ARGUMENT, "no such kind: %s", options->kind);
    }
    struct ki_corpus corpus = {.options = options, .diag = diag};
    enum ki_status status = open_files(&corpus);
    for (size_t i = 0; i < sizeof steps / sizeof *steps && status == KI_OK; i++) {
        status = steps[i](&corpus);
    }
    status = close_files(&corpus, status);
    ki_canvas_destroy(&corpus.first);
    free(corpus.known);
    return status;
}
