/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PNG through libpng. The chunk walk has found the file well formed and within limits
 * before libpng is started, and libpng is shown critical chunks only: it never parses,
 * stores or inflates metadata, and transparency and gamma cannot touch the colours.
 */
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include <png.h>

#include "base/checked.h"
#include "decode/decode.h"
#include "decode/png_fast.h"
#include "decode/png_walk.h"

#define ROWS_PER_CLOCK 64u
/* libpng reads 8 KiB at a time; a zlib stream can be all tables and no pixels, at 60 ns
 * a byte, so rows are not enough to look at the clock by. */
#define READS_PER_CLOCK 32u

struct png_job {
    const struct ki_decode_request *request;
    struct ki_image_info *info;
    struct ki_png_header header;
    png_structp png;
    png_infop chunks;
    uint8_t *pixels; /* one row, or all rows of an interlaced picture */
    enum ki_row_layout layout;
    size_t row_nbytes;
    size_t offset;    /* what libpng reads next */
    size_t chunk_end; /* end of the chunk that offset is in */
    uint64_t allocated_nbytes;
    struct ki_deadline deadline;
    unsigned nreads;
    bool is_damaged; /* libpng only warned of damaged picture data */
    enum ki_reason reason;
    jmp_buf escape;
};

static _Noreturn void leave(struct png_job *job, enum ki_reason reason)
{
    job->reason = reason;
    longjmp(job->escape, 1);
}

/* A failed allocation has left its own reason behind. */
static _Noreturn void on_error(png_structp png, png_const_charp message)
{
    struct png_job *job = png_get_error_ptr(png);
    (void)message;
    leave(job, job->reason == KI_REASON_NONE ? KI_REASON_CORRUPT : job->reason);
}

/* libpng lets a wrong checksum or a broken end of the zlib stream pass once it has all
 * rows. Bytes after that end, or more rows than it needs, take nothing away. */
static bool is_damage(const char *message)
{
    return strncmp(message, "IDAT: ", 6) == 0 &&
           strcmp(message, "IDAT: Extra compressed data") != 0 &&
           strcmp(message, "IDAT: Too much image data") != 0;
}

static void on_warning(png_structp png, png_const_charp message)
{
    struct png_job *job = png_get_error_ptr(png);
    job->info->nwarnings++;
    job->is_damaged = job->is_damaged || is_damage(message);
}

/* Counts what was ever allocated: libpng frees little before the end. */
static void *allocate(struct png_job *job, size_t nbytes)
{
    uint64_t left = job->request->limits->memory_nbytes - job->allocated_nbytes;
    if (nbytes > left) {
        job->reason = KI_REASON_LIMIT_MEMORY;
        return NULL;
    }
    void *memory = malloc(nbytes);
    if (memory == NULL) {
        job->reason = KI_REASON_OUT_OF_MEMORY;
        return NULL;
    }
    job->allocated_nbytes += nbytes;
    return memory;
}

static void *on_malloc(png_structp png, png_alloc_size_t nbytes)
{
    return allocate(png_get_mem_ptr(png), nbytes);
}

static void on_free(png_structp png, void *memory)
{
    (void)png;
    free(memory);
}

/* At a chunk boundary, goes on to the next critical chunk. */
static void next_chunk(struct png_job *job)
{
    struct ki_png_chunk chunk = {.end = job->offset};
    enum ki_reason reason = KI_REASON_NONE;
    do {
        job->offset = chunk.end;
        reason = ki_png_read_chunk(job->request->data, job->request->nbytes,
                                   job->offset, &chunk);
    } while (reason == KI_REASON_NONE && !ki_png_is_critical(chunk.type));
    if (reason != KI_REASON_NONE) {
        leave(job, reason);
    }
    job->chunk_end = chunk.end;
}

static void on_read(png_structp png, png_bytep out, size_t nbytes)
{
    struct png_job *job = png_get_io_ptr(png);
    if (job->nreads++ % READS_PER_CLOCK == 0 && ki_decode_is_late(&job->deadline)) {
        leave(job, KI_REASON_LIMIT_TIME);
    }
    if (job->offset == job->chunk_end) {
        next_chunk(job);
    }
    if (nbytes > job->chunk_end - job->offset) {
        leave(job, KI_REASON_CORRUPT); /* libpng never reads across a chunk's end */
    }
    memcpy(out, job->request->data + job->offset, nbytes);
    job->offset += nbytes;
}

