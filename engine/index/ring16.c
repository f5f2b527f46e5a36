/* SPDX-License-Identifier: Apache-2.0 */
/* The search as a whole; ring16_search.h tells its stages. */
#include "index/ring16.h"

#include <assert.h>
#include <string.h>

#include "index/fetch.h"
#include "index/ring16_search.h"
#include "index/ring_stages.h"

/*
 * The sketches of the first bands are fetched at once, those of a later band while the
 * one `ahead` bands before it is scanned, line for line: fetching everything first and
 * scanning afterwards takes as long as both together (at 50 M hashes 87 against 74 µs).
 * What begins at once for every bucket is finding its pages: the lines where its
 * sketches begin and end are fetched before any is scanned (10 M and 50 M hashes on a
 * Zen 3, in turns: 55.7 → 48.6 and 137 → 126 µs).
 */
enum {
    RUN = KI_RING16_RUN,
    FETCHED_AHEAD = 32 << 10 /* bytes of sketches under way */
};

/* Crowded buckets, which hostile lists can make, are scanned a piece at a time. */
static bool scan_crowded(struct ki_ring16_search *search, unsigned band,
                         const struct ki_postings *spans, size_t nspans)
{
    const struct ki_ring16 *ring = search->ring;
    uint16_t wanted = search->query->band[ki_ring16_next(band)];
    for (size_t i = 0; i < nspans; i++) {
        struct ki_postings piece = spans[i];
        for (; piece.begin < spans[i].end; piece.begin = piece.end) {
            uint32_t left = spans[i].end - piece.begin;
            piece.end =
                piece.begin +
                (left < KI_KERNEL_MOST_POSTINGS ? left : KI_KERNEL_MOST_POSTINGS);
            size_t npositions = ring->kernel->scan(ring->buckets[band], &piece, 1,
                                                   wanted, search->positions);
            if (!ki_ring16_gather(search, band, &spans[i], npositions)) {
                return false;
            }
        }
    }
    return true;
}

static size_t count_probes(int allowance)
{
    static const size_t counts[] = {0, 1, 1 + 16, 1 + 16 + 120};
    return counts[allowance];
}

/* Runs of spans whose postings all fit the buffer of positions go to the kernel. */
static bool scan_band(struct ki_ring16_search *search, unsigned band)
{
    const struct ki_ring16 *ring = search->ring;
    const struct ki_postings *spans = search->spans[band];
    size_t nspans = count_probes(search->allowance[band]);
    uint16_t wanted = search->query->band[ki_ring16_next(band)];
    for (size_t i = 0; i < nspans; i += RUN) {
        size_t count = nspans - i < RUN ? nspans - i : RUN;
        if (search->npostings[band][i / RUN] > KI_KERNEL_MOST_POSTINGS) {
            if (!scan_crowded(search, band, spans + i, count)) {
                return false;
            }
            continue;
        }
        size_t npositions = ring->kernel->scan(ring->buckets[band], spans + i, count,
                                               wanted, search->positions);
        if (!ki_ring16_gather(search, band, spans + i, npositions)) {
            return false;
        }
    }
    return true;
}

/* Values that differ from the band's in no bit, each one, each two. */
static void fill_wide(struct ki_ring16_search *search, unsigned band)
{
    const uint16_t value = search->query->band[band];
    const uint16_t place = search->place[band];
    uint16_t *wide = search->wide[band];
    memcpy(wide, search->probes[band], sizeof ki_ring16_near[0]);
    size_t n = KI_RING16_NNEAR;
    for (unsigned i = 0; i < 16; i++) {
        for (unsigned k = 0; k < i; k++) {
            unsigned flip = 1u << i | 1u << k;
            wide[n++] = (uint16_t)(ki_ring16_place((uint16_t)(value ^ flip)) ^ place);
        }
    }
    search->probes[band] = wide;
}

/* Stage 1, for one band. */
static void fetch_offsets(struct ki_ring16_search *search, unsigned band)
{
    const uint16_t value = search->query->band[band];
    const uint32_t *offsets = search->ring->offsets[band];
    size_t nprobes = count_probes(search->allowance[band]);
    search->place[band] = ki_ring16_place(value);
    search->probes[band] = ki_ring16_near[ki_ring16_syndrome(value)];
    if (nprobes > KI_RING16_NNEAR) {
        fill_wide(search, band);
    }
    size_t nlines = nprobes == KI_RING16_NNEAR ? KI_RING16_NCELLS : nprobes;
    for (size_t i = 0; i < nlines; i++) {
        ki_fetch(&offsets[search->place[band] ^ search->probes[band][i]]);
    }
}

/* As many lines for every bucket, without a branch on its length: that would be
 * mispredicted all the time. And its last one, often one of them. */
static inline void fetch_bucket(const struct ki_ring16_search *search,
                                const uint16_t *bucket, const uint16_t *end)
{
    const char *line = (const char *)bucket;
    for (unsigned i = 1; i < search->bucket_lines; i++, line += KI_LINE_NBYTES) {
        ki_fetch(line);
    }
    ki_fetch((const char *)end - 1);
}

