/* SPDX-License-Identifier: Apache-2.0 */
/* PDQ of a grey picture in memory: for callers that decode themselves. */
#include <knownimage/hash.h>

#include <stdlib.h>
#include <string.h>

#include "gray/gray.h"
#include "hash/pdq.h"

struct workspace {
    struct ki_gray gray;
    struct ki_pdq_tables tables;
};

enum ki_status ki_pdq_from_gray(const uint8_t *pixels, uint32_t width, uint32_t height,
                                size_t stride_nbytes, enum ki_mode mode, bool dihedral,
                                struct ki_pdq out[KI_NTRANSFORMS], unsigned *quality)
{
    if (width == 0 || height == 0 || stride_nbytes < width ||
        (unsigned)mode >= KI_NMODES) {
        return KI_ERR_ARGUMENT;
    }
    if (width < KI_PDQ_MIN_SIDE || height < KI_PDQ_MIN_SIDE) {
        memset(out, 0, sizeof *out * (dihedral ? KI_NTRANSFORMS : 1));
        *quality = 0;
        return KI_OK;
    }
    const struct ki_row_shape shape = {width, height, 1, KI_ROW_GRAY8};
    struct workspace *work = calloc(1, sizeof *work);
    if (!work || !ki_gray_begin(&work->gray, KI_BIT(mode), &shape)) {
        if (work) {
            ki_gray_free(&work->gray);
        }
        free(work);
        return KI_ERR_NO_MEMORY;
    }
    ki_gray_rows(&work->gray, pixels, stride_nbytes, height);
    const float *samples = ki_gray_result(&work->gray, mode);
    ki_pdq_tables_init(&work->tables);
    (void)ki_pdq_compute(&work->tables, work->gray.fold, samples, dihedral, out);
    *quality = ki_pdq_quality(work->gray.fold, samples);
    ki_gray_free(&work->gray);
    free(work);
    return KI_OK;
}
