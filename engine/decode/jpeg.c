/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JPEG through libjpeg-turbo. Baseline pictures stream row by row; progressive and
 * other multi-scan files make libjpeg hold all coefficients, so they have their own
 * pixel limit. Progressive ones of which luma alone is wanted go a short way if they
 * can (jpeg_progressive.h). Decoding stops at the first sign of missing or bad picture
 * data: what libjpeg makes up for it must not be hashed, and making it up costs time.
 */
#include <limits.h>
#include <setjmp.h>
#include <stdio.h>

#include <jpeglib.h>

#include <jerror.h>

#include "decode/decode.h"
#include "decode/jpeg_progressive.h"
#include "decode/jpeg_reason.h"
#include "decode/jpeg_source.h"

/* libjpeg reports progress once per scanline out and per row of blocks in. */
#define TICKS_PER_CLOCK 16u
#define MAX_COMPONENTS_HERE 4
#define ROWS_AT_ONCE 8
#define MOST_ROWS (MAX_SAMP_FACTOR * DCTSIZE)

struct jpeg_job {
    const struct ki_decode_request *request;
    struct ki_image_info *info;
    struct jpeg_decompress_struct cinfo;
    struct jpeg_error_mgr errors;
    struct ki_jpeg_source source;
    struct jpeg_progress_mgr progress;
    jmp_buf escape;
    enum ki_reason reason;
    struct ki_deadline deadline;
    unsigned nticks;
    unsigned components_seen; /* bit i: a scan gave the DC of component i */
    bool may_be_short;        /* ki_jpeg_progressive may be asked */
};

static _Noreturn void leave(struct jpeg_job *job, enum ki_reason reason)
{
    job->reason = reason;
    longjmp(job->escape, 1);
}

static _Noreturn void on_error(j_common_ptr common)
{
    struct jpeg_job *job = common->client_data;
    leave(job, ki_jpeg_error_reason(&job->cinfo));
}

/* Not so if all that was passed over before a marker were zeros of the source. */
static bool is_warning(struct jpeg_job *job)
{
    int *nbytes = &job->errors.msg_parm.i[0];
    if (job->errors.msg_code != JWRN_EXTRANEOUS_DATA) {
        return true;
    }
    *nbytes = ki_jpeg_source_passed(&job->source, *nbytes);
    return *nbytes > 0;
}

static void on_message(j_common_ptr common, int level)
{
    struct jpeg_job *job = common->client_data;
    if (level >= 0 || !is_warning(job)) {
        return;
    }
    job->info->nwarnings++;
    enum ki_reason reason = ki_jpeg_warning_reason(&job->cinfo);
    if (reason != KI_REASON_NONE) {
        leave(job, reason);
    }
}

static void print_nothing(j_common_ptr common)
{
    (void)common;
}

static void note_components(struct jpeg_job *job)
{
    const struct jpeg_decompress_struct *cinfo = &job->cinfo;
    for (int i = 0; cinfo->Ss == 0 && i < cinfo->comps_in_scan; i++) {
        job->components_seen |= 1u << cinfo->cur_comp_info[i]->component_index;
    }
}

static void on_progress(j_common_ptr common)
{
    struct jpeg_job *job = common->client_data;
    uint32_t nscans = (uint32_t)job->cinfo.input_scan_number;
    if (nscans > job->request->limits->jpeg_scans) {
        leave(job, KI_REASON_LIMIT_SCANS);
    }
    if (job->source.is_dry) {
        leave(job, KI_REASON_CORRUPT);
    }
    note_components(job);
    if (job->nticks++ % TICKS_PER_CLOCK == 0 && ki_decode_is_late(&job->deadline)) {
        leave(job, KI_REASON_LIMIT_TIME);
    }
}

static void set_memory_limit(struct jpeg_job *job)
{
    uint64_t nbytes = job->request->limits->memory_nbytes;
    if (nbytes == 0) {
        nbytes = 1; /* 0 would mean no limit to libjpeg */
    }
    job->cinfo.mem->max_memory_to_use = nbytes > LONG_MAX ? LONG_MAX : (long)nbytes;
}

