/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One search of a lined ring under way, in stages that each ask for the memory of the
 * next:
 *
 *   1. fetch the first lines
 *   2. look at lines, fetching later ones; sketches kept ask for their rest codes,
 * longer buckets for their other sketches,
 *   3. which are looked at, and ask for rest codes too
 *   4. rest codes ask for the numbers of their hashes,
 *   5. the numbers for the hashes,
 *   6. which are compared whole
 */
#ifndef KI_INDEX_LINED_SEARCH_H
#define KI_INDEX_LINED_SEARCH_H

#include "index/lined.h"
#include "index/lined_flips.h"
#include "index/ring_candidates.h"

enum { KI_LINED_MOST_LONG = 1024 }; /* gathered before stage 3 runs */

/* The lines to look at of a band, and behind them those of later bands. */
struct ki_lined_queue {
    size_t n;
    unsigned band; /* whose lines come next */
    const struct ki_line *lines[2 * KI_LINED_MOST_PROBES + KI_LINES_AHEAD];
};

/* What all searches under way share. */
struct ki_lined_room {
    uint32_t positions[KI_KERNEL_MOST_POSTINGS];
    struct ki_line_kept lines[KI_LINED_MOST_PROBES];
    struct ki_lined_queue queue;
};

/* The rest code that postings would have of the query, and which of its bits are the
 * next band's. */
struct ki_lined_rest {
    uint16_t code;
    uint16_t mask;
};

struct ki_lined_search {
    const struct ki_lined *ring;
    const struct ki_ring_hash *query;
    ki_ring_report report;
    void *context;
    struct ki_lined_room *room;
    unsigned radius;
    int allowance[KI_LINED_MOST_BANDS]; /* t_b; 0: the band starts no chain */
    uint32_t place[KI_LINED_MOST_BANDS];
    uint16_t low[KI_LINED_MOST_BANDS]; /* what a sketch would have of the band */
    struct ki_lined_rest rest[KI_LINED_MOST_BANDS]; /* of each band's postings */
    /* Buckets with more sketches than their line holds: the others. */
    size_t nlong;
    struct ki_postings spans[KI_LINED_MOST_LONG];
    uint16_t bands[KI_LINED_MOST_LONG];
    struct ki_candidates candidates;
};

/* Takes what the kernel kept of a band's lines; false if a report ended the search. */
bool ki_lined_gather(struct ki_lined_search *search, unsigned band,
                     const struct ki_probes *probes, size_t nlines);

/* Stages 3, 4 and 6 for what has been gathered. */
bool ki_lined_scan_long(struct ki_lined_search *search);
void ki_lined_sift(struct ki_lined_search *search);
bool ki_lined_check(struct ki_lined_search *search);

#endif
