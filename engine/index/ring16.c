/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The search. Memory latency decides: a query touches 272 buckets in 16 tables, and of
 * the postings kept (0.26 %) an id and a hash each. So it goes in stages, each asking
 * for what the next one needs:
 *
 *   1. fetch the offsets of all probes
 *   2. offsets → spans, whose sketches are fetched, some bands ahead of
 *   3. scanning: the positions kept ask for their ids
 *   4. ids ask for their hashes
 *   5. hashes are compared whole
 *
 * The sketches of the first bands are fetched at once, those of a later band while the
 * one `ahead` bands before it is scanned, line for line: fetching everything first and
 * scanning afterwards takes as long as both together (at 50 M hashes 87 against 74 µs).
 */
#include "index/ring16.h"

#include <assert.h>
#include <string.h>

#include "index/fetch.h"

enum {
    MOST_PROBES = 1 + 16 + 120,          /* values within two bits of one */
    MOST_KEPT = KI_KERNEL_MOST_POSTINGS, /* gathered before stages 4 and 5 run */
    RUN = 17,                            /* spans that go to the kernel at once */
    FETCHED_AHEAD = 32 << 10,            /* bytes of sketches under way */
};

struct candidate {
    uint32_t id; /* until stage 4, where its word stands in the buckets */
    uint16_t band;
    uint16_t spare; /* bits that the band after the next may still differ in */
};

struct search {
    const struct ki_ring16 *ring;
    const struct ki_ring_hash *query;
    ki_ring_report report;
    void *context;
    uint32_t *positions; /* MOST_KEPT, of all searches under way */
    size_t nkept;
    struct ki_postings spans[KI_RING_NBANDS][MOST_PROBES];
    uint64_t npostings[KI_RING_NBANDS][(MOST_PROBES + RUN - 1) / RUN]; /* of each run */
    unsigned radius;
    unsigned ahead;        /* bands between filling and scanning */
    unsigned bucket_lines; /* cache lines that a usual bucket touches */
    unsigned nfilled;      /* bands */
    unsigned id_nbits;
    int allowance[KI_RING_NBANDS]; /* t_b; 0: the band starts no chain */
    struct candidate kept[MOST_KEPT];
    uint16_t flips[MOST_PROBES];
};

static unsigned next_band(unsigned band)
{
    return (band + 1) % KI_RING_NBANDS;
}

/* Bits that differ, per band: four bands at a time in the lanes of a word. */
static unsigned band_distances(const struct ki_ring_hash *a,
                               const struct ki_ring_hash *b,
                               uint16_t distances[KI_RING_NBANDS])
{
    uint64_t sum = 0;
    for (size_t i = 0; i < KI_RING_NBANDS; i += 4) {
        uint64_t x = 0;
        uint64_t y = 0;
        memcpy(&x, a->band + i, sizeof x);
        memcpy(&y, b->band + i, sizeof y);
        x ^= y;
        x -= x >> 1 & 0x5555555555555555u;
        x = (x & 0x3333333333333333u) + (x >> 2 & 0x3333333333333333u);
        x = (x + (x >> 4)) & 0x0f0f0f0f0f0f0f0fu;
        x = (x + (x >> 8)) & 0x001f001f001f001fu;
        memcpy(distances + i, &x, sizeof x);
        sum += x;
    }
    return (unsigned)((sum * 0x0001000100010001u) >> 48);
}

static unsigned count_bits(uint32_t x)
{
    x -= x >> 1 & 0x55555555u;
    x = (x & 0x33333333u) + (x >> 2 & 0x33333333u);
    x = (x + (x >> 4)) & 0x0f0f0f0fu;
    return x * 0x01010101u >> 24;
}

static bool qualifies(const struct search *search,
                      const uint16_t distances[KI_RING_NBANDS], unsigned band)
{
    int sum = 0;
    for (unsigned i = 0; i < 3; i++) {
        unsigned b = (band + i) % KI_RING_NBANDS;
        sum += distances[b] - search->allowance[b];
        if (sum >= 0) {
            return false;
        }
    }
    return true;
}

/* The full distance, and whether this band is the one to report from. */
static bool check(const struct search *search, const struct candidate *candidate)
{
    uint16_t distances[KI_RING_NBANDS];
    unsigned total =
        band_distances(&search->ring->hashes[candidate->id], search->query, distances);
    if (total > search->radius || !qualifies(search, distances, candidate->band)) {
        return true;
    }
    for (unsigned b = 0; b < candidate->band; b++) {
        if (qualifies(search, distances, b)) {
            return true;
        }
    }
    return search->report(search->context, candidate->id, total);
}

/* Stage 4 for what has been gathered: drops those that the rest of the word rules out.
 */
