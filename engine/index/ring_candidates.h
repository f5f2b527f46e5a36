/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From postings whose sketches are near to hashes, for ring16 and ring12, in stages
 * that each ask for the memory of the next:
 *
 *   look    (each ring does it in its own way) sketches ask for rest codes
 *   sift    (likewise) rest codes tell which are left, which ask for their numbers
 *   name    the numbers ask for the hashes
 *   check   (likewise) which are compared whole
 *
 * A band is sifted when the next has been looked at: its codes have come, and have not
 * yet gone from the second-level cache. Whatever asks for memory anywhere does it in a
 * loop that is as short as can be. A page that is new to the processor holds up what
 * comes behind it until it is found, so that only as many are sought at once as are
 * asked for within some hundred instructions.
 */
#ifndef KI_INDEX_RING_CANDIDATES_H
#define KI_INDEX_RING_CANDIDATES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "index/count_bits.h"
#include "index/fetch.h"
#include "index/ring16.h"
#include "index/ring_tail.h"

enum { KI_CANDIDATES_MOST = 2048 }; /* gathered before the stages run */

struct ki_candidate {
    uint32_t tail;  /* unit at which the tail of its bucket begins, see ring_tail.h */
    uint32_t count; /* postings in the bucket */
    uint32_t k;     /* its posting; once named, the number of its hash */
    uint16_t band;
    uint16_t spare; /* bits that may still differ in what its rest code tells of */
};

struct ki_candidates {
    const uint16_t *const *tables; /* of each band: where its units are counted from */
    const struct ki_ring_hash *hashes;
    unsigned id_nbits;
    bool has_split; /* tails split numbers where ki_tail_of says */
    size_t n;
    size_t nsifted; /* those before it have been sifted, */
    size_t nleft;   /* which left so many, at the beginning */
    struct ki_tail_walk walk;
    struct ki_candidate kept[KI_CANDIDATES_MOST];
};

static inline const uint16_t *ki_candidates_tail(const struct ki_candidates *candidates,
                                                 const struct ki_candidate *candidate)
{
    return candidates->tables[candidate->band] + candidate->tail;
}

static inline struct ki_tail
ki_candidates_widths(const struct ki_candidates *candidates,
                     const struct ki_candidate *candidate)
{
    return candidates->has_split ? ki_tail_of(candidates->id_nbits, candidate->count)
                                 : ki_tail_whole(candidates->id_nbits);
}

static inline void ki_candidates_clear(struct ki_candidates *candidates)
{
    candidates->n = 0;
    candidates->nsifted = 0;
    candidates->nleft = 0;
}

/* A rest code of so many bits. */
static inline uint32_t ki_candidates_rest(const struct ki_candidates *candidates,
                                          const struct ki_candidate *candidate,
                                          unsigned nbits)
{
    return ki_tail_bits(ki_candidates_tail(candidates, candidate),
                        (uint64_t)candidate->k * nbits, nbits);
}

/* Ask for the rest codes of candidates first … n − 1, for the numbers of first … nleft
 * − 1; takes the numbers of all when all are sifted, and asks for the hashes. */
void ki_candidates_ask_rests(const struct ki_candidates *candidates, size_t first);
void ki_candidates_ask_numbers(const struct ki_candidates *candidates, size_t first);
void ki_candidates_name(struct ki_candidates *candidates);

/* Whether a pair with these distances, per band, is to be reported from a band: the
 * lowest that qualifies (ring16.h). */
bool ki_ring_is_reported(const uint16_t *distances, const int *allowance,
                         unsigned nbands, unsigned band);

#endif
