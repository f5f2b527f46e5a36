/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From postings whose sketches are near to hashes, for ring16 and the lined rings, in
 * stages that each ask for the memory of the next:
 *
 *   sift    (each ring does it in its own way) rest codes tell which are left,
 *   ask     which ask for the numbers of their hashes,
 *   name    the numbers for the hashes,
 *           which the ring compares whole.
 */
#ifndef KI_INDEX_RING_CANDIDATES_H
#define KI_INDEX_RING_CANDIDATES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "index/count_bits.h"
#include "index/fetch.h"
#include "index/ring16.h"
#include "index/ring16_layout.h"

enum { KI_CANDIDATES_MOST = 2048 }; /* gathered before the stages run */

struct ki_candidate {
    uint32_t
        after; /* unit at which the sketches of its bucket end, see ring16_layout.h */
    uint32_t count; /* postings in the bucket */
    uint32_t k;     /* its posting; once named, the number of its hash */
    uint16_t band;
    uint16_t spare; /* bits that may still differ in what its rest code tells of */
};

struct ki_candidates {
    const uint16_t *const *tables; /* of each band: where its units are counted from */
    const struct ki_ring_hash *hashes;
    unsigned id_nbits;
    size_t n;
    struct ki_candidate kept[KI_CANDIDATES_MOST];
};

/* There is room for one more; asks for its rest code. */
static inline void ki_candidates_add(struct ki_candidates *candidates,
                                     const struct ki_candidate *candidate)
{
    const uint16_t *after = candidates->tables[candidate->band] + candidate->after;
    ki_fetch((const uint8_t *)after +
             (uint64_t)candidate->k * (32 - candidates->id_nbits) / 8);
    candidates->kept[candidates->n++] = *candidate;
}

static inline uint32_t ki_candidates_rest(const struct ki_candidates *candidates,
                                          const struct ki_candidate *candidate)
{
    const unsigned nbits = 32 - candidates->id_nbits;
    return ki_ring16_bits(candidates->tables[candidate->band] + candidate->after,
                          (uint64_t)candidate->k * nbits, nbits);
}

/* Asks for the numbers; takes them and asks for the hashes. */
void ki_candidates_ask(const struct ki_candidates *candidates);
void ki_candidates_name(struct ki_candidates *candidates);

/* Whether a pair with these distances, per band, is to be reported from a band: the
 * lowest that qualifies (ring16.h). */
bool ki_ring_is_reported(const uint16_t *distances, const int *allowance,
                         unsigned nbands, unsigned band);

#endif
