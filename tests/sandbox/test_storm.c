/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A crash storm: every picture kills its worker. All are not examined, and work goes on
 * at half the normal rate at least. A persistent worker that crashes costs what a
 * single-use one always costs, so that its storm is held against that rate.
 * usage: test_storm WORKER HOSTILE_WORKER FOLDER NROUNDS
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <knownimage/sandbox.h>

#include "base/clock.h"
#include "hash/hasher.h"
#include "scan/walk.h"

struct trial {
    struct ki_hasher *hasher;
    unsigned nfiles;
    unsigned ncrashed;
    unsigned nexamined;
};

/* Pictures of an ordinary size; the tiny ones would say nothing about a rate. */
static bool take(void *context, const char *path, bool is_named, int os_error)
{
    struct trial *trial = context;
    struct ki_hashes hashes;
    (void)is_named;
    (void)os_error;
    if (strstr(path, "640x480") == NULL) {
        return true;
    }
    ki_hash_file(trial->hasher, path, &hashes);
    trial->nfiles++;
    trial->ncrashed += hashes.reason == KI_REASON_DECODER_CRASHED;
    trial->nexamined += hashes.reason == KI_REASON_NONE;
    return true;
}

/* Pictures a second; 0 if it did not go. */
static double run(struct trial *trial, const char *worker, unsigned npictures,
                  const char *folder, unsigned nrounds)
{
    struct ki_sandbox_options options = ki_sandbox_options_default();
    struct ki_hash_options hash = ki_hash_options_default();
    struct ki_sandbox *sandbox;
    struct ki_diag diag = {0};
    options.worker = worker;
    options.njobs = 1;
    options.npictures = npictures;
    hash.kinds = KI_BIT(KI_KIND_PDQ);
    *trial = (struct trial){0};
    if (ki_sandbox_start(&options, &sandbox, &diag) != KI_OK ||
        ki_hasher_create_confined(sandbox, &hash, &trial->hasher, &diag) != KI_OK) {
        printf("not ok: %s\n", diag.message);
        return 0;
    }
    struct ki_walk_handlers handlers = {.on_file = take, .context = trial};
    struct ki_walk_counts counts = {0};
    uint64_t begin_us = ki_clock_wall_us();
    for (unsigned i = 0; i < nrounds; i++) {
        if (ki_walk(&folder, 1, &handlers, &counts) != KI_OK) {
            return 0;
        }
    }
    double seconds = (double)(ki_clock_wall_us() - begin_us + 1) / 1e6;
    ki_hasher_destroy(trial->hasher);
    ki_sandbox_stop(sandbox);
    return trial->nfiles / seconds;
}

static bool compare(char **argv, unsigned npictures, unsigned nrounds)
{
    struct trial calm;
    struct trial storm;
    double normal = run(&calm, argv[1], KI_WORKER_SINGLE_USE, argv[3], nrounds);
    double stormy = run(&storm, argv[2], npictures, argv[3], nrounds);
    bool is_good = calm.nexamined == calm.nfiles && calm.nfiles > 0 &&
                   storm.ncrashed == storm.nfiles && storm.nfiles == calm.nfiles &&
                   stormy * 2 >= normal;
    printf("%s: %u pictures a worker: normal %.0f/s (%u of %u examined), storm %.0f/s "
           "(%u of %u crashed)\n",
           is_good ? "ok" : "not ok", npictures, normal, calm.nexamined, calm.nfiles,
           stormy, storm.ncrashed, storm.nfiles);
    return is_good;
}

int main(int argc, char **argv)
{
    if (argc != 5) {
        return 1;
    }
    unsigned nrounds = (unsigned)strtoul(argv[4], NULL, 10);
    bool is_good = compare(argv, KI_WORKER_SINGLE_USE, nrounds);
    return compare(argv, KI_WORKER_PERSISTENT, nrounds) && is_good ? 0 : 1;
}
