/* SPDX-License-Identifier: Apache-2.0 */
#include "decode/jpeg_frame.h"

enum {
    MOST_FACTOR = 4,
    MOST_BLOCKS = 10, /* of a unit */
    MOST_LOW = 13,
    SIDE = 8,
    LINE_NBYTES = 64, /* of the cache */
};

static uint32_t divide_up(uint64_t value, uint64_t by)
{
    return (uint32_t)((value + by - 1) / by);
}

static uint32_t read_16(const uint8_t *bytes)
{
    return (uint32_t)bytes[0] << 8 | bytes[1];
}

static bool take_component(struct ki_jpeg_frame *frame, unsigned i,
                           const uint8_t *bytes)
{
    struct ki_jpeg_component *component = &frame->components[i];
    *component = (struct ki_jpeg_component){
        .id = bytes[0],
        .h_factor = bytes[1] >> 4,
        .v_factor = bytes[1] & 15,
        .quant_table = bytes[2],
    };
    memset(component->missing, KI_JPEG_UNSEEN, sizeof component->missing);
    bool is_good = component->h_factor >= 1 && component->h_factor <= MOST_FACTOR &&
                   component->v_factor >= 1 && component->v_factor <= MOST_FACTOR &&
                   component->quant_table < KI_JPEG_NTABLES;
    for (unsigned k = 0; k < i; k++) {
        is_good = is_good && frame->components[k].id != component->id;
    }
    return is_good && component->h_factor <= frame->components[0].h_factor &&
           component->v_factor <= frame->components[0].v_factor;
}

/* The factors of luma are the highest. */
static void measure(struct ki_jpeg_frame *frame)
{
    const uint32_t h_most = frame->components[0].h_factor;
    const uint32_t v_most = frame->components[0].v_factor;
    frame->width = divide_up(frame->pixel_width, (uint64_t)h_most * SIDE);
    frame->height = divide_up(frame->pixel_height, (uint64_t)v_most * SIDE);
    for (unsigned i = 0; i < frame->ncomponents; i++) {
        struct ki_jpeg_component *component = &frame->components[i];
        component->width = divide_up((uint64_t)frame->pixel_width * component->h_factor,
                                     (uint64_t)h_most * SIDE);
        component->height =
            divide_up((uint64_t)frame->pixel_height * component->v_factor,
                      (uint64_t)v_most * SIDE);
        component->stride = frame->width * component->h_factor;
    }
}

bool ki_jpeg_frame_begin(struct ki_jpeg_frame *frame,
                         const struct ki_jpeg_segment *segment)
{
    const uint8_t *bytes = segment->payload;
    if (frame->ncomponents > 0 || segment->nbytes < 6 || bytes[0] != 8 ||
        (bytes[5] != 1 && bytes[5] != 3) ||
        segment->nbytes != 6 + (size_t)bytes[5] * 3) {
        return false;
    }
    frame->pixel_height = read_16(bytes + 1);
    frame->pixel_width = read_16(bytes + 3);
    frame->ncomponents = bytes[5];
    bool is_good = frame->pixel_height > 0 && frame->pixel_width > 0;
    for (unsigned i = 0; is_good && i < frame->ncomponents; i++) {
        is_good = take_component(frame, i, bytes + 6 + (size_t)i * 3);
    }
    if (is_good) {
        measure(frame);
    }
    return is_good;
}