static void create(struct jpeg_job *job)
{
    struct jpeg_decompress_struct *cinfo = &job->cinfo;
    cinfo->err = jpeg_std_error(&job->errors);
    job->errors.error_exit = on_error;
    job->errors.emit_message = on_message;
    job->errors.output_message = print_nothing;
    cinfo->client_data = job;
    jpeg_create_decompress(cinfo);
    job->progress.progress_monitor = on_progress;
    cinfo->progress = &job->progress;
    ki_jpeg_source_init(&job->source, job->request->data, job->request->nbytes);
    cinfo->src = &job->source.manager;
    set_memory_limit(job);
}

/* How many samples the shorter side must keep when a picture is scaled down. Each is
 * rounded to 8 bits: the fewer there are, the less these errors even out; halving,
 * which small pictures need most, costs least. Measured by bench/fidelity.sh. */
static uint32_t fewest_samples(enum ki_fidelity fidelity, unsigned scale)
{
    if (fidelity == KI_FIDELITY_FAST) {
        return 128;
    }
    return scale == 2 ? 160 : 288;
}

/* Scaling down within the inverse DCT: fewer samples, each the mean of a block. */
static unsigned choose_scale(const struct ki_decode_request *request,
                             const struct jpeg_decompress_struct *cinfo)
{
    bool is_linear = cinfo->out_color_space != JCS_CMYK;
    if (request->fidelity == KI_FIDELITY_EXACT || request->needs_pixels || !is_linear) {
        return 1;
    }
    uint32_t side = cinfo->image_width < cinfo->image_height ? cinfo->image_width
                                                             : cinfo->image_height;
    unsigned scale = DCTSIZE;
    while (scale > 1 && side / scale < fewest_samples(request->fidelity, scale)) {
        scale /= 2;
    }
    return scale;
}

/* Y alone is luma, but for rounding; chroma is then neither transformed, upsampled nor
 * converted. */
static void choose_luma(struct jpeg_decompress_struct *cinfo)
{
    if (cinfo->jpeg_color_space == JCS_YCbCr) {
        cinfo->out_color_space = JCS_GRAYSCALE;
    }
    cinfo->do_block_smoothing = FALSE;
}

static bool choose_output(struct jpeg_decompress_struct *cinfo)
{
    switch (cinfo->jpeg_color_space) {
    case JCS_GRAYSCALE:
        cinfo->out_color_space = JCS_GRAYSCALE;
        break;
    case JCS_RGB:
    case JCS_YCbCr:
        cinfo->out_color_space = JCS_RGB;
        break;
    case JCS_CMYK:
    case JCS_YCCK:
        cinfo->out_color_space = JCS_CMYK;
        break;
    default:
        return false;
    }
    /* Hashes are compared bit by bit with those of other tools, which use these. */
    cinfo->dct_method = JDCT_ISLOW;
    cinfo->do_fancy_upsampling = TRUE;
    return cinfo->data_precision == BITS_IN_JSAMPLE &&
           cinfo->num_components <= MAX_COMPONENTS_HERE;
}

static enum ki_reason read_header(struct jpeg_job *job)
{
    struct jpeg_decompress_struct *cinfo = &job->cinfo;
    jpeg_read_header(cinfo, TRUE);
    job->info->needs_whole = jpeg_has_multiple_scans(cinfo);
    enum ki_reason reason =
        ki_decode_check_size(job->request->limits, cinfo->image_width,
                             cinfo->image_height, job->info->needs_whole);
    if (reason == KI_REASON_NONE && !choose_output(cinfo)) {
        reason = KI_REASON_UNSUPPORTED_CODING;
    }
    return reason;
}

static void choose_fidelity(struct jpeg_job *job)
{
    struct jpeg_decompress_struct *cinfo = &job->cinfo;
    if (job->request->fidelity == KI_FIDELITY_EXACT) {
        return;
    }
    choose_luma(cinfo);
    job->info->scale = choose_scale(job->request, cinfo);
    cinfo->scale_num = 1;
    cinfo->scale_denom = job->info->scale;
    if (job->info->scale > 1 || cinfo->jpeg_color_space == JCS_YCbCr) {
        job->info->fidelity = job->request->fidelity;
    }
}

