/* SPDX-License-Identifier: Apache-2.0 */
#include "decode/jpeg_scan.h"

#include "decode/jpeg_walk.h"

enum { ROWS_PER_CLOCK = 16 };

static void begin_interval(struct ki_jpeg_scan *scan, const uint8_t *data)
{
    scan->bits = ki_jpeg_bits_begin(data, scan->bits.end);
    scan->left = scan->interval;
    scan->nblocks_ended = 0;
    memset(scan->dc, 0, sizeof scan->dc);
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
    begin_interval(scan, marker + 2);
    return true;
}

static bool scan_units(struct ki_jpeg_scan *scan, uint32_t x, uint32_t y,
                       uint32_t count)
{
    if (scan->first == 0) {
        return scan->is_refinement ? ki_jpeg_scan_dc_more(scan, x, y, count)
                                   : ki_jpeg_scan_dc(scan, x, y, count);
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
    begin_interval(scan, scan->bits.next);
    bool is_good = true;
    for (uint32_t y = 0; is_good && y < scan->height; y++) {
        if (y % ROWS_PER_CLOCK == 0 && ki_decode_is_late(scan->deadline)) {
            return KI_JPEG_SCAN_LATE;
        }
        is_good = scan_row(scan, y);
    }
    return is_good && ki_jpeg_bits_are_spent(&scan->bits) ? KI_JPEG_SCAN_GOOD
                                                          : KI_JPEG_SCAN_BAD;
}
