/* SPDX-License-Identifier: Apache-2.0 */
/*
 * "ring16": exact search of 256-bit hashes within a Hamming radius.
 *
 * A hash is cut into 16 bands of 16 bits, arranged in a ring. Give band b the allowance
 * t_b with Σ t_b = r + 1. If two hashes are r bits apart or less, their distances d_b
 * per band satisfy Σ (d_b − t_b) < 0, so that (cycle lemma) from some band on every
 * partial sum around the ring is negative. For two bands in a row that means
 *
 *     d_b ≤ t_b − 1    and    d_b + d_{b+1} ≤ t_b + t_{b+1} − 1
 *
 * for at least one b: call it a qualifying band (Qin et al., "Pigeonring: a principle
 * for faster thresholded similarity search", VLDB 2018). Per band there is a table from
 * its 65,536 values to postings; each posting carries 16 bits of sketch, the value of
 * the NEXT band, so that both conditions are checked before the hash itself is touched.
 * A pair is reported from its lowest qualifying band only: no hit comes twice.
 *
 * PDQ's own words are correlated. The bits are therefore permuted first: bit column c
 * of row r goes to bit r of band (r + c) mod 16.
 */
#ifndef KI_INDEX_RING16_H
#define KI_INDEX_RING16_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <knownimage/hash.h>

#include "index/kernel.h"

enum {
    KI_RING_NBANDS = 16,
    KI_RING_NVALUES = 65536,
    KI_RING_NOFFSETS = KI_RING_NVALUES + 1
};

/* A permuted hash: 16 bands. */
struct ki_ring_hash {
    uint16_t band[KI_RING_NBANDS];
};

struct ki_ring_hash ki_ring_permute(const struct ki_pdq *pdq);
struct ki_pdq ki_ring_unpermute(const struct ki_ring_hash *hash);

/* The tables over n hashes; memory belongs to the segment. Of band b, the postings of
 * value v are offsets[b][v] … offsets[b][v + 1] − 1; posting p has the sketch
 * sketches[b][p] and belongs to hash ids[b][p] < n. Each sketches[b] is followed by
 * KI_KERNEL_PADDING readable bytes. */
struct ki_ring16 {
    uint32_t nhashes;
    const struct ki_kernel *kernel; /* of this processor, see ki_kernel_best */
    const struct ki_ring_hash *hashes;
    const uint32_t *offsets[KI_RING_NBANDS];
    const uint16_t *sketches[KI_RING_NBANDS];
    const uint32_t *ids[KI_RING_NBANDS];
};

/* Fills the tables of one band. */
void ki_ring16_build_band(const struct ki_ring_hash *hashes, uint32_t nhashes,
                          unsigned band, uint32_t *offsets, uint16_t *sketches,
                          uint32_t *ids);

/* Checks what lookups rely on: offsets start at 0, never fall, end at n; ids < n. */
bool ki_ring16_is_valid(const struct ki_ring16 *ring);

/* Calls report for each hash within radius 0…KI_RADIUS_MAX of the query, once, in no
 * stated order. False from report ends the search, which then returns false. */
typedef bool (*ki_ring_report)(void *context, uint32_t id, unsigned distance);
bool ki_ring16_search(const struct ki_ring16 *ring, const struct ki_ring_hash *query,
                      unsigned radius, ki_ring_report report, void *context);

/* The same for several queries, each with a context of its own for the reports: while
 * one waits for memory, others are worked on. */
struct ki_ring_job {
    const struct ki_ring_hash *query;
    void *context;
};
bool ki_ring16_search_many(const struct ki_ring16 *ring, const struct ki_ring_job *jobs,
                           size_t njobs, unsigned radius, ki_ring_report report);

#endif
