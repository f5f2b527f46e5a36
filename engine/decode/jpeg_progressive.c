/* SPDX-License-Identifier: Apache-2.0 */
#include "decode/jpeg_progressive.h"

#include <stdlib.h>

#include "base/cpu.h"
#include "decode/jpeg_frame.h"
#include "decode/jpeg_idct.h"
#include "decode/jpeg_luma.h"
#include "decode/jpeg_scan.h"
#include "decode/jpeg_walk.h"

enum {
    MOST_KEPT_NBYTES = 8 << 20,
    MOST_DC = 15, /* bits of a difference */
};

struct progressive {
    const struct ki_decode_request *request;
    const struct ki_jpeg_facts *facts;
    const struct ki_deadline *deadline;
    struct ki_jpeg_idct idct;
    struct ki_jpeg_frame frame;
    struct ki_jpeg_huffman huffman[KI_JPEG_MOST_COMPONENTS];
    size_t offset;
    enum ki_reason refusal;
};

/* The tables that the scan asks for, as they stand now. */
static bool build_tables(struct progressive *job,
                         const struct ki_jpeg_scan_header *header,
                         struct ki_jpeg_scan *scan)
{
    const struct ki_jpeg_frame *frame = &job->frame;
    bool is_dc = header->first == 0;
    bool is_good = true;
    for (unsigned i = 0; is_good && i < header->ncomponents; i++) {
        const struct ki_jpeg_codes *codes = is_dc
                                                ? &frame->dc_codes[header->dc_codes[i]]
                                                : &frame->ac_codes[header->ac_codes[i]];
        scan->tables[i] = &job->huffman[i];
        if (!is_dc || header->high == 0) {
            is_good = codes->counts && ki_jpeg_huffman_build(
                                           &job->huffman[i], codes->counts,
                                           codes->symbols, is_dc ? MOST_DC : UINT8_MAX);
        }
    }
    return is_good;
}

/* Units of an interleaved scan are as large as the factors of its components say; one
 * component alone comes block by block. */
static void shape_scan(struct progressive *job,
                       const struct ki_jpeg_scan_header *header,
                       struct ki_jpeg_scan *scan)
{
    for (unsigned i = 0; i < header->ncomponents; i++) {
        scan->components[i] = &job->frame.components[header->components[i]];
    }
    const struct ki_jpeg_component *only =
        &job->frame.components[header->components[0]];
    bool is_interleaved = header->ncomponents > 1;
    scan->width = is_interleaved ? job->frame.width : only->width;
    scan->height = is_interleaved ? job->frame.height : only->height;
}

static enum ki_jpeg_outcome take_scan(struct progressive *job,
                                      const struct ki_jpeg_segment *segment)
{
    struct ki_jpeg_scan_header header;
    const uint8_t *data = job->request->data;
    struct ki_jpeg_scan scan = {
        .bits = ki_jpeg_bits_begin(data + segment->end, data + job->request->nbytes),
        .interval = job->frame.interval,
        .deadline = job->deadline,
    };
    if (!ki_jpeg_frame_take_scan(&job->frame, segment, &header) ||
        !build_tables(job, &header, &scan)) {
        return KI_JPEG_DECLINED;
    }
    scan.ncomponents = header.ncomponents;
    scan.first = header.first;
    scan.last = header.last;
    scan.low = header.low;
    scan.is_refinement = header.high > 0;
    shape_scan(job, &header, &scan);
    enum ki_jpeg_scan_end end = ki_jpeg_scan_decode(&scan);
    job->offset = (size_t)(scan.bits.next - data);
    if (end == KI_JPEG_SCAN_LATE) {
        job->refusal = KI_REASON_LIMIT_TIME;
        return KI_JPEG_REFUSED;
    }
    return end == KI_JPEG_SCAN_GOOD ? KI_JPEG_DONE : KI_JPEG_DECLINED;
}

