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

unsigned ki_ring16_id_nbits(uint32_t n)
{
    unsigned nbits = 16;
    while (nbits < 32 && n > (uint32_t)1 << nbits) {
        nbits++;
    }
    return nbits;
}

static void put_word(uint16_t *at, uint32_t word)
{
    memcpy(at, &word, sizeof word);
}

static uint32_t get_word(const uint16_t *at)
{
    uint32_t word = 0;
    memcpy(&word, at, sizeof word);
    return word;
}

/* Counting sort by the band's value. */
void ki_ring16_build_band(const struct ki_ring_hash *hashes, uint32_t nhashes,
                          unsigned band, uint32_t *offsets, uint16_t *buckets)
{
    const unsigned next = (band + 1) % KI_RING_NBANDS;
    const unsigned second = (band + 2) % KI_RING_NBANDS;
    const unsigned id_nbits = ki_ring16_id_nbits(nhashes);
    uint32_t filled[KI_RING_NVALUES] = {0};
    for (uint32_t i = 0; i < nhashes; i++) {
        filled[hashes[i].band[band]]++;
    }
    offsets[0] = 0;
    for (uint32_t v = 0; v < KI_RING_NVALUES; v++) {
        offsets[v + 1] = offsets[v] + filled[v];
        filled[v] = 0;
    }
    for (uint32_t i = 0; i < nhashes; i++) {
        uint32_t value = hashes[i].band[band];
        uint32_t k = filled[value]++;
        uint32_t count = offsets[value + 1] - offsets[value];
        uint16_t *bucket = buckets + (size_t)3 * offsets[value];
        uint64_t word = i | (uint64_t)hashes[i].band[second] << id_nbits;
        bucket[k] = hashes[i].band[next];
        put_word(bucket + count + (size_t)2 * k, (uint32_t)word);
    }
}

static bool is_band_valid(const struct ki_ring16 *ring, unsigned band)
{
    const uint32_t *offsets = ring->offsets[band];
    const uint64_t id_mask = ((uint64_t)1 << ki_ring16_id_nbits(ring->nhashes)) - 1;
    if (offsets[0] != 0 || offsets[KI_RING_NVALUES] != ring->nhashes) {
        return false;
    }
    for (uint32_t v = 0; v < KI_RING_NVALUES; v++) {
        if (offsets[v] > offsets[v + 1] || offsets[v + 1] > ring->nhashes) {
            return false;
        }
    }
    bool is_good = true;
    for (uint32_t v = 0; v < KI_RING_NVALUES; v++) {
        uint32_t count = offsets[v + 1] - offsets[v];
        const uint16_t *words = ring->buckets[band] + (size_t)3 * offsets[v] + count;
        for (uint32_t k = 0; k < count; k++) {
            uint64_t id = get_word(words + (size_t)2 * k) & id_mask;
            is_good &= id < ring->nhashes;
        }
    }
    return is_good;
}

bool ki_ring16_is_valid(const struct ki_ring16 *ring)
{
    if (ring->nhashes > KI_RING16_MOST) {
        return false;
    }
    for (unsigned band = 0; band < KI_RING_NBANDS; band++) {
        if (!is_band_valid(ring, band)) {
            return false;
        }
    }
    return true;
}