static void create(struct png_job *job)
{
    job->png = png_create_read_struct_2(PNG_LIBPNG_VER_STRING, job, on_error,
                                        on_warning, job, on_malloc, on_free);
    job->chunks = job->png == NULL ? NULL : png_create_info_struct(job->png);
    if (job->chunks == NULL) {
        leave(job,
              job->reason == KI_REASON_NONE ? KI_REASON_OUT_OF_MEMORY : job->reason);
    }
    png_set_read_fn(job->png, job, on_read);
    png_set_sig_bytes(job->png, (int)KI_PNG_SIGNATURE_NBYTES);
    uint32_t side = job->request->limits->side;
    png_set_user_limits(job->png, side, side);
}

/* 8-bit grey or RGB: palettes looked up, small samples stretched, the high byte of
 * large ones taken, alpha dropped and the colour under it kept. Returns the passes. */
static int set_transforms(struct png_job *job)
{
    png_structp png = job->png;
    png_read_info(png, job->chunks);
    unsigned color_type = png_get_color_type(png, job->chunks);
    if (color_type == PNG_COLOR_TYPE_PALETTE) {
        png_set_palette_to_rgb(png);
    }
    if (color_type == PNG_COLOR_TYPE_GRAY) {
        png_set_expand_gray_1_2_4_to_8(png);
    }
    png_set_strip_16(png);
    png_set_strip_alpha(png);
    int npasses = png_set_interlace_handling(png);
    png_read_update_info(png, job->chunks);
    return npasses;
}

static void allocate_pixels(struct png_job *job)
{
    bool has_color = (job->header.color_type & PNG_COLOR_MASK_COLOR) != 0;
    job->layout = has_color ? KI_ROW_RGB8 : KI_ROW_GRAY8;
    job->row_nbytes = (size_t)job->header.width * job->layout;
    if (png_get_rowbytes(job->png, job->chunks) != job->row_nbytes) {
        leave(job, KI_REASON_UNSUPPORTED_CODING);
    }
    size_t nbytes = job->row_nbytes;
    if (job->header.is_interlaced &&
        !ki_mul_size(nbytes, job->header.height, &nbytes)) {
        leave(job, KI_REASON_LIMIT_MEMORY);
    }
    job->pixels = allocate(job, nbytes);
    if (job->pixels == NULL) {
        leave(job, job->reason);
    }
    /* Interlaced rows are written pixel by pixel. */
    memset(job->pixels, 0, nbytes);
}

static void check_time(struct png_job *job, uint32_t y)
{
    if (y % ROWS_PER_CLOCK == 0 && ki_decode_is_late(&job->deadline)) {
        leave(job, KI_REASON_LIMIT_TIME);
    }
}

static void send_row(struct png_job *job, const uint8_t *row)
{
    const struct ki_row_sink *sink = &job->request->sink;
    enum ki_reason reason = sink->rows(sink->context, row, 0, 1);
    if (reason != KI_REASON_NONE) {
        leave(job, reason);
    }
}

static void stream_rows(struct png_job *job)
{
    for (uint32_t y = 0; y < job->header.height; y++) {
        check_time(job, y);
        png_read_row(job->png, job->pixels, NULL);
        send_row(job, job->pixels);
    }
}

static void collect_rows(struct png_job *job, int npasses)
{
    for (int pass = 0; pass < npasses; pass++) {
        for (uint32_t y = 0; y < job->header.height; y++) {
            check_time(job, y);
            png_read_row(job->png, job->pixels + job->row_nbytes * y, NULL);
        }
    }
    for (uint32_t y = 0; y < job->header.height; y++) {
        send_row(job, job->pixels + job->row_nbytes * y);
    }
}

