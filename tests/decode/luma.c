/* SPDX-License-Identifier: Apache-2.0 */
#include "decode/luma.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>

#include <jerror.h>

struct plain {
    struct jpeg_decompress_struct cinfo;
    struct jpeg_error_mgr errors;
    jmp_buf escape;
};

static void on_error(j_common_ptr common)
{
    struct plain *plain = common->client_data;
    longjmp(plain->escape, 1);
}

static void on_message(j_common_ptr common, int level)
{
    int code = common->err->msg_code;
    if (level < 0 && code != JWRN_JFIF_MAJOR && code != JWRN_ADOBE_XFORM) {
        on_error(common);
    }
}

static void print_nothing(j_common_ptr common)
{
    (void)common;
}

static void create(struct plain *plain, const uint8_t *data, size_t nbytes)
{
    struct jpeg_decompress_struct *cinfo = &plain->cinfo;
    cinfo->err = jpeg_std_error(&plain->errors);
    plain->errors.error_exit = on_error;
    plain->errors.emit_message = on_message;
    plain->errors.output_message = print_nothing;
    cinfo->client_data = plain;
    jpeg_create_decompress(cinfo);
    jpeg_mem_src(cinfo, data, nbytes);
}

void luma_free(struct luma *luma)
{
    free(luma->samples);
    *luma = (struct luma){0};
}

bool luma_equal(const struct luma *a, const struct luma *b)
{
    return a->width == b->width && a->height == b->height && a->nrows == b->nrows &&
           memcmp(a->samples, b->samples, (size_t)a->width * a->height) == 0;
}

static void allocate(struct luma *luma, uint32_t width, uint32_t height)
{
    luma_free(luma);
    *luma = (struct luma){.width = width, .height = height};
    luma->samples = calloc(height, width);
    if (!luma->samples) {
        abort();
    }
}

static bool is_for_us(const struct jpeg_decompress_struct *cinfo)
{
    const jpeg_component_info *luma = &cinfo->comp_info[0];
    bool is_luma = cinfo->jpeg_color_space == JCS_GRAYSCALE ||
                   cinfo->jpeg_color_space == JCS_YCbCr;
    return is_luma && cinfo->progressive_mode && !cinfo->arith_code &&
           cinfo->data_precision == 8 &&
           luma->h_samp_factor == cinfo->max_h_samp_factor &&
           luma->v_samp_factor == cinfo->max_v_samp_factor;
}

bool luma_facts(const uint8_t *data, size_t nbytes, unsigned block,
                struct ki_jpeg_facts *facts)
{
    struct plain plain;
    volatile bool is_ours = false;
    if (setjmp(plain.escape) == 0) {
        create(&plain, data, nbytes);
        jpeg_read_header(&plain.cinfo, TRUE);
        *facts = (struct ki_jpeg_facts){
            .width = plain.cinfo.image_width,
            .height = plain.cinfo.image_height,
            .ncomponents = (unsigned)plain.cinfo.num_components,
            .block = block,
        };
        is_ours = is_for_us(&plain.cinfo);
    }
    jpeg_destroy_decompress(&plain.cinfo);
    return is_ours;
}

static void read_luma(struct jpeg_decompress_struct *cinfo, unsigned block,
                      struct luma *luma)
{
    jpeg_read_header(cinfo, TRUE);
    cinfo->out_color_space = JCS_GRAYSCALE;
    cinfo->dct_method = JDCT_ISLOW;
    cinfo->do_block_smoothing = FALSE;
    cinfo->scale_num = 1;
    cinfo->scale_denom = block;
    jpeg_start_decompress(cinfo);
    for (int i = 0; i < cinfo->num_components; i++) {
        if (cinfo->coef_bits[i][0] < 0) { /* no scan gave its DC */
            on_error((j_common_ptr)cinfo);
        }
    }
    allocate(luma, cinfo->output_width, cinfo->output_height);
    for (; luma->nrows < luma->height; luma->nrows++) {
        JSAMPROW row = luma->samples + (size_t)luma->nrows * luma->width;
        jpeg_read_scanlines(cinfo, &row, 1);
    }
    jpeg_finish_decompress(cinfo);
}

bool luma_plain(const uint8_t *data, size_t nbytes, unsigned block, struct luma *luma)
{
    struct plain plain;
    volatile bool is_good = false;
    if (setjmp(plain.escape) == 0) {
        create(&plain, data, nbytes);
        read_luma(&plain.cinfo, block, luma);
        is_good = true;
    }
    jpeg_destroy_decompress(&plain.cinfo);
    return is_good;
}

static enum ki_reason on_begin(void *context, const struct ki_row_shape *shape)
{
    (void)context;
    (void)shape;
    return KI_REASON_NONE;
}

static enum ki_reason on_rows(void *context, const uint8_t *samples, size_t stride,
                              uint32_t count)
{
    struct luma *luma = context;
    if (count == 0 || count > luma->height - luma->nrows) {
        abort();
    }
    for (uint32_t i = 0; i < count; i++, luma->nrows++) {
        memcpy(luma->samples + (size_t)luma->nrows * luma->width, samples + i * stride,
               luma->width);
    }
    return KI_REASON_NONE;
}

enum ki_jpeg_outcome luma_short(const uint8_t *data, size_t nbytes,
                                const struct ki_jpeg_facts *facts,
                                const struct ki_limits *limits,
                                struct ki_decode_memory *memory, struct luma *luma)
{
    struct ki_limits defaults = ki_limits_default();
    struct ki_decode_request request = {
        .data = data,
        .nbytes = nbytes,
        .limits = limits ? limits : &defaults,
        .fidelity = KI_FIDELITY_HIGH,
        .memory = memory,
        .sink = {.context = luma, .begin = on_begin, .rows = on_rows},
    };
    struct ki_deadline deadline = ki_decode_deadline(request.limits);
    enum ki_reason refusal = KI_REASON_NONE;
    allocate(luma, (facts->width - 1) / facts->block + 1,
             (facts->height - 1) / facts->block + 1);
    return ki_jpeg_progressive(&request, facts, &deadline, &refusal);
}
