/* SPDX-License-Identifier: Apache-2.0 */
/*
 * "ring16": exact search of 256-bit hashes within a Hamming radius.
 *
 * A hash is cut into 16 bands of 16 bits, arranged in a ring. Give band b the allowance
 * t_b with Σ t_b = r + 1. If two hashes are r bits apart or less, their distances d_b
 * per band satisfy Σ (d_b − t_b) < 0, so that (cycle lemma) from some band on every
 * partial sum around the ring is negative. For three bands in a row that means
 *
 *     d_b ≤ t_b − 1,   d_b + d_{b+1} ≤ t_b + t_{b+1} − 1   and
 *     d_b + d_{b+1} + d_{b+2} ≤ t_b + t_{b+1} + t_{b+2} − 1
 *
 * for at least one b: call it a qualifying band (Qin et al., "Pigeonring: a principle
 * for faster thresholded similarity search", VLDB 2018). Per band there is a table from
 * its 65,536 values to postings; each posting has 16 bits of sketch, the value of the
 * NEXT band, and a code (ring16_rest.h) for the band after that in as many bits as its
 * hash's number leaves free in 32. The first two conditions are checked on the
 * sketches, the third as far as the code goes on the few that remain, and all three
 * before the hash counts. A pair is reported from its lowest qualifying band only: no
 * hit comes twice.
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

/* The tables over n hashes; memory belongs to the segment. Of band b, the value whose
 * place is p (ring16_places.h) has the postings offsets[b][p] … offsets[b][p + 1] − 1.
 * Its bucket begins at buckets[b] + 3 · offsets[b][p] and is laid out as
 * ring16_layout.h says. Each buckets[b] is followed by KI_KERNEL_PADDING readable
 * bytes. */
struct ki_ring16 {
    uint32_t nhashes;
    unsigned id_nbits;              /* ki_ring16_id_nbits(nhashes), or more */
    const struct ki_kernel *kernel; /* of this processor, see ki_kernel_best */
    const struct ki_ring_hash *hashes;
    const uint32_t *offsets[KI_RING_NBANDS];
    const uint16_t *buckets[KI_RING_NBANDS];
};

enum {
    KI_RING16_POSTING_NBYTES = 6,
    KI_RING16_MOST = 1 << 30,
    KI_RING_ROW_NBYTES = 8 /* while tables are made, ring_rows.h */
};

/* Memory in which tables are made, kept from band to band: all zero at first, it grows
 * as needed. */
struct ki_ring_room {
    struct ki_ring_row *rows;
    size_t nbytes;
};
void ki_ring_room_free(struct ki_ring_room *room);

/* What tables are made from: at most KI_RING16_MOST hashes. */
struct ki_ring16_source {
    const struct ki_ring_hash *hashes;
    uint32_t nhashes;
    unsigned id_nbits; /* as in struct ki_ring16 */
    struct ki_ring_room *room;
};

/* Fills the offsets of a band. */
void ki_ring16_count_band(const struct ki_ring16_source *source, unsigned band,
                          uint32_t offsets[KI_RING_NOFFSETS]);

/* Fills the buckets of the places first … end − 1 of a band, KI_RING16_POSTING_NBYTES a
 * posting, the first of them at *buckets. False if memory ran out: it takes
 * KI_RING_ROW_NBYTES of the room for each posting, and 4 for each of the longest bucket.
 */
KI_MUST_CHECK bool ki_ring16_fill_band(const struct ki_ring16_source *source,
                                       unsigned band, const uint32_t *offsets,
                                       uint32_t first, uint32_t end, uint16_t *buckets);

/* Bits that every number below n fits in, at least 16; at most 30 for as many as there
 * may be. */
unsigned ki_ring16_id_nbits(uint32_t n);

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
