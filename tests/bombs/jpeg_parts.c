/* SPDX-License-Identifier: Apache-2.0 */
#include "bombs/jpeg_parts.h"

#include <string.h>

#include "bombs/bomb.h"

enum { NTABLE = 64, BITS_PER_BLOCK = 2 };

void jpeg_marker(struct ki_blob *blob, unsigned code)
{
    put_byte(blob, 0xff, 1);
    put_byte(blob, code, 1);
}

void jpeg_segment(struct ki_blob *blob, unsigned code, const void *data, size_t nbytes)
{
    jpeg_marker(blob, code);
    put_u16(blob, (unsigned)nbytes + 2);
    put(blob, data, nbytes);
}

void jpeg_frame(struct ki_blob *blob, const struct jpeg_frame *frame)
{
    jpeg_marker(blob, frame->code);
    put_u16(blob, 8 + 3 * frame->ncomponents);
    put_byte(blob, frame->precision ? frame->precision : 8, 1);
    put_u16(blob, frame->height);
    put_u16(blob, frame->width);
    put_byte(blob, frame->ncomponents, 1);
    for (unsigned i = 0; i < frame->ncomponents; i++) {
        bool is_first = i == 0 && frame->sampling;
        put_byte(blob, i + 1, 1);
        put_byte(blob, is_first ? frame->sampling : 0x11, 1);
        put_byte(blob, 0, 1);
    }
}

void jpeg_quantisation(struct ki_blob *blob)
{
    uint8_t table[1 + NTABLE];
    memset(table, 16, sizeof table);
    table[0] = 0;
    jpeg_segment(blob, 0xdb, table, sizeof table);
}

void jpeg_huffman(struct ki_blob *blob)
{
    static const uint8_t dc[] = {0x00, 1, 0, 0, 0, 0, 0, 0, 0,
                                 0,    0, 0, 0, 0, 0, 0, 0, 0};
    static const uint8_t ac[] = {0x10, 1, 1, 0, 0, 0, 0, 0, 0,   0,
                                 0,    0, 0, 0, 0, 0, 0, 0, 0xe0};
    jpeg_segment(blob, 0xc4, dc, sizeof dc);
    jpeg_segment(blob, 0xc4, ac, sizeof ac);
}

void jpeg_scan(struct ki_blob *blob, const struct jpeg_scan *scan)
{
    jpeg_marker(blob, 0xda);
    put_u16(blob, 6 + 2 * scan->count);
    put_byte(blob, scan->count, 1);
    for (unsigned i = 0; i < scan->count; i++) {
        put_byte(blob, scan->first + i, 1);
        put_byte(blob, 0, 1);
    }
    put_byte(blob, scan->from, 1);
    put_byte(blob, scan->to, 1);
    put_byte(blob, scan->high << 4 | scan->low, 1);
}

void jpeg_start(struct ki_blob *blob, const struct jpeg_frame *frame)
{
    jpeg_marker(blob, SOI);
    jpeg_quantisation(blob);
    jpeg_frame(blob, frame);
    jpeg_huffman(blob);
}

void jpeg_flat_data(struct ki_blob *blob, unsigned ncomponents, size_t nblocks)
{
    const struct jpeg_scan scan = {.first = 1, .count = ncomponents, .to = 63};
    jpeg_scan(blob, &scan);
    put_byte(blob, 0, (nblocks * BITS_PER_BLOCK + 7) / 8);
    jpeg_marker(blob, EOI);
}

void jpeg_flat(struct ki_blob *blob, unsigned width, unsigned height)
{
    const struct jpeg_frame frame = {
        .code = SOF_BASELINE, .width = width, .height = height, .ncomponents = 1};
    jpeg_start(blob, &frame);
    jpeg_flat_data(blob, 1, (size_t)((width + 7) / 8) * ((height + 7) / 8));
}
