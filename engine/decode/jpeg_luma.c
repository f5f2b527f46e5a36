/* SPDX-License-Identifier: Apache-2.0 */
#include "decode/jpeg_luma.h"

bool ki_jpeg_luma_begin(struct ki_jpeg_luma *luma, const uint16_t *steps)
{
    luma->stride = (size_t)luma->component->width * luma->idct->side;
    return ki_jpeg_idct_arrange(luma->idct, steps, luma->quant);
}

static void fill(uint8_t *samples, size_t stride, unsigned side, uint8_t value)
{
    for (unsigned y = 0; y < side; y++) {
        memset(samples + y * stride, value, side);
    }
}

static bool make_block(const struct ki_jpeg_luma *luma, size_t i, uint8_t *samples)
{
    const struct ki_jpeg_component *component = luma->component;
    const int16_t *line = component->values + i * component->nslots;
    if (component->masks[i] & luma->idct->used) {
        return luma->idct->block(line, luma->quant, samples, luma->stride);
    }
    uint8_t value = 0;
    bool is_good = ki_jpeg_idct_flat(line[0], luma->quant[0], &value);
    fill(samples, luma->stride, luma->idct->side, value);
    return is_good;
}

static bool make_row(const struct ki_jpeg_luma *luma, uint32_t row, uint8_t *samples)
{
    bool is_good = true;
    size_t first = (size_t)row * luma->component->stride;
    for (uint32_t x = 0; is_good && x < luma->component->width; x++) {
        is_good = make_block(luma, first + x, samples + (size_t)x * luma->idct->side);
    }
    return is_good;
}

uint32_t ki_jpeg_luma_rows(struct ki_jpeg_luma *luma)
{
    const uint32_t side = luma->idct->side;
    uint32_t count = 0;
    for (; count < 8 && luma->nrows > 0; luma->next++) {
        if (!make_row(luma, luma->next, luma->rows + count * luma->stride)) {
            return 0;
        }
        uint32_t made = luma->nrows < side ? luma->nrows : side;
        luma->nrows -= made;
        count += made;
    }
    return count;
}