/* The buckets of a band, each with the bits its sketches may differ in. */
static void fill_spans(struct ki_ring16_search *search, unsigned band)
{
    const uint32_t *offsets = search->ring->offsets[band];
    const uint16_t *buckets = search->ring->buckets[band];
    int both = search->allowance[band] + search->allowance[ki_ring16_next(band)] - 1;
    size_t nprobes = count_probes(search->allowance[band]);
    struct ki_postings *after = NULL; /* those during whose scan these are fetched */
    size_t nafter = 0;
    if (band >= search->ahead) {
        after = search->spans[band - search->ahead];
        nafter = count_probes(search->allowance[band - search->ahead]);
    }
    for (size_t first = 0; first < nprobes; first += RUN) {
        size_t end = nprobes - first < RUN ? nprobes : first + RUN;
        uint64_t npostings = 0;
        for (size_t i = first; i < end; i++) {
            uint32_t place = (uint32_t)(search->place[band] ^ search->probes[band][i]);
            struct ki_postings *span = &search->spans[band][i];
            uint32_t count = offsets[place + 1] - offsets[place];
            span->begin = 3 * offsets[place];
            span->end = span->begin + count;
            span->spare = (uint32_t)(both - (i > 0) - (i > 16));
            span->ahead = buckets;
            npostings += count;
            if (i < nafter) {
                after[i].ahead = buckets + span->begin;
                ki_fetch(buckets + span->begin);
                ki_fetch(buckets + span->end);
            } else {
                fetch_bucket(search, buckets + span->begin, buckets + span->end);
            }
        }
        search->npostings[band][first / RUN] = npostings;
    }
}

/* From the mean size of a bucket. All bands are fetched before the first is scanned if
 * they are small. */
static void plan_fetching(struct ki_ring16_search *search)
{
    size_t nbytes = search->ring->nhashes / (KI_RING_NVALUES / sizeof(uint16_t));
    size_t ahead = FETCHED_AHEAD / (nbytes * count_probes(search->allowance[0]) + 1);
    search->bucket_lines = (unsigned)(nbytes / KI_LINE_NBYTES) + 2;
    search->ahead = ahead < 1                ? 1
                    : ahead < KI_RING_NBANDS ? (unsigned)ahead
                                             : KI_RING_NBANDS;
}

/* Stage 1. */
static void begin(struct ki_ring16_search *search, const struct ki_ring16 *ring,
                  const struct ki_ring_job *job, unsigned radius)
{
    search->ring = ring;
    search->query = job->query;
    search->context = job->context;
    search->radius = radius;
    search->candidates.tables = ring->buckets;
    search->candidates.hashes = ring->hashes;
    search->candidates.id_nbits = ring->id_nbits;
    search->candidates.n = 0;
    unsigned rest = (radius + 1) % KI_RING_NBANDS;
    for (unsigned b = 0; b < KI_RING_NBANDS; b++) {
        search->allowance[b] = (int)((radius + 1) / KI_RING_NBANDS + (b < rest));
    }
    plan_fetching(search);
    for (unsigned b = 0; b < KI_RING_NBANDS; b++) {
        fetch_offsets(search, b);
    }
    for (unsigned b = 0; b < KI_RING_NBANDS; b++) {
        ki_rest_near_begin(&search->near[b],
                           job->query->band[(b + 2) % KI_RING_NBANDS],
                           32 - ring->id_nbits);
    }
}

/* Stage 2. */
static void fill(struct ki_ring16_search *search)
{
    for (unsigned band = 0; band < KI_RING_NBANDS; band++) {
        fill_spans(search, band);
    }
}

/* Stage 3. */
static bool scan(struct ki_ring16_search *search)
{
    for (unsigned band = 0; band < KI_RING_NBANDS; band++) {
        if (!scan_band(search, band)) {
            return false;
        }
    }
    return true;
}

/* The searches under way. */
struct run {
    const struct ki_ring16 *ring;
    const struct ki_ring_job *jobs;
    unsigned radius;
    struct ki_ring16_search searches[KI_RING_NSTAGES];
};

static bool run_stage(void *context, size_t job, size_t stage)
{
    struct run *run = context;
    struct ki_ring16_search *search = &run->searches[job % KI_RING_NSTAGES];
    switch (stage) {
    case 0:
        begin(search, run->ring, &run->jobs[job], run->radius);
        return true;
    case 1:
        fill(search);
        return true;
    case 2:
        return scan(search);
    case 3:
        ki_ring16_sift(search);
        return true;
    case 4:
        ki_candidates_name(&search->candidates);
        return true;
    default:
        return ki_ring16_check(search);
    }
}

bool ki_ring16_search_many(const struct ki_ring16 *ring, const struct ki_ring_job *jobs,
                           size_t njobs, unsigned radius, ki_ring_report report)
{
    uint32_t positions[KI_KERNEL_MOST_POSTINGS];
    struct run run;
    assert(radius <= KI_RADIUS_MAX);
    if (ring->nhashes == 0) {
        return true;
    }
    run.ring = ring;
    run.jobs = jobs;
    run.radius = radius;
    for (size_t i = 0; i < KI_RING_NSTAGES; i++) {
        run.searches[i].report = report;
        run.searches[i].positions = positions;
    }
    return ki_ring_run_stages(njobs, run_stage, &run);
}

bool ki_ring16_search(const struct ki_ring16 *ring, const struct ki_ring_hash *query,
                      unsigned radius, ki_ring_report report, void *context)
{
    const struct ki_ring_job job = {query, context};
    return ki_ring16_search_many(ring, &job, 1, radius, report);
}