static enum ki_jpeg_outcome take_segment(struct progressive *job,
                                         struct ki_decode_memory *memory,
                                         const struct ki_jpeg_segment *segment)
{
    struct ki_jpeg_frame *frame = &job->frame;
    bool is_good = true;
    switch (segment->code) {
    case KI_JPEG_SOS:
        return take_scan(job, segment);
    case KI_JPEG_SOF2:
        is_good = ki_jpeg_frame_begin(frame, segment) &&
                  frame->ncomponents == job->facts->ncomponents &&
                  frame->pixel_width == job->facts->width &&
                  frame->pixel_height == job->facts->height &&
                  ki_jpeg_frame_allocate(frame, memory, &job->idct,
                                         job->request->limits->memory_nbytes);
        break;
    case KI_JPEG_DHT:
        is_good = ki_jpeg_frame_take_codes(frame, segment);
        break;
    case KI_JPEG_DQT:
        is_good = ki_jpeg_frame_take_quants(frame, segment);
        break;
    case KI_JPEG_DRI:
        is_good = ki_jpeg_frame_take_interval(frame, segment);
        break;
    default: /* a restart marker after the last unit too */
        is_good = segment->code >= KI_JPEG_APP0 || segment->code == KI_JPEG_EOI;
        break;
    }
    return is_good ? KI_JPEG_DONE : KI_JPEG_DECLINED;
}

/* All scans up to EOI; then all that was missing is the samples. */
static enum ki_jpeg_outcome take_scans(struct progressive *job,
                                       struct ki_decode_memory *memory)
{
    struct ki_jpeg_segment segment = {0};
    enum ki_jpeg_outcome outcome = KI_JPEG_DONE;
    job->offset = KI_JPEG_SOI_NBYTES;
    while (outcome == KI_JPEG_DONE && segment.code != KI_JPEG_EOI) {
        if (!ki_jpeg_read_segment(job->request->data, job->request->nbytes, job->offset,
                                  &segment)) {
            return KI_JPEG_DECLINED;
        }
        job->offset = segment.end;
        outcome = take_segment(job, memory, &segment);
    }
    if (outcome == KI_JPEG_DONE && !ki_jpeg_frame_is_whole(&job->frame)) {
        outcome = KI_JPEG_DECLINED;
    }
    return outcome;
}

static enum ki_jpeg_outcome send_luma(struct progressive *job)
{
    const struct ki_row_sink *sink = &job->request->sink;
    struct ki_jpeg_luma luma = {
        .component = &job->frame.components[0],
        .idct = &job->idct,
        .rows = job->frame.rows,
        .nrows = (job->facts->height - 1) / job->facts->block + 1,
    };
    if (!ki_jpeg_luma_begin(&luma, job->frame.luma_quant)) {
        return KI_JPEG_DECLINED;
    }
    enum ki_jpeg_outcome outcome = KI_JPEG_DONE;
    while (outcome == KI_JPEG_DONE && luma.nrows > 0) {
        if (ki_decode_is_late(job->deadline)) {
            job->refusal = KI_REASON_LIMIT_TIME;
        } else {
            uint32_t count = ki_jpeg_luma_rows(&luma);
            if (count == 0) {
                return KI_JPEG_DECLINED;
            }
            job->refusal = sink->rows(sink->context, luma.rows, luma.stride, count);
        }
        outcome = job->refusal == KI_REASON_NONE ? KI_JPEG_DONE : KI_JPEG_REFUSED;
    }
    return outcome;
}

/* What was taken for a large picture is not kept for others, nor any of it while
 * libjpeg needs its own. */
static void give_back(struct ki_decode_memory *memory, enum ki_jpeg_outcome outcome)
{
    if (memory->nbytes > MOST_KEPT_NBYTES || outcome == KI_JPEG_DECLINED) {
        free(memory->bytes);
        *memory = (struct ki_decode_memory){0};
    }
}

enum ki_jpeg_outcome ki_jpeg_progressive(const struct ki_decode_request *request,
                                         const struct ki_jpeg_facts *facts,
                                         const struct ki_deadline *deadline,
                                         enum ki_reason *refusal)
{
    struct progressive job = {.request = request, .facts = facts, .deadline = deadline};
    struct ki_decode_memory own = {0};
    struct ki_decode_memory *memory = request->memory ? request->memory : &own;
    enum ki_jpeg_outcome outcome = KI_JPEG_DECLINED;
    if (ki_jpeg_is_plain(request->data, request->nbytes, request->limits->jpeg_scans)) {
        ki_jpeg_idct_choose(&job.idct, facts->block, ki_cpu_features());
        outcome = take_scans(&job, memory);
    }
    if (outcome == KI_JPEG_DONE) {
        outcome = send_luma(&job);
    }
    *refusal = job.refusal;
    give_back(memory, outcome);
    free(own.bytes);
    return outcome;
}