static void name_candidates(struct search *search)
{
    const struct ki_ring16 *ring = search->ring;
    const unsigned id_nbits = search->id_nbits;
    const uint32_t id_mask = (uint32_t)(((uint64_t)1 << id_nbits) - 1);
    size_t nkept = 0;
    for (size_t i = 0; i < search->nkept; i++) {
        struct candidate candidate = search->kept[i];
        uint32_t word = 0;
        memcpy(&word, ring->buckets[candidate.band] + candidate.id, sizeof word);
        uint64_t after = search->query->band[(candidate.band + 2) % KI_RING_NBANDS];
        uint32_t differing = (word ^ (uint32_t)(after << id_nbits)) & ~id_mask;
        candidate.id = word & id_mask;
        if (count_bits(differing) <= candidate.spare) {
            ki_fetch(&ring->hashes[candidate.id]);
            search->kept[nkept++] = candidate;
        }
    }
    search->nkept = nkept;
}

/* Stage 5 for what has been named. */
static bool check_candidates(struct search *search)
{
    for (size_t i = 0; i < search->nkept; i++) {
        if (!check(search, &search->kept[i])) {
            return false;
        }
    }
    search->nkept = 0;
    return true;
}

static bool flush(struct search *search)
{
    name_candidates(search);
    return check_candidates(search);
}

/* Takes the kernel's positions, which are those of the spans in their order. */
static bool gather(struct search *search, unsigned band,
                   const struct ki_postings *spans, size_t npositions)
{
    const uint16_t *buckets = search->ring->buckets[band];
    uint16_t wanted = search->query->band[next_band(band)];
    int third = search->allowance[(band + 2) % KI_RING_NBANDS];
    if (search->nkept + npositions > MOST_KEPT && !flush(search)) {
        return false;
    }
    for (size_t i = 0; i < npositions; i++) {
        uint32_t position = search->positions[i];
        while (position < spans->begin || position >= spans->end) {
            spans++;
        }
        uint32_t word =
            spans->end + 2 * (position - spans->begin); /* after the sketches */
        unsigned differing = count_bits((uint32_t)(buckets[position] ^ wanted));
        ki_fetch(buckets + word);
        search->kept[search->nkept++] = (struct candidate){
            .id = word,
            .band = (uint16_t)band,
            .spare = (uint16_t)((int)spans->spare - (int)differing + third),
        };
    }
    return true;
}

