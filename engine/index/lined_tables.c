/* SPDX-License-Identifier: Apache-2.0 */
/* How wide bands are, and whether tables are good. */
#include "index/lined_bits.h"
#include "index/ring16_layout.h"

/* Wide bands for buckets of KI_LINED_MEAN_MOST at most. Narrow ones as wide if buckets
 * are not too empty for that, which would cost memory; else two bits less, or what is
 * left of the hash. */
struct ki_lined_shape ki_ring12_shape(uint32_t nhashes)
{
    enum { NNARROW = 4, NWIDE = KI_RING12_NBANDS - NNARROW, NBITS = 256 };
    struct ki_lined_shape shape = {.nbands = KI_RING12_NBANDS};
    unsigned wide = KI_LINED_LEAST_WIDTH;
    while (wide < KI_LINED_MOST_WIDTH && nhashes > (uint64_t)KI_LINED_MEAN_MOST
                                                        << wide) {
        wide++;
    }
    unsigned left = (NBITS - NWIDE * wide) / NNARROW;
    unsigned narrow = nhashes >> wide < KI_LINED_MEAN_SPARSE ? wide - 2 : wide;
    narrow = narrow < left ? narrow : left;
    unsigned first = 0;
    for (unsigned b = 0; b < shape.nbands; b++) {
        shape.first[b] = (uint8_t)first;
        shape.width[b] = (uint8_t)(b % 3 == 0 ? narrow : wide);
        first += shape.width[b];
    }
    return shape;
}

struct ki_lined_shape ki_lined16_shape(void)
{
    struct ki_lined_shape shape = {.nbands = KI_RING_NBANDS};
    for (unsigned b = 0; b < KI_RING_NBANDS; b++) {
        shape.first[b] = (uint8_t)(16 * b);
        shape.width[b] = 16;
    }
    return shape;
}

/* The postings of a line by where its record and the next begin; false if there can be
 * none such. */
static bool count_line(const struct ki_line *line, uint32_t *count)
{
    uint32_t nunits = line[1].at - line->at;
    *count = line->count;
    if (line->count == KI_LINED_CROWDED) {
        *count = ki_lined_count(line);
        return line[1].at > line->at && *count >= KI_LINED_CROWDED &&
               nunits == ki_lined_nunits(*count);
    }
    return line[1].at >= line->at && nunits == ki_lined_nunits(*count);
}

static bool are_lines_valid(const struct ki_lined *ring, unsigned band)
{
    const struct ki_line *lines = ring->lines[band];
    const size_t nplaces = ki_lined_nlines(&ring->shape, band) - 1;
    uint64_t npostings = 0;
    if (lines[0].at != 0 || lines[nplaces].at != ring->nunits[band] ||
        lines[nplaces].count != 0) {
        return false;
    }
    for (size_t p = 0; p < nplaces; p++) {
        uint32_t count = 0;
        if (!count_line(&lines[p], &count)) {
            return false;
        }
        npostings += count;
    }
    return npostings == ring->nhashes;
}

static bool are_numbers_valid(const struct ki_lined *ring, unsigned band)
{
    const struct ki_line *lines = ring->lines[band];
    const size_t nplaces = ki_lined_nlines(&ring->shape, band) - 1;
    bool is_good = true;
    for (size_t p = 0; p < nplaces; p++) {
        uint32_t count = ki_lined_count(&lines[p]);
        const uint16_t *after =
            ring->records[band] + lines[p].at + ki_lined_nover(count);
        for (uint32_t k = 0; k < count; k++) {
            uint64_t bit = ki_ring16_id_bit(ring->id_nbits, count, k);
            is_good &= ki_ring16_bits(after, bit, ring->id_nbits) < ring->nhashes;
        }
    }
    return is_good;
}

bool ki_lined_is_valid(const struct ki_lined *ring)
{
    if (ring->nhashes > KI_RING16_MOST || ring->id_nbits > 30 ||
        ring->id_nbits < ki_ring16_id_nbits(ring->nhashes)) {
        return false;
    }
    for (unsigned band = 0; band < ring->shape.nbands; band++) {
        if (!are_lines_valid(ring, band) || !are_numbers_valid(ring, band)) {
            return false;
        }
    }
    return true;
}
