/* SPDX-License-Identifier: Apache-2.0 */
#include "decode/make_progressive.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>

enum { MOST_SCANS = 60, MOST_LOW = 4, NTRIES = 200 };

struct script {
    jpeg_scan_info scans[MOST_SCANS];
    int nscans;
    int ncomponents;
    int low[3][64]; /* of each coefficient; -1: not seen */
};

static unsigned one_to(struct random_state *random, unsigned most)
{
    return 1 + random_below(random, most);
}

struct progressive_options random_options(struct random_state *random)
{
    bool is_small = random_below(random, 3) > 0;
    return (struct progressive_options){
        .width = one_to(random, is_small ? 40 : 200),
        .height = one_to(random, is_small ? 40 : 200),
        .is_gray = random_below(random, 4) == 0,
        .h_factor = one_to(random, 4),
        .v_factor = one_to(random, 2),
        .quality = (int)one_to(random, 100),
        .has_own_script = random_below(random, 4) > 0,
        .interval = random_below(random, 2) ? 0 : one_to(random, 9),
        .content = random_below(random, NCONTENTS),
        .is_of_coefficients = random_below(random, 5) == 0,
        .most_quant = random_below(random, 2) ? 20 : 255,
    };
}

static uint8_t sample_at(struct random_state *random, enum content content, unsigned x,
                         unsigned y)
{
    switch (content) {
    case CONTENT_FLAT:
        return (uint8_t)(y > 20 ? 90 : 200);
    case CONTENT_NOISE:
        return (uint8_t)random_next(random);
    case CONTENT_CHECKS:
        return (x / 3 + y / 5) % 2 ? 255 : 0;
    default:
        return (uint8_t)(x * 2 + y + (random_below(random, 8) == 0 ? 30 : 0) +
                         (x * y) % 7);
    }
}

static bool may_scan(const struct script *script, const jpeg_scan_info *scan)
{
    bool is_good = true;
    for (int i = 0; i < scan->comps_in_scan; i++) {
        const int *low = script->low[scan->component_index[i]];
        is_good = is_good && (scan->Ss == 0 || low[0] >= 0);
        for (int k = scan->Ss; k <= scan->Se; k++) {
            bool is_next = scan->Ah == 0 ? low[k] < 0 : low[k] == scan->Ah;
            is_good = is_good && is_next;
        }
    }
    return is_good;
}

static void add_scan(struct script *script, const jpeg_scan_info *scan)
{
    for (int i = 0; i < scan->comps_in_scan; i++) {
        for (int k = scan->Ss; k <= scan->Se; k++) {
            script->low[scan->component_index[i]][k] = scan->Al;
        }
    }
    script->scans[script->nscans++] = *scan;
}

/* One that may or may not be allowed now. */
static jpeg_scan_info propose_scan(struct random_state *random,
                                   const struct script *script)
{
    jpeg_scan_info scan = {.comps_in_scan = 1};
    bool is_dc = random_below(random, 3) == 0;
    if (is_dc) {
        scan.comps_in_scan = (int)one_to(random, (unsigned)script->ncomponents);
    } else {
        scan.Ss = (int)one_to(random, random_below(random, 2) ? 1 : 63);
        scan.Se = random_below(random, 2)
                      ? 63
                      : scan.Ss + (int)random_below(random, 64 - (unsigned)scan.Ss);
    }
    int first = (int)random_below(
        random, (unsigned)(script->ncomponents - scan.comps_in_scan) + 1);
    for (int i = 0; i < scan.comps_in_scan; i++) {
        scan.component_index[i] = first + i;
    }
    scan.Ah = (int)random_below(random, MOST_LOW + 1);
    scan.Al = scan.Ah > 0 ? scan.Ah - 1 : (int)random_below(random, MOST_LOW + 1);
    return scan;
}

static void write_script(struct random_state *random, struct script *script,
                         int ncomponents)
{
    *script = (struct script){.ncomponents = ncomponents};
    memset(script->low, -1, sizeof script->low);
    unsigned ntries = random_below(random, NTRIES);
    for (unsigned i = 0; i < ntries && script->nscans < MOST_SCANS - 3; i++) {
        jpeg_scan_info scan = propose_scan(random, script);
        if (may_scan(script, &scan)) {
            add_scan(script, &scan);
        }
    }
    for (int i = 0; i < ncomponents; i++) {
        jpeg_scan_info scan = {.comps_in_scan = 1, .component_index = {i}};
        if (script->low[i][0] < 0) {
            add_scan(script, &scan);
        }
    }
}