/* Crowded buckets, which hostile lists can make, are scanned a piece at a time. */
static bool scan_crowded(struct search *search, unsigned band,
                         const struct ki_postings *spans, size_t nspans)
{
    const struct ki_ring16 *ring = search->ring;
    uint16_t wanted = search->query->band[next_band(band)];
    for (size_t i = 0; i < nspans; i++) {
        struct ki_postings piece = spans[i];
        for (; piece.begin < spans[i].end; piece.begin = piece.end) {
            uint32_t left = spans[i].end - piece.begin;
            piece.end = piece.begin + (left < MOST_KEPT ? left : MOST_KEPT);
            size_t npositions = ring->kernel->scan(ring->buckets[band], &piece, 1,
                                                   wanted, search->positions);
            if (!gather(search, band, &spans[i], npositions)) {
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
static bool scan_band(struct search *search, unsigned band)
{
    const struct ki_ring16 *ring = search->ring;
    const struct ki_postings *spans = search->spans[band];
    size_t nspans = count_probes(search->allowance[band]);
    uint16_t wanted = search->query->band[next_band(band)];
    for (size_t i = 0; i < nspans; i += RUN) {
        size_t count = nspans - i < RUN ? nspans - i : RUN;
        if (search->npostings[band][i / RUN] > MOST_KEPT) {
            if (!scan_crowded(search, band, spans + i, count)) {
                return false;
            }
            continue;
        }
        size_t npositions = ring->kernel->scan(ring->buckets[band], spans + i, count,
                                               wanted, search->positions);
        if (!gather(search, band, spans + i, npositions)) {
            return false;
        }
    }
    return true;
}

/* Bits by which a probed value differs from the query's: none, each one, each two. */
static void fill_flips(uint16_t flips[MOST_PROBES])
{
    size_t n = 0;
    flips[n++] = 0;
    for (unsigned i = 0; i < 16; i++) {
        flips[n++] = (uint16_t)(1u << i);
    }
    for (unsigned i = 0; i < 16; i++) {
        for (unsigned k = 0; k < i; k++) {
            flips[n++] = (uint16_t)(1u << i | 1u << k);
        }
    }
}

/* Stage 1, for one band. Values that differ in the lowest bits share a line. */
static void fetch_offsets(const struct search *search, unsigned band)
{
    const uint32_t *offsets = search->ring->offsets[band];
    size_t nprobes = count_probes(search->allowance[band]);
    ki_fetch(&offsets[search->query->band[band]]);
    for (size_t i = 1 + 4; i < nprobes; i++) {
        ki_fetch(&offsets[search->query->band[band] ^ search->flips[i]]);
    }
}

/* As many lines for every bucket, without a branch on its length: that would be
 * mispredicted all the time. */
static inline void fetch_bucket(const struct search *search, const uint16_t *bucket)
{
    const char *line = (const char *)bucket;
    for (unsigned i = 0; i < search->bucket_lines; i++, line += KI_LINE_NBYTES) {
        ki_fetch(line);
    }
}

/* Stage 2: the buckets of a band, each with the bits its sketches may differ in. */
static void fill_spans(struct search *search, unsigned band)
{
    const uint32_t *offsets = search->ring->offsets[band];
    const uint16_t *buckets = search->ring->buckets[band];
    int both = search->allowance[band] + search->allowance[next_band(band)] - 1;
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
            uint32_t value = (uint32_t)(search->query->band[band] ^ search->flips[i]);
            struct ki_postings *span = &search->spans[band][i];
            uint32_t count = offsets[value + 1] - offsets[value];
            span->begin = 3 * offsets[value];
            span->end = span->begin + count;
            span->spare = (uint32_t)(both - (i > 0) - (i > 16));
            span->ahead = buckets;
            npostings += count;
            if (i < nafter) {
                after[i].ahead = buckets + span->begin;
            } else {
                fetch_bucket(search, buckets + span->begin);
            }
        }
        search->npostings[band][first / RUN] = npostings;
    }
}

/* From the mean size of a bucket. Kernels read up to two lines over its end. All bands
 * are fetched before the first is scanned if they are small. */
static void plan_fetching(struct search *search)
{
    size_t nbytes = search->ring->nhashes / (KI_RING_NVALUES / sizeof(uint16_t));
    size_t ahead = FETCHED_AHEAD / (nbytes * count_probes(search->allowance[0]) + 1);
    search->bucket_lines = (unsigned)(nbytes / KI_LINE_NBYTES) + 2;
    search->ahead = ahead < 1                ? 1
                    : ahead < KI_RING_NBANDS ? (unsigned)ahead
                                             : KI_RING_NBANDS;
}

/* Stage 1. */
static void begin(struct search *search, const struct ki_ring16 *ring,
                  const struct ki_ring_job *job, unsigned radius)
{
    search->ring = ring;
    search->query = job->query;
    search->context = job->context;
    search->radius = radius;
    search->nkept = 0;
    search->nfilled = 0;
    search->id_nbits = ki_ring16_id_nbits(ring->nhashes);
    unsigned rest = (radius + 1) % KI_RING_NBANDS;
    for (unsigned b = 0; b < KI_RING_NBANDS; b++) {
        search->allowance[b] = (int)((radius + 1) / KI_RING_NBANDS + (b < rest));
    }
    fill_flips(search->flips);
    plan_fetching(search);
    for (unsigned b = 0; b < KI_RING_NBANDS; b++) {
        fetch_offsets(search, b);
    }
}

/* Stage 2, until it is so many bands ahead of this one. */
static void fill_ahead(struct search *search, unsigned band)
{
    unsigned end = band + search->ahead + 1;
    for (; search->nfilled < KI_RING_NBANDS && search->nfilled < end;
         search->nfilled++) {
        fill_spans(search, search->nfilled);
    }
}

/* Stage 3, and what is left of stage 2. */
static bool scan(struct search *search)
{
    for (unsigned band = 0; band < KI_RING_NBANDS; band++) {
        fill_ahead(search, band);
        if (!scan_band(search, band)) {
            return false;
        }
    }
    return true;
}

/* Each stage works on another query, one step behind the stage before, so that what a
 * stage has asked for comes while the others work. */
bool ki_ring16_search_many(const struct ki_ring16 *ring, const struct ki_ring_job *jobs,
                           size_t njobs, unsigned radius, ki_ring_report report)
{
    enum { NSTAGES = 5 };
    struct search searches[NSTAGES];
    uint32_t positions[MOST_KEPT];
    assert(radius <= KI_RADIUS_MAX);
    if (ring->nhashes == 0) {
        return true;
    }
    for (size_t step = 0; step < njobs + NSTAGES - 1; step++) {
        /* The search of job `step − stage`, if it is one. */
        struct search *at[NSTAGES];
        for (size_t stage = 0; stage < NSTAGES; stage++) {
            bool is_one = step >= stage && step - stage < njobs;
            at[stage] = is_one ? &searches[(step - stage) % NSTAGES] : NULL;
        }
        if (at[0]) {
            at[0]->report = report;
            at[0]->positions = positions;
            begin(at[0], ring, &jobs[step], radius);
        }
        if (at[1]) {
            fill_ahead(at[1], 0);
        }
        if (at[2] && !scan(at[2])) {
            return false;
        }
        if (at[3]) {
            name_candidates(at[3]);
        }
        if (at[4] && !check_candidates(at[4])) {
            return false;
        }
    }
    return true;
}

bool ki_ring16_search(const struct ki_ring16 *ring, const struct ki_ring_hash *query,
                      unsigned radius, ki_ring_report report, void *context)
{
    const struct ki_ring_job job = {query, context};
    return ki_ring16_search_many(ring, &job, 1, radius, report);
}
