/* SPDX-License-Identifier: Apache-2.0 */
/* The search as a whole; lined_search.h tells its stages. */
#include "index/lined.h"

#include <assert.h>
#include <string.h>

#include "index/fetch.h"
#include "index/lined_bits.h"
#include "index/lined_search.h"
#include "index/ring_stages.h"

/* Extra allowance goes to the wide bands of ring12 first: their buckets are smaller. */
static void allot(struct ki_lined_search *search)
{
    unsigned rest = (search->radius + 1) % search->ring->shape.nbands;
    for (unsigned b = 0; b < search->ring->shape.nbands; b++) {
        search->allowance[b] = (int)((search->radius + 1) / search->ring->shape.nbands);
    }
    for (unsigned turn = 0; turn < 2; turn++) {
        for (unsigned b = 0; b < search->ring->shape.nbands && rest > 0; b++) {
            if ((b % 3 == 0) == (turn == 1)) {
                search->allowance[b]++;
                rest--;
            }
        }
    }
}

static struct ki_lined_flips flips_of(const struct ki_lined_search *search,
                                      unsigned band)
{
    unsigned radius = (unsigned)search->allowance[band] - 1;
    return ki_lined_flips(&search->ring->shape, band, search->place[band], radius);
}

/* Lines of whole bands until there are `wanted` or no more. */
static void fill_queue(const struct ki_lined_search *search, size_t wanted)
{
    struct ki_lined_queue *queue = &search->room->queue;
    for (; queue->n < wanted && queue->band < search->ring->shape.nbands;
         queue->band++) {
        const unsigned band = queue->band;
        if (search->allowance[band] == 0) {
            continue;
        }
        const struct ki_lined_flips flips = flips_of(search, band);
        for (uint32_t i = 0; i < flips.n; i++) {
            queue->lines[queue->n++] =
                &search->ring->lines[band][search->place[band] ^ flips.places[i]];
        }
    }
}

/* Beyond the last one, any line will do. */
static void pad_queue(const struct ki_lined_search *search, size_t wanted)
{
    struct ki_lined_queue *queue = &search->room->queue;
    for (size_t i = queue->n; i < wanted; i++) {
        queue->lines[i] = search->ring->lines[0];
    }
}

static void leave_queue(const struct ki_lined_search *search, size_t n)
{
    struct ki_lined_queue *queue = &search->room->queue;
    queue->n -= n;
    memmove(queue->lines, queue->lines + n, queue->n * sizeof(const struct ki_line *));
}

static void begin_queue(const struct ki_lined_search *search)
{
    struct ki_lined_queue *queue = &search->room->queue;
    queue->n = 0;
    queue->band = 0;
    fill_queue(search, KI_LINES_AHEAD);
}

/* Stage 1. */
static void begin(struct ki_lined_search *search, const struct ki_lined *ring,
                  const struct ki_ring_job *job, unsigned radius)
{
    search->ring = ring;
    search->query = job->query;
    search->context = job->context;
    search->radius = radius;
    search->nlong = 0;
    search->candidates.tables = ring->records;
    search->candidates.hashes = ring->hashes;
    search->candidates.id_nbits = ring->id_nbits;
    search->candidates.n = 0;
    allot(search);
    const struct ki_ring_hash query = ki_lined_turn(&ring->shape, job->query);
    for (unsigned b = 0; b < search->ring->shape.nbands; b++) {
        search->place[b] = ki_lined_line(&ring->shape, &query, b);
        search->low[b] = ki_lined_low(&ring->shape, &query, b);
    }
    begin_queue(search);
    for (size_t i = 0; i < KI_LINES_AHEAD && i < search->room->queue.n; i++) {
        ki_fetch(search->room->queue.lines[i]);
    }
    const unsigned rest_nbits = 32 - ring->id_nbits;
    for (unsigned b = 0; b < search->ring->shape.nbands; b++) {
        unsigned nnext = ki_lined_nnext(&ring->shape, b, rest_nbits);
        search->rest[b].code =
            (uint16_t)ki_lined_rest(&ring->shape, &query, b, rest_nbits);
        search->rest[b].mask = (uint16_t)((1u << nnext) - 1);
    }
}

static bool look_at_band(struct ki_lined_search *search, unsigned band)
{
    const unsigned next = ki_lined_after(&search->ring->shape, band, 1);
    const struct ki_lined_flips flips = flips_of(search, band);
    const struct ki_probes probes = {
        .lines = search->room->queue.lines,
        .flipped = flips.nbits,
        .nprobes = flips.n,
        .wanted = search->low[next],
        .spare = (uint16_t)(search->allowance[band] + search->allowance[next] - 1),
    };
    fill_queue(search, flips.n + KI_LINES_AHEAD);
    pad_queue(search, flips.n + KI_LINES_AHEAD);
    size_t nlines = search->ring->kernel->scan_lines(&probes, search->room->lines);
    if (!ki_lined_gather(search, band, &probes, nlines)) {
        return false;
    }
    leave_queue(search, flips.n);
    return true;
}

/* Stage 2. The queue is begun again: another search has used it since stage 1. */
static bool look(struct ki_lined_search *search)
{
    begin_queue(search);
    for (unsigned band = 0; band < search->ring->shape.nbands; band++) {
        if (search->allowance[band] > 0 && !look_at_band(search, band)) {
            return false;
        }
    }
    return true;
}

/* The searches under way. */
struct run {
    const struct ki_lined *ring;
    const struct ki_ring_job *jobs;
    unsigned radius;
    struct ki_lined_search searches[KI_RING_NSTAGES];
};

static bool run_stage(void *context, size_t job, size_t stage)
{
    struct run *run = context;
    struct ki_lined_search *search = &run->searches[job % KI_RING_NSTAGES];
    switch (stage) {
    case 0:
        begin(search, run->ring, &run->jobs[job], run->radius);
        return true;
    case 1:
        return look(search);
    case 2:
        return ki_lined_scan_long(search);
    case 3:
        ki_lined_sift(search);
        return true;
    case 4:
        ki_candidates_name(&search->candidates);
        return true;
    default:
        return ki_lined_check(search);
    }
}

bool ki_lined_search_many(const struct ki_lined *ring, const struct ki_ring_job *jobs,
                          size_t njobs, unsigned radius, ki_ring_report report)
{
    struct ki_lined_room room;
    struct run run;
    assert(radius <= KI_RADIUS_MAX);
    run.ring = ring;
    run.jobs = jobs;
    run.radius = radius;
    for (size_t i = 0; i < KI_RING_NSTAGES; i++) {
        run.searches[i].report = report;
        run.searches[i].room = &room;
    }
    return ki_ring_run_stages(njobs, run_stage, &run);
}