/* Luma as the inverse DCT leaves it needs no upsampling. */
static bool is_bare_luma(const struct jpeg_decompress_struct *cinfo)
{
    const jpeg_component_info *luma = &cinfo->comp_info[0];
    return cinfo->out_color_space == JCS_GRAYSCALE &&
           luma->h_samp_factor == cinfo->max_h_samp_factor &&
           luma->v_samp_factor == cinfo->max_v_samp_factor;
}

/* Then it is taken from there, a row of blocks at a time. Without a colour converter,
 * nobody else tells libjpeg that the chroma is not needed. */
static void choose_raw(struct jpeg_decompress_struct *cinfo)
{
    cinfo->raw_data_out = is_bare_luma(cinfo);
    for (int i = 1; cinfo->raw_data_out && i < cinfo->num_components; i++) {
        cinfo->comp_info[i].component_needed = FALSE;
    }
}

static enum ki_reason begin(struct jpeg_job *job)
{
    const struct ki_row_sink *sink = &job->request->sink;
    bool is_gray = job->cinfo.out_color_space == JCS_GRAYSCALE;
    const struct ki_row_shape shape = {
        .width = job->cinfo.image_width,
        .height = job->cinfo.image_height,
        .block = job->info->scale,
        .layout = is_gray ? KI_ROW_GRAY8 : KI_ROW_RGB8,
    };
    jpeg_calc_output_dimensions(&job->cinfo);
    if (job->cinfo.output_width != ki_row_width(&shape) ||
        job->cinfo.output_height != ki_row_count(&shape)) {
        return KI_REASON_UNSUPPORTED_CODING;
    }
    return sink->begin(sink->context, &shape);
}

static uint8_t multiply(unsigned a, unsigned b)
{
    return (uint8_t)((a * b + 127) / 255);
}

/* Adobe stores ink inverted (255 is no ink), so the stored values are already light;
 * without its marker they are ink. invert is 0 or 255; rgb may be where cmyk is. */
static void cmyk_to_rgb(const uint8_t *cmyk, uint8_t *rgb, size_t npixels,
                        uint8_t invert)
{
    for (size_t i = 0; i < npixels; i++, cmyk += 4, rgb += 3) {
        unsigned k = cmyk[3] ^ invert;
        rgb[0] = multiply(cmyk[0] ^ invert, k);
        rgb[1] = multiply(cmyk[1] ^ invert, k);
        rgb[2] = multiply(cmyk[2] ^ invert, k);
    }
}

/* Where rows come to, one after the other. */
struct rows {
    JSAMPROW each[MOST_ROWS];
    size_t stride;
    uint32_t most;
};

/* From libjpeg's pool, which jpeg_destroy_decompress frees. Bare luma comes in whole
 * blocks. */
static struct rows allocate_rows(struct jpeg_job *job)
{
    struct jpeg_decompress_struct *cinfo = &job->cinfo;
    struct rows rows = {
        .stride = (size_t)cinfo->output_width * (size_t)cinfo->output_components,
        .most = ROWS_AT_ONCE,
    };
    if (cinfo->raw_data_out) {
        uint32_t side = DCTSIZE / job->info->scale;
        rows.stride = (size_t)cinfo->comp_info[0].width_in_blocks * side;
        rows.most = (uint32_t)cinfo->max_v_samp_factor * side;
    }
    JSAMPROW all = (*cinfo->mem->alloc_large)((j_common_ptr)cinfo, JPOOL_IMAGE,
                                              rows.stride * rows.most);
    for (size_t i = 0; i < rows.most; i++) {
        rows.each[i] = all + i * rows.stride;
    }
    return rows;
}

/* The next rows, as many as are left or fit. */
static uint32_t read_rows(struct jpeg_job *job, struct rows *rows)
{
    struct jpeg_decompress_struct *cinfo = &job->cinfo;
    uint32_t left = cinfo->output_height - cinfo->output_scanline;
    uint32_t count = 0;
    if (cinfo->raw_data_out) {
        JSAMPARRAY luma_only[MAX_COMPONENTS_HERE] = {rows->each};
        (void)jpeg_read_raw_data(cinfo, luma_only, rows->most);
        return left < rows->most ? left : rows->most;
    }
    while (count < rows->most && count < left) {
        count += jpeg_read_scanlines(cinfo, rows->each + count, rows->most - count);
    }
    return count;
}

