/* SPDX-License-Identifier: Apache-2.0 */
#include "decode/jpeg_source.h"

#include <stdio.h>

#include <jpeglib.h>

#include <jerror.h>

static void do_nothing(j_decompress_ptr cinfo)
{
    (void)cinfo;
}

/* libjpeg asks for more only when it needs a byte, and it stops at every marker; so a
 * file that is complete up to its EOI never gets here. */
static boolean fail_at_end(j_decompress_ptr cinfo)
{
    ERREXIT(cinfo, JERR_INPUT_EOF);
    return FALSE;
}

static void skip(j_decompress_ptr cinfo, long nbytes)
{
    if (nbytes <= 0) {
        return;
    }
    if ((unsigned long)nbytes > cinfo->src->bytes_in_buffer) {
        ERREXIT(cinfo, JERR_INPUT_EOF);
    }
    cinfo->src->next_input_byte += nbytes;
    cinfo->src->bytes_in_buffer -= (size_t)nbytes;
}

void ki_jpeg_source_init(struct jpeg_source_mgr *source, const uint8_t *data,
                         size_t nbytes)
{
    *source = (struct jpeg_source_mgr){
        .next_input_byte = data,
        .bytes_in_buffer = nbytes,
        .init_source = do_nothing,
        .fill_input_buffer = fail_at_end,
        .skip_input_data = skip,
        .resync_to_restart = jpeg_resync_to_restart,
        .term_source = do_nothing,
    };
}
