/* SPDX-License-Identifier: Apache-2.0 */
#include "decode/jpeg_scan.h"

#include "decode/jpeg_walk.h"

enum { ROWS_PER_CLOCK = 16 };

static bool begin_interval(struct ki_jpeg_scan *scan, const uint8_t *data)
{
    scan->bits = ki_jpeg_bits_begin(data, scan->bits.end);
    scan->left = scan->interval;
    scan->nblocks_ended = 0;
    memset(scan->dc, 0, sizeof scan->dc);
    return true;
}

/* The marker itself, without fill bytes. */
static bool pass_restart(struct ki_jpeg_scan *scan)
{
    const uint8_t *marker = scan->bits.next;
    if (!ki_jpeg_bits_are_spent(&scan->bits) || scan->bits.end - marker < 2 ||
        marker[1] != KI_JPEG_RST0 + scan->restart) {
        return false;
    }
    scan->restart = (scan->restart + 1) % 8;
    return begin_interval(scan, marker + 2);
}

static bool decode_dc(struct ki_jpeg_scan *scan, unsigned i, size_t block)
{
    ki_jpeg_bits_need(&scan->bits);
    struct ki_jpeg_look look = ki_jpeg_huffman_next(scan->tables[i], &scan->bits);
    int32_t difference = look.value;
    if (difference == 0) {
        unsigned size = look.symbol; /* of a table for DC: 15 at most */
        if (look.nbits == 0) {
            return false;
        }
        if (size > 0) {
            difference = ki_jpeg_extend(ki_jpeg_bits_take(&scan->bits, size), size);
        }
    }
    scan->dc[i] += difference; /* both below 2^16 */
    const int32_t most = INT16_MAX >> scan->low;
    const struct ki_jpeg_component *component = scan->components[i];
    bool fits = scan->dc[i] >= -most - 1 && scan->dc[i] <= most;
    if (fits && component->values) {
        component->values[block * component->nslots] =
            (int16_t)(scan->dc[i] * (1 << scan->low));
    }
    return fits;
}

static bool refine_dc(struct ki_jpeg_scan *scan, unsigned i, size_t block)
{
    struct ki_jpeg_component *component = scan->components[i];
    ki_jpeg_bits_need(&scan->bits);
    unsigned bit = ki_jpeg_bits_take(&scan->bits, 1) << scan->low;
    if (component->values) {
        int16_t *value = component->values + block * component->nslots;
        *value = (int16_t)(*value | (int)bit);
    }
    return true;
}

static bool scan_dc_block(struct ki_jpeg_scan *scan, unsigned i, size_t block)
{
    return scan->is_refinement ? refine_dc(scan, i, block) : decode_dc(scan, i, block);
}

/* The unit in column x of row y: its blocks of each component, row by row. */
static bool scan_dc_unit(struct ki_jpeg_scan *scan, uint32_t x, uint32_t y)
{
    bool is_good = true;
    for (unsigned i = 0; is_good && i < scan->ncomponents; i++) {
        const struct ki_jpeg_component *component = scan->components[i];
        uint32_t h = scan->ncomponents > 1 ? component->h_factor : 1;
        uint32_t v = scan->ncomponents > 1 ? component->v_factor : 1;
        for (uint32_t k = 0; is_good && k < h * v; k++) {
            size_t row = (size_t)y * v + k / h;
            is_good =
                scan_dc_block(scan, i, row * component->stride + (size_t)x * h + k % h);
        }
    }
    return is_good && !ki_jpeg_bits_ran_out(&scan->bits);
}

static bool scan_dc(struct ki_jpeg_scan *scan, uint32_t x, uint32_t y, uint32_t count)
{
    bool is_good = true;
    for (uint32_t i = 0; is_good && i < count; i++) {
        is_good = scan_dc_unit(scan, x + i, y);
    }
    return is_good;
}

static bool scan_units(struct ki_jpeg_scan *scan, uint32_t x, uint32_t y,
                       uint32_t count)
{
    if (scan->first == 0) {
        return scan_dc(scan, x, y, count);
    }
    size_t block = (size_t)y * scan->components[0]->stride + x;
    return scan->is_refinement ? ki_jpeg_scan_ac_more(scan, block, count)
                               : ki_jpeg_scan_ac(scan, block, count);
}

static bool scan_row(struct ki_jpeg_scan *scan, uint32_t y)
{
    bool is_good = true;
    uint32_t count = 0;
    for (uint32_t x = 0; is_good && x < scan->width; x += count) {
        count = scan->width - x;
        if (scan->interval > 0) {
            is_good = scan->left > 0 || pass_restart(scan);
            count = count < scan->left ? count : scan->left;
            scan->left -= count;
        }
        is_good = is_good && scan_units(scan, x, y, count);
    }
    return is_good;
}

enum ki_jpeg_scan_end ki_jpeg_scan_decode(struct ki_jpeg_scan *scan)
{
    bool is_good = begin_interval(scan, scan->bits.next);
    for (uint32_t y = 0; is_good && y < scan->height; y++) {
        if (y % ROWS_PER_CLOCK == 0 && ki_decode_is_late(scan->deadline)) {
            return KI_JPEG_SCAN_LATE;
        }
        is_good = scan_row(scan, y);
    }
    return is_good && ki_jpeg_bits_are_spent(&scan->bits) ? KI_JPEG_SCAN_GOOD
                                                          : KI_JPEG_SCAN_BAD;
}