static enum ki_reason send_rows(struct jpeg_job *job)
{
    struct jpeg_decompress_struct *cinfo = &job->cinfo;
    const struct ki_row_sink *sink = &job->request->sink;
    struct rows rows = allocate_rows(job);
    bool is_cmyk = cinfo->out_color_space == JCS_CMYK;
    enum ki_reason reason = KI_REASON_NONE;
    while (reason == KI_REASON_NONE && cinfo->output_scanline < cinfo->output_height) {
        uint32_t count = read_rows(job, &rows);
        for (uint32_t i = 0; is_cmyk && i < count; i++) {
            cmyk_to_rgb(rows.each[i], rows.each[i], cinfo->output_width,
                        cinfo->saw_Adobe_marker ? 0 : 255);
        }
        reason = sink->rows(sink->context, rows.each[0], rows.stride, count);
    }
    return reason;
}

/* A multi-scan file may end without a single scan for one of its components. */
static enum ki_reason check_end(const struct jpeg_job *job)
{
    unsigned all = (1u << job->cinfo.num_components) - 1;
    bool is_whole = job->components_seen == all && !job->source.is_dry;
    return is_whole ? KI_REASON_NONE : KI_REASON_CORRUPT;
}

/* A progressive picture whose luma is all that is wanted. */
static bool is_short(const struct jpeg_job *job)
{
    const struct jpeg_decompress_struct *cinfo = &job->cinfo;
    return job->may_be_short && cinfo->progressive_mode && !cinfo->arith_code &&
           cinfo->raw_data_out && !cinfo->do_block_smoothing;
}

static enum ki_jpeg_outcome go_short_way(struct jpeg_job *job, enum ki_reason *reason)
{
    const struct ki_jpeg_facts facts = {
        .width = job->cinfo.image_width,
        .height = job->cinfo.image_height,
        .ncomponents = (unsigned)job->cinfo.num_components,
        .block = job->info->scale,
    };
    return ki_jpeg_progressive(job->request, &facts, &job->deadline, reason);
}

static enum ki_reason decode_picture(struct jpeg_job *job)
{
    create(job);
    enum ki_reason reason = read_header(job);
    if (reason != KI_REASON_NONE) {
        return reason;
    }
    if (job->cinfo.arith_code) {
        ki_jpeg_source_guard(&job->source);
    }
    choose_fidelity(job);
    choose_raw(&job->cinfo);
    reason = begin(job);
    if (reason == KI_REASON_NONE && is_short(job)) {
        if (go_short_way(job, &reason) != KI_JPEG_DECLINED) {
            return reason;
        }
        reason = begin(job); /* anew */
    }
    if (reason != KI_REASON_NONE) {
        return reason;
    }
    jpeg_start_decompress(&job->cinfo); /* reads all scans, if there are several */
    reason = send_rows(job);
    if (reason != KI_REASON_NONE) {
        return reason;
    }
    jpeg_finish_decompress(&job->cinfo); /* reads on to the EOI */
    return check_end(job);
}

/* The only function with setjmp; it changes no variable of its own. */
static enum ki_reason run(struct jpeg_job *job)
{
    if (setjmp(job->escape) == 0) {
        job->reason = decode_picture(job);
    }
    return job->reason;
}

static void fill_info(const struct jpeg_job *job)
{
    job->info->width = job->cinfo.image_width;
    job->info->height = job->cinfo.image_height;
    job->info->nchannels = (uint32_t)job->cinfo.num_components;
    job->info->nframes = 1;
}

static enum ki_reason decode(const struct ki_decode_request *request,
                             struct ki_image_info *info, bool may_be_short)
{
    struct jpeg_job job = {
        .request = request,
        .info = info,
        .deadline = ki_decode_deadline(request->limits),
        .may_be_short = may_be_short,
    };
    enum ki_reason reason = run(&job);
    fill_info(&job);
    jpeg_destroy_decompress(&job.cinfo);
    return reason;
}

static enum ki_reason jpeg_decode(const struct ki_decode_request *request,
                                  struct ki_image_info *info)
{
    return decode(request, info, true);
}

enum ki_reason ki_jpeg_through_libjpeg(const struct ki_decode_request *request,
                                       struct ki_image_info *info)
{
    return decode(request, info, false);
}

const struct ki_decoder ki_decoder_jpeg = {KI_FORMAT_JPEG, false, jpeg_decode};