bool ki_jpeg_frame_take_codes(struct ki_jpeg_frame *frame,
                              const struct ki_jpeg_segment *segment)
{
    enum { NCOUNTS = KI_JPEG_MOST_CODE_NBITS, AC = 0x10 };
    const uint8_t *bytes = segment->payload;
    size_t left = segment->nbytes;
    while (left > NCOUNTS) {
        unsigned which = bytes[0];
        size_t nsymbols = 0;
        for (unsigned i = 1; i <= NCOUNTS; i++) {
            nsymbols += bytes[i];
        }
        if ((which & ~(unsigned)AC) >= KI_JPEG_NTABLES ||
            nsymbols > KI_JPEG_MOST_SYMBOLS || nsymbols > left - 1 - NCOUNTS) {
            return false;
        }
        struct ki_jpeg_codes *codes = which & AC
                                          ? &frame->ac_codes[which & ~(unsigned)AC]
                                          : &frame->dc_codes[which];
        codes->counts = bytes + 1;
        codes->symbols = bytes + 1 + NCOUNTS;
        bytes += 1 + NCOUNTS + nsymbols;
        left -= 1 + NCOUNTS + nsymbols;
    }
    return left == 0;
}

bool ki_jpeg_frame_take_quants(struct ki_jpeg_frame *frame,
                               const struct ki_jpeg_segment *segment)
{
    const uint8_t *bytes = segment->payload;
    size_t left = segment->nbytes;
    while (left > 0) {
        unsigned which = bytes[0] & 15;
        size_t each = (size_t)(bytes[0] >> 4) + 1;
        size_t nbytes = 1 + each * KI_JPEG_NCOEFFICIENTS;
        if (which >= KI_JPEG_NTABLES || each > 2 || nbytes > left) {
            return false;
        }
        for (size_t k = 0; k < KI_JPEG_NCOEFFICIENTS; k++) {
            frame->quants[which][k] =
                (uint16_t)(each == 1 ? bytes[1 + k] : read_16(bytes + 1 + 2 * k));
        }
        frame->quants_seen |= 1u << which;
        bytes += nbytes;
        left -= nbytes;
    }
    return true;
}

bool ki_jpeg_frame_take_interval(struct ki_jpeg_frame *frame,
                                 const struct ki_jpeg_segment *segment)
{
    if (segment->nbytes != 2) {
        return false;
    }
    frame->interval = read_16(segment->payload);
    return true;
}

/* A component has the table that stands when its first scan comes. */
static bool settle_quants(struct ki_jpeg_frame *frame, unsigned i)
{
    unsigned which = frame->components[i].quant_table;
    if (frame->has_quants[i]) {
        return true;
    }
    if (i == 0) {
        memcpy(frame->luma_quant, frame->quants[which], sizeof frame->luma_quant);
    }
    frame->has_quants[i] = (frame->quants_seen >> which & 1) != 0;
    return frame->has_quants[i];
}

/* Each bit of a coefficient comes once and in order, after the first of the DC. */
static bool note_progress(struct ki_jpeg_component *component,
                          const struct ki_jpeg_scan_header *header)
{
    int8_t expected = header->high > 0 ? (int8_t)header->high : KI_JPEG_UNSEEN;
    bool is_good = header->first == 0 || component->missing[0] != KI_JPEG_UNSEEN;
    for (unsigned k = header->first; k <= header->last; k++) {
        is_good = is_good && component->missing[k] == expected;
        component->missing[k] = (int8_t)header->low;
    }
    return is_good;
}

static bool has_known_bounds(const struct ki_jpeg_scan_header *header)
{
    bool is_band = header->first == 0
                       ? header->last == 0
                       : header->ncomponents == 1 && header->first <= header->last &&
                             header->last < KI_JPEG_NCOEFFICIENTS;
    return is_band && header->low <= MOST_LOW &&
           (header->high == 0 || header->high == header->low + 1);
}

