/* SPDX-License-Identifier: Apache-2.0 */
/* The same tables as they are served: from a segment file in the page cache. Entry ids
 * are the numbers of the hashes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "bench/engines.h"
#include "common/message.h"
#include "index/segment_builder.h"

struct served {
    char folder[128];
    struct ki_segment *segment;
};

static bool always(void)
{
    return true;
}

static void destroy(void *engine)
{
    struct served *served = engine;
    ki_segment_close(served->segment);
    bench_folder_remove(served->folder);
    free(served);
}

static enum ki_status add_all(struct ki_segment_builder *builder,
                              const struct ki_ring_hash *hashes, uint32_t n,
                              struct ki_diag *diag)
{
    enum ki_status status = KI_OK;
    for (uint32_t i = 0; i < n && status == KI_OK; i++) {
        char id[16];
        struct ki_pdq pdq = ki_ring_unpermute(&hashes[i]);
        struct ki_hash hash = {.kind = KI_KIND_PDQ};
        int length = snprintf(id, sizeof id, "%u", i);
        memcpy(hash.bytes, pdq.bytes, sizeof pdq.bytes);
        struct ki_entry entry = {.id = id,
                                 .id_nbytes = (size_t)length,
                                 .category_scheme = "",
                                 .category_code = "",
                                 .hashes = &hash,
                                 .nhashes = 1};
        status = ki_segment_builder_add(builder, 1, &entry, diag);
    }
    return status;
}

static enum ki_status build(struct served *served, const struct ki_ring_hash *hashes,
                            uint32_t n, struct ki_diag *diag)
{
    char path[160];
    struct ki_segment_name name = {.number = 1};
    struct ki_segment_builder *builder = NULL;
    (void)snprintf(path, sizeof path, "%s/1.mdb", served->folder);
    enum ki_status status =
        ki_segment_builder_create(served->folder, false, &builder, diag);
    if (status == KI_OK) {
        status = add_all(builder, hashes, n, diag);
    }
    if (status == KI_OK) {
        status = ki_segment_builder_write(builder, path, &name, diag);
    }
    ki_segment_builder_destroy(builder);
    return status == KI_OK ? ki_segment_open(path, &name, &served->segment, diag)
                           : status;
}

static void *make(const struct ki_ring_hash *hashes, uint32_t n)
{
    struct served *served = calloc(1, sizeof *served);
    struct ki_diag diag = {0};
    if (!served || !bench_folder_make(served->folder)) {
        free(served);
        return NULL;
    }
    enum ki_status status = build(served, hashes, n, &diag);
    if (status != KI_OK) {
        message_status(status, &diag);
        destroy(served);
        return NULL;
    }
    return served;
}

static void search(void *engine, const struct ki_ring_hash *query, unsigned radius,
                   struct bench_answer *answer)
{
    const struct served *served = engine;
    (void)ki_segment_search(served->segment, query, radius, bench_answer_report,
                            answer);
}

static size_t nbytes(const void *engine)
{
    const struct served *served = engine;
    return served->segment->name.nbytes -
           (size_t)served->segment->npdq * sizeof(struct ki_ring_hash);
}

static void search_many(void *engine, const struct ki_ring_job *jobs, size_t njobs,
                        unsigned radius)
{
    const struct served *served = engine;
    (void)ki_segment_search_many(served->segment, jobs, njobs, radius,
                                 bench_answer_report);
}

const struct bench_engine engine_segment = {
    .name = "segment",
    .is_ours = true,
    .can_run = always,
    .make = make,
    .search = search,
    .search_many = search_many,
    .nbytes = nbytes,
    .destroy = destroy,
};
