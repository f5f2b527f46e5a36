/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One search of ring16 under way. Memory latency decides: a query touches 272 buckets
 * in 16 tables, and more of the postings kept (0.26 %). So it goes in stages, each
 * asking for what the next one needs:
 *
 *   1. fetch the offsets of all probes
 *   2. offsets → spans, whose sketches are fetched: those of the first bands whole
 *   3. scanning, which fetches the sketches of later bands; the positions kept ask for
 *      their rest codes
 *   4. rest codes ask for the numbers of their hashes,
 *   5. the numbers for the hashes,
 *   6. which are compared whole
 *
 * ring16.c has the stages 1 to 3, ring16_candidates.c and ring_candidates.c the others.
 */
#ifndef KI_INDEX_RING16_SEARCH_H
#define KI_INDEX_RING16_SEARCH_H

#include "index/ring16.h"
#include "index/ring16_places.h"
#include "index/ring16_rest.h"
#include "index/ring_candidates.h"

enum {
    KI_RING16_MOST_PROBES = 1 + 16 + 120, /* values within two bits of one */
    KI_RING16_RUN = 17,                   /* spans that go to the kernel at once */
    KI_RING16_NRUNS = (KI_RING16_MOST_PROBES + KI_RING16_RUN - 1) / KI_RING16_RUN
};

struct ki_ring16_search {
    const struct ki_ring16 *ring;
    const struct ki_ring_hash *query;
    ki_ring_report report;
    void *context;
    uint32_t *positions; /* KI_KERNEL_MOST_POSTINGS, of all searches under way */
    struct ki_postings spans[KI_RING_NBANDS][KI_RING16_MOST_PROBES];
    uint64_t npostings[KI_RING_NBANDS][KI_RING16_NRUNS]; /* of each run */
    unsigned radius;
    unsigned ahead;        /* bands between fetching sketches and scanning them */
    unsigned bucket_lines; /* cache lines that a usual bucket touches */
    int allowance[KI_RING_NBANDS]; /* t_b; 0: the band starts no chain */
    struct ki_candidates candidates;
    /* The places of the buckets to probe are place[b] XOR probes[b][i]. */
    uint16_t place[KI_RING_NBANDS];
    const uint16_t *probes[KI_RING_NBANDS];
    uint16_t wide[KI_RING_NBANDS][KI_RING16_MOST_PROBES]; /* where t_b is 3 */
    struct ki_rest_near near[KI_RING_NBANDS]; /* the value of the band after the next */
};

static inline unsigned ki_ring16_next(unsigned band)
{
    return (band + 1) % KI_RING_NBANDS;
}

/* Takes positions that the kernel found in spans of a band, in the order of the spans;
 * false if a report ended the search. */
bool ki_ring16_gather(struct ki_ring16_search *search, unsigned band,
                      const struct ki_postings *spans, size_t npositions);

/* Stages 4 and 6 for what has been gathered. */
void ki_ring16_sift(struct ki_ring16_search *search);
bool ki_ring16_check(struct ki_ring16_search *search);

#endif