/* Components come in the order of the frame. */
static bool find_components(const struct ki_jpeg_frame *frame, const uint8_t *bytes,
                            struct ki_jpeg_scan_header *header)
{
    unsigned next = 0;
    unsigned nblocks = 0;
    bool is_good = true;
    for (unsigned i = 0; is_good && i < header->ncomponents; i++, next++) {
        while (next < frame->ncomponents &&
               frame->components[next].id != bytes[(size_t)2 * i]) {
            next++;
        }
        is_good = next < frame->ncomponents;
        if (is_good) {
            const struct ki_jpeg_component *component = &frame->components[next];
            nblocks += (unsigned)component->h_factor * component->v_factor;
            header->components[i] = (uint8_t)next;
            header->dc_codes[i] = bytes[(size_t)2 * i + 1] >> 4;
            header->ac_codes[i] = bytes[(size_t)2 * i + 1] & 15;
            is_good = header->dc_codes[i] < KI_JPEG_NTABLES &&
                      header->ac_codes[i] < KI_JPEG_NTABLES;
        }
    }
    return is_good && (header->ncomponents == 1 || nblocks <= MOST_BLOCKS);
}

bool ki_jpeg_frame_take_scan(struct ki_jpeg_frame *frame,
                             const struct ki_jpeg_segment *segment,
                             struct ki_jpeg_scan_header *header)
{
    const uint8_t *bytes = segment->payload;
    if (segment->nbytes < 4 || bytes[0] < 1 || bytes[0] > frame->ncomponents ||
        segment->nbytes != 4 + (size_t)bytes[0] * 2) {
        return false;
    }
    const uint8_t *bounds = bytes + 1 + (size_t)bytes[0] * 2;
    *header = (struct ki_jpeg_scan_header){
        .ncomponents = bytes[0],
        .first = bounds[0],
        .last = bounds[1],
        .high = bounds[2] >> 4,
        .low = bounds[2] & 15,
    };
    bool is_good =
        has_known_bounds(header) && find_components(frame, bytes + 1, header);
    for (unsigned i = 0; is_good && i < header->ncomponents; i++) {
        unsigned which = header->components[i];
        is_good = settle_quants(frame, which) &&
                  note_progress(&frame->components[which], header);
    }
    return is_good;
}

static size_t count_blocks(const struct ki_jpeg_frame *frame, unsigned i)
{
    const struct ki_jpeg_component *component = &frame->components[i];
    return (size_t)component->stride * frame->height * component->v_factor;
}

bool ki_jpeg_frame_allocate(struct ki_jpeg_frame *frame,
                            struct ki_decode_memory *memory,
                            const struct ki_jpeg_idct *idct, uint64_t most_nbytes)
{
    struct ki_jpeg_component *luma = &frame->components[0];
    size_t values_nbytes = count_blocks(frame, 0) * idct->nslots * sizeof *luma->values;
    values_nbytes = divide_up(values_nbytes, LINE_NBYTES) * (size_t)LINE_NBYTES;
    size_t masks_nbytes = 0;
    for (unsigned i = 0; i < frame->ncomponents; i++) {
        masks_nbytes += count_blocks(frame, i) * sizeof *luma->masks;
    }
    size_t rows_nbytes = (size_t)luma->width * idct->side * SIDE;
    size_t all_nbytes = LINE_NBYTES - 1 + values_nbytes + masks_nbytes + rows_nbytes;
    uint8_t *bytes =
        all_nbytes <= most_nbytes ? ki_decode_reserve_zeros(memory, all_nbytes) : NULL;
    if (!bytes) {
        return false;
    }
    bytes += -(uintptr_t)bytes % LINE_NBYTES;
    luma->values = (int16_t *)(void *)bytes;
    luma->nslots = idct->nslots;
    luma->slot = idct->slot;
    bytes += values_nbytes;
    for (unsigned i = 0; i < frame->ncomponents; i++) {
        frame->components[i].masks = (uint64_t *)(void *)bytes;
        bytes += count_blocks(frame, i) * sizeof *luma->masks;
    }
    frame->rows = bytes;
    return true;
}

bool ki_jpeg_frame_is_whole(const struct ki_jpeg_frame *frame)
{
    bool is_whole = frame->ncomponents > 0;
    for (unsigned i = 0; i < frame->ncomponents; i++) {
        is_whole = is_whole && frame->components[i].missing[0] != KI_JPEG_UNSEEN;
    }
    return is_whole;
}
