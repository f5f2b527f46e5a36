/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "index/ring8_band.h"

/* Counting sort, as in ring16_build.c. */
void ki_ring8_build_band(const struct ki_ring_hash *hashes, uint32_t nhashes,
                         unsigned band, uint32_t *offsets, uint16_t *sketches,
                         uint32_t *ids)
{
    uint32_t next[KI_RING8_NVALUES] = {0};
    for (uint32_t i = 0; i < nhashes; i++) {
        next[ki_ring8_band(&hashes[i], band)]++;
    }
    offsets[0] = 0;
    for (unsigned v = 0; v < KI_RING8_NVALUES; v++) {
        offsets[v + 1] = offsets[v] + next[v];
        next[v] = offsets[v];
    }
    for (uint32_t i = 0; i < nhashes; i++) {
        uint32_t place = next[ki_ring8_band(&hashes[i], band)]++;
        sketches[place] = ki_ring8_sketch(&hashes[i], band);
        ids[place] = i;
    }
}

static bool is_band_valid(const struct ki_ring8 *ring, unsigned band)
{
    const uint32_t *offsets = ring->offsets[band];
    if (offsets[0] != 0 || offsets[KI_RING8_NVALUES] != ring->nhashes) {
        return false;
    }
    bool is_good = true;
    for (unsigned v = 0; v < KI_RING8_NVALUES; v++) {
        is_good &= offsets[v] <= offsets[v + 1];
    }
    for (uint32_t p = 0; p < ring->nhashes; p++) {
        is_good &= ring->ids[band][p] < ring->nhashes;
    }
    return is_good;
}

bool ki_ring8_is_valid(const struct ki_ring8 *ring)
{
    for (unsigned band = 0; band < KI_RING8_NBANDS; band++) {
        if (!is_band_valid(ring, band)) {
            return false;
        }
    }
    return true;
}