static void begin(struct png_job *job)
{
    const struct ki_row_sink *sink = &job->request->sink;
    enum ki_reason reason =
        sink->begin(sink->context, &(struct ki_row_shape){.width = job->header.width,
                                                          .height = job->header.height,
                                                          .block = 1,
                                                          .layout = job->layout});
    if (reason != KI_REASON_NONE) {
        leave(job, reason);
    }
}

static void decode_picture(struct png_job *job)
{
    create(job);
    int npasses = set_transforms(job);
    allocate_pixels(job);
    begin(job);
    if (job->header.is_interlaced) {
        collect_rows(job, npasses);
    } else {
        stream_rows(job);
    }
    png_read_end(job->png, NULL);
    if (job->is_damaged) {
        leave(job, KI_REASON_CORRUPT);
    }
}

/* The only function with setjmp; it changes no variable of its own. */
static enum ki_reason run(struct png_job *job)
{
    if (setjmp(job->escape) == 0) {
        decode_picture(job);
    }
    return job->reason;
}

static uint32_t count_channels(unsigned color_type)
{
    return ((color_type & PNG_COLOR_MASK_COLOR) != 0 ? 3u : 1u) +
           ((color_type & PNG_COLOR_MASK_ALPHA) != 0 ? 1u : 0u);
}

static enum ki_reason read_header(struct png_job *job)
{
    const struct ki_decode_request *request = job->request;
    struct ki_png_header *header = &job->header;
    ki_decode_await(request, KI_PNG_HEADER_END);
    enum ki_reason reason = ki_png_read_header(request->data, request->nbytes, header);
    if (reason != KI_REASON_NONE) {
        return reason;
    }
    job->info->width = header->width;
    job->info->height = header->height;
    job->info->nchannels = count_channels(header->color_type);
    job->info->needs_whole = header->is_interlaced;
    return ki_decode_check_size(request->limits, header->width, header->height,
                                header->is_interlaced);
}

static enum ki_reason walk_chunks(struct png_job *job)
{
    struct ki_png_summary summary;
    enum ki_reason reason = ki_png_walk(job->request->data, job->request->nbytes,
                                        job->request->limits, &job->deadline, &summary);
    job->info->nframes = summary.nframes;
    job->info->nwarnings += summary.nwarnings;
    return reason;
}

static enum ki_reason through_libpng(struct png_job *job)
{
    enum ki_reason reason = run(job);
    png_destroy_read_struct(&job->png, &job->chunks, NULL);
    free(job->pixels);
    return reason;
}

static enum ki_reason decode(const struct ki_decode_request *request,
                             struct ki_image_info *info, bool may_be_fast)
{
    struct png_job job = {
        .request = request,
        .info = info,
        .offset = KI_PNG_SIGNATURE_NBYTES,
        .chunk_end = KI_PNG_SIGNATURE_NBYTES,
        .deadline = ki_decode_deadline(request->limits),
    };
    info->nframes = 1;
    enum ki_reason reason = read_header(&job);
    if (reason != KI_REASON_NONE) {
        return reason;
    }
    /* What the walk finds wrong has the say, whenever it is made. */
    enum ki_reason refusal = KI_REASON_NONE;
    enum ki_png_outcome outcome = KI_PNG_DECLINED;
    if (may_be_fast && request->arrival) {
        outcome = ki_png_fast(request, &job.header, &job.deadline, &refusal);
    }
    ki_decode_await(request, request->nbytes);
    reason = walk_chunks(&job);
    if (reason != KI_REASON_NONE) {
        return reason;
    }
    if (may_be_fast && !request->arrival) {
        outcome = ki_png_fast(request, &job.header, &job.deadline, &refusal);
    }
    return outcome == KI_PNG_DECLINED ? through_libpng(&job) : refusal;
}

static enum ki_reason png_decode(const struct ki_decode_request *request,
                                 struct ki_image_info *info)
{
    return decode(request, info, true);
}

enum ki_reason ki_png_through_libpng(const struct ki_decode_request *request,
                                     struct ki_image_info *info)
{
    return decode(request, info, false);
}

const struct ki_decoder ki_decoder_png = {KI_FORMAT_PNG, true, png_decode};
