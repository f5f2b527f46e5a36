/* SPDX-License-Identifier: Apache-2.0 */
#include "index/ring_candidates.h"

#include "index/fetch.h"

static const uint16_t *after_of(const struct ki_candidates *candidates,
                                const struct ki_candidate *candidate)
{
    return candidates->tables[candidate->band] + candidate->after;
}

void ki_candidates_ask(const struct ki_candidates *candidates)
{
    for (size_t i = 0; i < candidates->n; i++) {
        const struct ki_candidate *candidate = &candidates->kept[i];
        uint64_t bit =
            ki_ring16_id_bit(candidates->id_nbits, candidate->count, candidate->k);
        ki_fetch((const uint8_t *)after_of(candidates, candidate) + bit / 8);
    }
}

void ki_candidates_name(struct ki_candidates *candidates)
{
    const unsigned id_nbits = candidates->id_nbits;
    for (size_t i = 0; i < candidates->n; i++) {
        struct ki_candidate *candidate = &candidates->kept[i];
        uint64_t bit = ki_ring16_id_bit(id_nbits, candidate->count, candidate->k);
        candidate->k = ki_ring16_bits(after_of(candidates, candidate), bit, id_nbits);
        ki_fetch(&candidates->hashes[candidate->k]);
    }
}

static bool qualifies(const uint16_t *distances, const int *allowance, unsigned nbands,
                      unsigned band)
{
    int sum = 0;
    for (unsigned i = 0; i < 3; i++) {
        unsigned b = (band + i) % nbands;
        sum += distances[b] - allowance[b];
        if (sum >= 0) {
            return false;
        }
    }
    return true;
}

bool ki_ring_is_reported(const uint16_t *distances, const int *allowance,
                         unsigned nbands, unsigned band)
{
    if (!qualifies(distances, allowance, nbands, band)) {
        return false;
    }
    for (unsigned b = 0; b < band; b++) {
        if (qualifies(distances, allowance, nbands, b)) {
            return false;
        }
    }
    return true;
}
