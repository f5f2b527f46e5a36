/* SPDX-License-Identifier: Apache-2.0 */
/* Permuting hashes, and building and checking the tables over them. */
#include <string.h>

#include "index/ring16.h"

static unsigned row_of(const struct ki_pdq *pdq, unsigned row)
{
    const uint8_t *word = &pdq->bytes[KI_PDQ_NBYTES - 2 * (row + 1)];
    return (unsigned)(word[0] << 8 | word[1]);
}

struct ki_ring_hash ki_ring_permute(const struct ki_pdq *pdq)
{
    struct ki_ring_hash out = {{0}};
    for (unsigned r = 0; r < 16; r++) {
        unsigned row = row_of(pdq, r);
        for (unsigned c = 0; c < 16; c++) {
            unsigned band = (r + c) % KI_RING_NBANDS;
            out.band[band] = (uint16_t)(out.band[band] | (row >> c & 1u) << r);
        }
    }
    return out;
}

struct ki_pdq ki_ring_unpermute(const struct ki_ring_hash *hash)
{
    struct ki_pdq out = {{0}};
    for (unsigned r = 0; r < 16; r++) {
        unsigned row = 0;
        for (unsigned c = 0; c < 16; c++) {
            unsigned band = (r + c) % KI_RING_NBANDS;
            row |= (unsigned)(hash->band[band] >> r & 1) << c;
        }
        uint8_t *word = &out.bytes[KI_PDQ_NBYTES - 2 * (r + 1)];
        word[0] = (uint8_t)(row >> 8);
        word[1] = (uint8_t)row;
    }
    return out;
}

/* Counting sort by the band's value. While it runs, offsets[v + 1] is the next free
 * place of value v; at the end it is the end of v, which is the start of v + 1. */
void ki_ring16_build_band(const struct ki_ring_hash *hashes, uint32_t nhashes,
                          unsigned band, uint32_t *offsets, uint16_t *sketches,
                          uint32_t *ids)
{
    unsigned next = (band + 1) % KI_RING_NBANDS;
    memset(offsets, 0, KI_RING_NOFFSETS * sizeof *offsets);
    for (uint32_t i = 0; i < nhashes; i++) {
        uint32_t value = hashes[i].band[band];
        if (value + 2 < KI_RING_NOFFSETS) {
            offsets[value + 2]++;
        }
    }
    for (uint32_t v = 2; v < KI_RING_NOFFSETS; v++) {
        offsets[v] += offsets[v - 1];
    }
    for (uint32_t i = 0; i < nhashes; i++) {
        uint32_t place = offsets[hashes[i].band[band] + 1]++;
        sketches[place] = hashes[i].band[next];
        ids[place] = i;
    }
}

static bool is_band_valid(const struct ki_ring16 *ring, unsigned band)
{
    const uint32_t *offsets = ring->offsets[band];
    if (offsets[0] != 0 || offsets[KI_RING_NVALUES] != ring->nhashes) {
        return false;
    }
    bool is_good = true;
    for (uint32_t v = 0; v < KI_RING_NVALUES; v++) {
        is_good &= offsets[v] <= offsets[v + 1];
    }
    for (uint32_t p = 0; p < ring->nhashes; p++) {
        is_good &= ring->ids[band][p] < ring->nhashes;
    }
    return is_good;
}

bool ki_ring16_is_valid(const struct ki_ring16 *ring)
{
    for (unsigned band = 0; band < KI_RING_NBANDS; band++) {
        if (!is_band_valid(ring, band)) {
            return false;
        }
    }
    return true;
}
