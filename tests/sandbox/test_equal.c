/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Confined results are those of decoding in this process, byte for byte: for every
 * file, with every set of options, and for whole scans. usage: test_equal WORKER PATH…
 * the long form names folders of other corpora
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <knownimage/sandbox.h>

#include "hash/hasher.h"
#include "report/report.h"
#include "scan/walk.h"

struct trial {
    const char *worker;
    struct ki_hash_options options;
    struct ki_hasher *local;
    struct ki_hasher *confined;
    unsigned nfiles;
    unsigned nunequal;
};

static char *line_of(const char *path, const struct ki_hashes *hashes,
                     const struct ki_hash_options *options)
{
    char *text = NULL;
    size_t nbytes = 0;
    FILE *out = open_memstream(&text, &nbytes);
    if (!out) {
        abort();
    }
    ki_report_hash_line(out, path, hashes, options, false);
    (void)fprintf(out, "%u %u %d %u", hashes->info.nchannels, hashes->info.nwarnings,
                  hashes->info.needs_whole, hashes->info.nframes);
    for (unsigned mode = 0; mode < KI_NMODES; mode++) {
        (void)fprintf(out, " %d", hashes->pdq[mode].is_degenerate);
    }
    (void)fclose(out);
    return text;
}

static bool compare(void *context, const char *path, bool is_named, int os_error)
{
    struct trial *trial = context;
    struct ki_hashes local;
    struct ki_hashes confined;
    (void)os_error;
    ki_hasher_path(trial->local, path, is_named, &local);
    ki_hasher_path(trial->confined, path, is_named, &confined);
    char *expected = line_of(path, &local, &trial->options);
    char *got = line_of(path, &confined, &trial->options);
    trial->nfiles++;
    if (strcmp(expected, got) != 0) {
        printf("not ok: local    %s\nnot ok: confined %s\n", expected, got);
        trial->nunequal++;
    }
    free(expected);
    free(got);
    return true;
}

static bool run(struct trial *trial, unsigned npictures, const char *const *paths,
                size_t npaths)
{
    struct ki_sandbox_options options = ki_sandbox_options_default();
    options.worker = trial->worker;
    options.njobs = 1;
    options.npictures = npictures;
    struct ki_sandbox *sandbox;
    struct ki_diag diag = {0};
    if (ki_sandbox_start(&options, &sandbox, &diag) != KI_OK ||
        ki_hasher_create_confined(sandbox, &trial->options, &trial->confined, &diag) !=
            KI_OK ||
        ki_hasher_create(&trial->options, &trial->local, &diag) != KI_OK) {
        printf("not ok: %s\n", diag.message);
        return false;
    }
    struct ki_walk_handlers handlers = {.on_file = compare, .context = trial};
    struct ki_walk_counts counts = {0};
    bool is_good = ki_walk(paths, npaths, &handlers, &counts) == KI_OK;
    ki_hasher_destroy(trial->local);
    ki_hasher_destroy(trial->confined);
    ki_sandbox_stop(sandbox);
    return is_good;
}

int main(int argc, char **argv)
{
    static const struct {
        unsigned npictures;
        unsigned modes;
        bool dihedral;
        enum ki_fidelity fidelity;
    } ways[] = {
        {1, KI_BIT(KI_MODE_PDQ), true, KI_FIDELITY_HIGH},
        {7, KI_BIT(KI_MODE_PDQ), false, KI_FIDELITY_FAST},
        {1000, KI_BIT(KI_NMODES) - 1u, true, KI_FIDELITY_EXACT},
    };
    struct trial trial = {.worker = argc > 2 ? argv[1] : NULL};
    bool is_good = trial.worker != NULL;
    for (size_t i = 0; i < sizeof ways / sizeof ways[0] && is_good; i++) {
        trial.options = ki_hash_options_default();
        trial.options.modes = ways[i].modes;
        trial.options.dihedral = ways[i].dihedral;
        trial.options.fidelity = ways[i].fidelity;
        is_good = run(&trial, ways[i].npictures, (const char *const *)argv + 2,
                      (size_t)argc - 2);
    }
    printf("%u comparisons, %u unequal\n", trial.nfiles, trial.nunequal);
    return is_good && trial.nfiles > 0 && trial.nunequal == 0 ? 0 : 1;
}
