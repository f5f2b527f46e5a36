/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PDQ from a 64×64 picture: DCT, median, bits, quality, and the eight transforms.
 *
 *     T = D · A (16×64), B = T · Dᵀ (16×16),
 *     D[i][j] = sqrt(2/64) · cos(π/128 · (i+1)·(2j+1)),  i = 0…15, j = 0…63
 *
 * B[i][j] is the coefficient of vertical frequency i+1 and horizontal frequency j+1;
 * bit 16·i+j of the hash is B[i][j] > the 128th smallest of all 256.
 */
#ifndef KI_HASH_PDQ_H
#define KI_HASH_PDQ_H

#include <stdbool.h>

#include <knownimage/hash.h>

#include "gray/fold.h"

enum { KI_DCT_SIDE = 16, KI_DCT_NSAMPLES = KI_DCT_SIDE * KI_DCT_SIDE };

/* The DCT matrix, and the same on its side; made once per hasher, read-only afterwards.
 */
struct ki_pdq_tables {
    float dct[KI_DCT_SIDE][64];
    float turned[64][KI_DCT_SIDE];
};
void ki_pdq_tables_init(struct ki_pdq_tables *tables);

/* samples: 64 rows of 64 floats of 0…255. out[0], or all eight if dihedral. False if
 * the coefficients are rounding noise, so that the bits say nothing: a picture that
 * does not change along one of its axes has no coefficient at all, since those of
 * frequency 0 are left out. */
bool ki_pdq_compute(const struct ki_pdq_tables *tables, const struct ki_fold *fold,
                    const float *samples, bool dihedral,
                    struct ki_pdq out[KI_NTRANSFORMS]);

/* The two steps of it: B, and which of B are above the median. */
void ki_pdq_coefficients(const struct ki_pdq_tables *tables, const struct ki_fold *fold,
                         const float *samples, float out[KI_DCT_NSAMPLES]);
void ki_pdq_bits(const float coefficients[KI_DCT_NSAMPLES], struct ki_pdq *out);

/* 0…100 from the same samples: how much neighbours differ, in steps of 1 % of the
 * range; what is below a step counts nothing. */
unsigned ki_pdq_quality(const struct ki_fold *fold, const float *samples);

#endif
