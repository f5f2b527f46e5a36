/* SPDX-License-Identifier: Apache-2.0 */
/* The folds that need certain processors; each file is compiled for its own. */
#ifndef KI_GRAY_FOLD_ISA_H
#define KI_GRAY_FOLD_ISA_H

#include "gray/fold.h"

/* ki_fold.counted for any processor. */
void ki_fold_counted_plain(float *sums, const uint8_t *rows, size_t stride,
                           const uint8_t *counts, float scale, size_t nrows,
                           size_t width, bool is_first);

#if defined(__x86_64__)
extern const struct ki_fold ki_fold_avx2;
extern const struct ki_fold ki_fold_avx512;
#endif

#endif
