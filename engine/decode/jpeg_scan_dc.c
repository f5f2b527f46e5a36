/* SPDX-License-Identifier: Apache-2.0 */
/* Scans of the DC of one or more components. */
#include "decode/jpeg_scan.h"

#define ALWAYS_INLINE inline __attribute__((always_inline))

enum { MOST_BLOCKS = 16 }; /* of a unit, by the factors; 10 are allowed */

/* A block of each unit, and where its value goes. */
struct place {
    unsigned component; /* of the scan */
    int16_t *values;    /* NULL: not kept */
    size_t at;          /* index of its own */
    size_t step;        /* to that of the next unit */
};

/* Of the units from column x of row y on; returns how many a unit has. */
static unsigned find_places(const struct ki_jpeg_scan *scan, uint32_t x, uint32_t y,
                            struct place *places)
{
    unsigned count = 0;
    for (unsigned i = 0; i < scan->ncomponents; i++) {
        const struct ki_jpeg_component *component = scan->components[i];
        uint32_t h = scan->ncomponents > 1 ? component->h_factor : 1;
        uint32_t v = scan->ncomponents > 1 ? component->v_factor : 1;
        for (uint32_t k = 0; k < h * v && count < MOST_BLOCKS; k++) {
            size_t block =
                ((size_t)y * v + k / h) * component->stride + (size_t)x * h + k % h;
            struct place place = {.component = i};
            if (component->values) {
                place.values = component->values;
                place.at = block * component->nslots;
                place.step = (size_t)h * component->nslots;
            }
            places[count++] = place;
        }
    }
    return count;
}

/* The difference to the block before; false if there is no such code. */
static ALWAYS_INLINE bool take_difference(struct ki_jpeg_bits *bits,
                                          const struct ki_jpeg_huffman *table,
                                          int32_t *difference)
{
    ki_jpeg_bits_need(bits);
    struct ki_jpeg_look look = ki_jpeg_huffman_next(table, bits);
    unsigned size = look.symbol; /* of a table for DC: 15 at most */
    *difference = look.value;
    if (look.value == 0 && size > 0) {
        *difference = ki_jpeg_extend(ki_jpeg_bits_take(bits, size), size);
    }
    return look.nbits > 0;
}

bool ki_jpeg_scan_dc(struct ki_jpeg_scan *scan, uint32_t x, uint32_t y, uint32_t count)
{
    struct place places[MOST_BLOCKS];
    const unsigned nplaces = find_places(scan, x, y, places);
    const unsigned low = scan->low;
    const int32_t most = INT16_MAX >> low;
    struct ki_jpeg_bits bits = scan->bits;
    bool is_good = true;
    for (uint32_t i = 0; is_good && i < count; i++) {
        for (unsigned k = 0; is_good && k < nplaces; k++) {
            struct place *place = &places[k];
            int32_t difference = 0;
            is_good =
                take_difference(&bits, scan->tables[place->component], &difference);
            int32_t dc = scan->dc[place->component] + difference; /* both below 2^16 */
            scan->dc[place->component] = dc;
            is_good = is_good && dc >= -most - 1 && dc <= most;
            if (is_good && place->values) {
                place->values[place->at] = (int16_t)(dc * (1 << low));
                place->at += place->step;
            }
        }
        is_good = is_good && !ki_jpeg_bits_ran_out(&bits);
    }
    scan->bits = bits;
    return is_good;
}

bool ki_jpeg_scan_dc_more(struct ki_jpeg_scan *scan, uint32_t x, uint32_t y,
                          uint32_t count)
{
    struct place places[MOST_BLOCKS];
    const unsigned nplaces = find_places(scan, x, y, places);
    struct ki_jpeg_bits bits = scan->bits;
    for (uint32_t i = 0; i < count; i++) {
        ki_jpeg_bits_need(&bits); /* for all of the unit */
        for (unsigned k = 0; k < nplaces; k++) {
            struct place *place = &places[k];
            int bit = (int)(ki_jpeg_bits_take(&bits, 1) << scan->low);
            if (place->values) {
                int16_t *value = place->values + place->at;
                *value = (int16_t)(*value | bit);
                place->at += place->step;
            }
        }
    }
    scan->bits = bits;
    return !ki_jpeg_bits_ran_out(&bits);
}
