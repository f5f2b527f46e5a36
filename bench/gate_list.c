/* SPDX-License-Identifier: Apache-2.0 */
/* The list is PDQ text: good rows are called good-N, the planted ones bad-PLANT-N. */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <knownimage/index.h>
#include <knownimage/list.h>

#include "bench/bench.h"
#include "bench/gate.h"
#include "common/message.h"
#include "lists.h"
#include "report/put.h"

enum { GOOD = 255, NLOOKUPS = 1000 };

static const char list_name[] = "planted";

struct trial {
    struct gate_list *result;
    char folder[128];
    char path[192]; /* of the list */
    struct gate_row *rows;
    size_t nrows;
    uint8_t *plant_at; /* of each line, the first is at 1; GOOD */
    struct ki_pdq good[NLOOKUPS];
};

/* Rows are planted at even distances. */
static bool write_rows(struct trial *trial, FILE *out, struct ki_correlated *source)
{
    uint32_t ngood = trial->result->ngood;
    uint64_t nlines = 0;
    size_t irow = 0;
    for (uint32_t i = 0; i < ngood; i++) {
        struct ki_pdq pdq;
        unsigned quality = 0;
        char name[32];
        if (ki_correlated_next(source, &pdq, &quality) != KI_OK) {
            return false;
        }
        (void)snprintf(name, sizeof name, "good-%" PRIu32, i);
        ki_list_put(out, &pdq, quality, name);
        trial->plant_at[++nlines] = GOOD;
        trial->good[i % NLOOKUPS] = pdq;
        for (; irow < (size_t)((double)(i + 1) / ngood * (double)trial->nrows);
             irow++) {
            const struct gate_row *row = &trial->rows[irow];
            ki_putf(out, "%s,100,bad-%u-%zu\n", row->text, row->plant, irow);
            trial->plant_at[++nlines] = row->plant;
        }
    }
    return !ferror(out);
}

static bool write_list(struct trial *trial, uint64_t seed)
{
    struct ki_correlated *source = NULL;
    FILE *out = fopen(trial->path, "w");
    bool is_good = out && ki_correlated_create(seed, &source) == KI_OK &&
                   write_rows(trial, out, source);
    ki_correlated_destroy(source);
    is_good = out && fclose(out) == 0 && is_good;
    if (!is_good) {
        message("cannot write %s", trial->path);
    }
    return is_good;
}

static void on_reject(void *context, const struct ki_list_reject *reject)
{
    struct trial *trial = context;
    if (strncmp(reject->reason, "warning: ", 9) == 0) {
        return;
    }
    uint8_t plant = trial->plant_at[reject->line];
    if (plant == GOOD) {
        trial->result->ngood_refused++;
    } else {
        trial->result->plants[plant].nrefused++;
    }
}

static bool on_quarantined(void *context, const struct ki_quarantined *entry)
{
    struct trial *trial = context;
    unsigned plant = GOOD;
    if (strncmp(entry->entry, "bad-", 4) == 0) {
        plant = (unsigned)strtoul(entry->entry + 4, NULL, 10);
    }
    if (plant < trial->result->nplants) {
        trial->result->plants[plant].nquarantined++;
    } else {
        trial->result->ngood_quarantined++;
    }
    return true;
}

static enum ki_status import(struct trial *trial, struct ki_diag *diag)
{
    struct ki_list_info info = ki_list_info_default();
    struct ki_import_options options = ki_import_options_default();
    struct ki_import_result result;
    (void)snprintf(info.name, sizeof info.name, "%s", list_name);
    options.format = "pdq-text";
    options.on_reject = on_reject;
    options.context = trial;
    int fd = open(trial->path, O_RDONLY | O_CLOEXEC);
    enum ki_status status = ki_list_add(trial->folder, &info, false, diag);
    double begin = bench_now_us();
    if (status == KI_OK) {
        status = ki_list_import(trial->folder, list_name, fd, &options, &result, diag);
    }
    trial->result->seconds = (bench_now_us() - begin) * 1e-6;
    if (fd >= 0) {
        (void)close(fd);
    }
    if (status == KI_OK) {
        trial->result->nadded = result.nadded;
        status =
            ki_list_quarantine(trial->folder, list_name, on_quarantined, trial, diag);
    }
    return status;
}

/* Whether an entry of exactly these bits is found, whose id begins so. */
static bool is_found(const struct ki_index *index, const struct ki_pdq *pdq,
                     const char *prefix)
{
    struct ki_hash hash = {.kind = KI_KIND_PDQ};
    struct ki_hits hits = {0};
    bool is_there = false;
    memcpy(hash.bytes, pdq->bytes, sizeof pdq->bytes);
    if (ki_index_lookup(index, &hash, 0, &hits) == KI_OK) {
        for (size_t i = 0; i < hits.nhits; i++) {
            is_there =
                is_there || strncmp(hits.items[i].entry, prefix, strlen(prefix)) == 0;
        }
    }
    ki_hits_free(&hits);
    return is_there;
}

static enum ki_status look_up(struct trial *trial, struct ki_diag *diag)
{
    struct gate_list *result = trial->result;
    struct ki_index *index = NULL;
    enum ki_status status = ki_index_open(trial->folder, &index, diag);
    if (status != KI_OK) {
        return status;
    }
    result->nlooked_up = result->ngood < NLOOKUPS ? result->ngood : NLOOKUPS;
    for (uint32_t i = 0; i < result->nlooked_up; i++) {
        result->nfound += is_found(index, &trial->good[i], "good-");
    }
    for (size_t i = 0; i < trial->nrows; i++) {
        if (trial->rows[i].is_hash) {
            result->plants[trial->rows[i].plant].nfound +=
                is_found(index, &trial->rows[i].pdq, "bad-");
        }
    }
    ki_index_close(index);
    return KI_OK;
}

static bool run_trial(struct trial *trial, uint64_t seed)
{
    struct ki_diag diag = {0};
    (void)snprintf(trial->path, sizeof trial->path, "%s/list.txt", trial->folder);
    if (!write_list(trial, seed)) {
        return false;
    }
    enum ki_status status = import(trial, &diag);
    if (status == KI_OK) {
        status = look_up(trial, &diag);
    }
    if (status != KI_OK) {
        message_status(status, &diag);
    }
    return status == KI_OK;
}

bool gate_list_try(uint32_t ngood, uint32_t nevery, uint64_t seed,
                   const struct gate_drawing *drawings, size_t ndrawings,
                   struct gate_list *out)
{
    static struct trial trial;
    *out = (struct gate_list){.ngood = ngood};
    trial = (struct trial){.result = out};
    trial.rows = gate_rows_make(nevery, seed, drawings, ndrawings, out->plants,
                                &out->nplants, &trial.nrows);
    trial.plant_at = calloc((size_t)ngood + trial.nrows + 1, 1);
    bool is_good = trial.rows && trial.plant_at && bench_folder_make(trial.folder);
    if (is_good) {
        is_good = run_trial(&trial, seed);
        bench_folder_remove(trial.folder);
    }
    free(trial.rows);
    free(trial.plant_at);
    return is_good;
}
