/* SPDX-License-Identifier: Apache-2.0 */
/* Crops, quarter turns and mirrors. */
#include "alter.h"

#include <string.h>

enum ki_status ki_alter_crop(const struct ki_canvas *from, int amount,
                             struct ki_prng *prng, struct ki_canvas *to)
{
    (void)prng;
    uint32_t dx = from->width * (uint32_t)amount / 200;
    uint32_t dy = from->height * (uint32_t)amount / 200;
    enum ki_status status =
        ki_canvas_create(from->width - 2 * dx, from->height - 2 * dy, to);
    if (status != KI_OK) {
        return status;
    }
    for (uint32_t y = 0; y < to->height; y++) {
        memcpy(ki_canvas_row(to, y), ki_canvas_row(from, y + dy) + (size_t)dx * 3,
               ki_canvas_stride(to));
    }
    return KI_OK;
}

/* A dihedral transform: mirror the source, then perhaps swap its axes. In the order of
 * enum ki_transform; rot90 turns anticlockwise, as in the reference. */
struct dihedral {
    bool mirrors_x; /* left and right change places */
    bool mirrors_y; /* top and bottom change places */
    bool swaps;
};

static const struct dihedral dihedrals[KI_NTRANSFORMS] = {
    [KI_TRANSFORM_ORIGINAL] = {false, false, false},
    [KI_TRANSFORM_ROT90] = {true, false, true},
    [KI_TRANSFORM_ROT180] = {true, true, false},
    [KI_TRANSFORM_ROT270] = {false, true, true},
    [KI_TRANSFORM_FLIPX] = {false, true, false},
    [KI_TRANSFORM_FLIPY] = {true, false, false},
    [KI_TRANSFORM_FLIPPLUS1] = {false, false, true},
    [KI_TRANSFORM_FLIPMINUS1] = {true, true, true},
};

enum ki_status ki_alter_dihedral(const struct ki_canvas *from, int amount,
                                 struct ki_prng *prng, struct ki_canvas *to)
{
    (void)prng;
    if (amount < 0 || amount >= KI_NTRANSFORMS) {
        return KI_ERR_ARGUMENT;
    }
    struct dihedral how = dihedrals[amount];
    enum ki_status status = how.swaps ? ki_canvas_create(from->height, from->width, to)
                                      : ki_canvas_create(from->width, from->height, to);
    if (status != KI_OK) {
        return status;
    }
    /* Bytes from one source pixel to that of the next column and row of the result. */
    ptrdiff_t x_step = how.mirrors_x ? -3 : 3;
    ptrdiff_t stride = (ptrdiff_t)ki_canvas_stride(from);
    ptrdiff_t y_step = how.mirrors_y ? -stride : stride;
    const uint8_t *corner =
        from->rgb + (how.mirrors_x ? ((size_t)from->width - 1) * 3 : 0) +
        (how.mirrors_y ? (from->height - 1) * ki_canvas_stride(from) : 0);
    ptrdiff_t column_step = how.swaps ? y_step : x_step;
    ptrdiff_t row_step = how.swaps ? x_step : y_step;
    for (uint32_t y = 0; y < to->height; y++) {
        uint8_t *out = ki_canvas_row(to, y);
        const uint8_t *line = corner + (ptrdiff_t)y * row_step;
        for (uint32_t x = 0; x < to->width; x++, out += 3) {
            memcpy(out, line + (ptrdiff_t)x * column_step, 3);
        }
    }
    return KI_OK;
}