static void configure(struct random_state *random, struct jpeg_compress_struct *cinfo,
                      const struct progressive_options *options, struct script *script)
{
    cinfo->image_width = options->width;
    cinfo->image_height = options->height;
    cinfo->input_components = options->is_gray ? 1 : 3;
    cinfo->in_color_space = options->is_gray ? JCS_GRAYSCALE : JCS_YCbCr;
    jpeg_set_defaults(cinfo);
    jpeg_set_quality(cinfo, options->quality, TRUE);
    cinfo->comp_info[0].h_samp_factor = options->h_factor ? (int)options->h_factor : 1;
    cinfo->comp_info[0].v_samp_factor = options->v_factor ? (int)options->v_factor : 1;
    jpeg_simple_progression(cinfo);
    if (options->has_own_script) {
        write_script(random, script, cinfo->input_components);
        cinfo->scan_info = script->scans;
        cinfo->num_scans = script->nscans;
    }
    cinfo->restart_interval = options->interval;
}

static void write_rows(struct random_state *random, struct jpeg_compress_struct *cinfo,
                       enum content content)
{
    unsigned ncomponents = (unsigned)cinfo->input_components;
    uint8_t *row = malloc((size_t)cinfo->image_width * ncomponents);
    cr_assert_not_null(row);
    jpeg_start_compress(cinfo, TRUE);
    while (cinfo->next_scanline < cinfo->image_height) {
        for (unsigned x = 0; x < cinfo->image_width; x++) {
            for (unsigned c = 0; c < ncomponents; c++) {
                row[x * ncomponents + c] =
                    sample_at(random, content, x, cinfo->next_scanline);
            }
        }
        jpeg_write_scanlines(cinfo, &row, 1);
    }
    free(row);
}

static void fill_block(struct random_state *random, JCOEF *block, unsigned kind)
{
    static const int mosts[] = {2, 8, 60, 1023};
    int most = mosts[kind];
    memset(block, 0, sizeof(JBLOCK));
    unsigned ncoefficients = random_below(random, 65);
    for (unsigned i = 0; i < ncoefficients; i++) {
        int value = (int)random_below(random, (unsigned)(2 * most + 1)) - most;
        block[random_below(random, 64)] = (JCOEF)value;
    }
}

/* What libjpeg would make of samples is put there directly. */
static void write_coefficients(struct random_state *random,
                               struct jpeg_compress_struct *cinfo, unsigned most_quant)
{
    static jvirt_barray_ptr arrays[3]; /* cinfo points to them */
    for (int i = 0; i < cinfo->num_components; i++) {
        jpeg_component_info *component = &cinfo->comp_info[i];
        JDIMENSION h = (JDIMENSION)component->h_samp_factor;
        JDIMENSION v = (JDIMENSION)component->v_samp_factor;
        JDIMENSION width = (cinfo->image_width + 7) / 8 + 8;
        JDIMENSION height = (cinfo->image_height + 7) / 8 + 8;
        arrays[i] = (*cinfo->mem->request_virt_barray)(
            (j_common_ptr)cinfo, JPOOL_IMAGE, TRUE, width / h * h, height / v * v, v);
    }
    for (unsigned k = 0; k < 64; k++) {
        cinfo->quant_tbl_ptrs[0]->quantval[k] = (UINT16)one_to(random, most_quant);
    }
    jpeg_write_coefficients(cinfo, arrays);
    unsigned kind = random_below(random, 5);
    for (int i = 0; i < cinfo->num_components; i++) {
        jpeg_component_info *component = &cinfo->comp_info[i];
        for (JDIMENSION y = 0; y < component->height_in_blocks; y++) {
            JBLOCKARRAY rows = (*cinfo->mem->access_virt_barray)((j_common_ptr)cinfo,
                                                                 arrays[i], y, 1, TRUE);
            for (JDIMENSION x = 0; x < component->width_in_blocks; x++) {
                fill_block(random, rows[0][x],
                           kind < 4 ? kind : random_below(random, 4));
            }
        }
    }
}

struct file_bytes make_progressive(struct random_state *random,
                                   struct progressive_options options)
{
    struct jpeg_compress_struct cinfo;
    struct jpeg_error_mgr errors;
    static struct script script; /* cinfo points to it */
    cinfo.err = jpeg_std_error(&errors);
    jpeg_create_compress(&cinfo);
    unsigned char *data = NULL;
    unsigned long nbytes = 0;
    jpeg_mem_dest(&cinfo, &data, &nbytes);
    configure(random, &cinfo, &options, &script);
    if (options.is_of_coefficients) {
        write_coefficients(random, &cinfo, options.most_quant);
    } else {
        write_rows(random, &cinfo, options.content);
    }
    jpeg_finish_compress(&cinfo);
    jpeg_destroy_compress(&cinfo);
    return (struct file_bytes){data, nbytes};
}
