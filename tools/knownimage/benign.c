/* SPDX-License-Identifier: Apache-2.0 */
#include "knownimage/benign.h"

#include <stdlib.h>

#include "base/checked.h"
#include "common/message.h"
#include "common/progress.h"
#include "common/stop.h"
#include "hash/hasher.h"
#include "scan/walk.h"

struct reader {
    struct ki_hasher *hasher;
    unsigned min_quality;
    struct benign *out;
    bool has_memory;
    struct progress progress;
};

static bool add(struct reader *reader, const struct ki_pdq_result *pdq)
{
    struct benign *out = reader->out;
    void *items = out->items;
    if (!ki_array_reserve(&items, &out->capacity, out->nitems + KI_NTRANSFORMS,
                          sizeof *out->items)) {
        return false;
    }
    out->items = items;
    for (unsigned i = 0; i < KI_NTRANSFORMS; i++) {
        out->items[out->nitems++] = pdq->hashes[i];
    }
    return true;
}

static bool on_file(void *context, const char *path, bool is_named, int os_error)
{
    struct reader *reader = context;
    struct ki_hashes hashes = {.os_error = os_error};
    if (os_error == 0) {
        ki_hasher_path(reader->hasher, path, is_named, &hashes);
    }
    if (hashes.os_error != 0) {
        reader->out->nunreadable++;
        progress_clear(&reader->progress);
        message_errno(path, hashes.os_error);
    }
    size_t nbefore = reader->out->nitems;
    for (unsigned mode = 0; mode < KI_NMODES && reader->has_memory; mode++) {
        const struct ki_pdq_result *pdq = &hashes.pdq[mode];
        if (pdq->present && !pdq->is_degenerate &&
            pdq->quality >= reader->min_quality) {
            reader->has_memory = add(reader, pdq);
        }
    }
    reader->out->nfiles++;
    reader->out->nunhashed += reader->out->nitems == nbefore;
    if (progress_is_due(&reader->progress)) {
        progress_show(&reader->progress, "%llu harmless pictures",
                      (unsigned long long)reader->out->nfiles);
    }
    return reader->has_memory && !stop_is_requested();
}

static bool walk(struct reader *reader, const char *path)
{
    const struct ki_walk_handlers handlers = {.on_file = on_file, .context = reader};
    struct ki_walk_counts counts = {0};
    progress_begin(&reader->progress, true);
    enum ki_status status = ki_walk(&path, 1, &handlers, &counts);
    progress_clear(&reader->progress);
    if (status == KI_OK && !reader->has_memory) {
        status = KI_ERR_NO_MEMORY;
    }
    if (status != KI_OK) {
        message("%s: %s", path, ki_status_text(status));
    }
    if (status == KI_OK && reader->out->nfiles == 0) {
        message("%s: there are no files", path);
    }
    return status == KI_OK && !stop_is_requested() &&
           reader->out->nunreadable < reader->out->nfiles;
}

static bool read_in(struct ki_sandbox *sandbox, const struct ki_hash_options *options,
                    const char *path, struct reader *reader)
{
    struct ki_diag diag = {0};
    enum ki_status status =
        ki_hasher_create_confined(sandbox, options, &reader->hasher, &diag);
    if (status != KI_OK) {
        message_status(status, &diag);
        return false;
    }
    bool is_good = walk(reader, path);
    ki_hasher_destroy(reader->hasher);
    return is_good;
}

bool benign_read(const char *path, const struct workers_arguments *workers,
                 const struct ki_limits *limits, unsigned min_quality,
                 struct benign *out)
{
    struct ki_hash_options options = ki_hash_options_default();
    struct reader reader = {.min_quality = min_quality, .out = out, .has_memory = true};
    struct ki_sandbox *sandbox;
    options.kinds = KI_BIT(KI_KIND_PDQ);
    options.modes = KI_BIT(KI_MODE_PDQ) | KI_BIT(KI_MODE_PDQ_NN512);
    options.dihedral = true;
    options.limits = *limits;
    if (!workers_start(workers, 1, limits, &sandbox)) {
        return false;
    }
    out->is_degraded = ki_sandbox_missing(sandbox) != NULL;
    bool is_good = read_in(sandbox, &options, path, &reader);
    ki_sandbox_stop(sandbox);
    return is_good;
}

void benign_free(struct benign *benign)
{
    free(benign->items);
    *benign = (struct benign){0};
}
