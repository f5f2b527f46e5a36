/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The body of ki_fold.across. The including file defines
 *
 *     TURNED           4 or 8
 *     turned_vec       so many floats: + and · work on them element by element
 *     load_pieces(row, first)
 *                      from row + first[0] on four floats and, if TURNED is 8, four
 *                      more from row + first[4] on
 *     turn_fours(v)    a square of four vectors on its side, or two squares, each in
 *                      its half of the vectors
 *
 * Products come side by side as samples do, several to an output. Turned, they are side
 * by side as outputs are, so that no sum is split.
 */
#include <string.h>

#include "gray/fold.h"

/* The next four weights of each of TURNED outputs. */
static inline turned_vec add_fours(turned_vec sums, const float *weights,
                                   const float *row, const uint32_t *first)
{
    turned_vec products[4];
    for (size_t i = 0; i < 4; i++) {
        turned_vec some;
        memcpy(&some, weights + i * KI_GRAY_GROUP, sizeof some);
        products[i] = some * load_pieces(row, first + i);
    }
    turn_fours(products);
    for (size_t i = 0; i < 4; i++) {
        sums += products[i];
    }
    return sums;
}

static void fold_across(float *out, const float *row, const struct ki_operator *op)
{
    for (size_t j = 0; j < KI_GRAY_SIDE; j += TURNED) {
        turned_vec sums = {0};
        size_t group = j / KI_GRAY_GROUP;
        const float *weights =
            op->fours + group * KI_GRAY_GROUP * op->width + j % KI_GRAY_GROUP;
        for (size_t x = 0; x < op->longest[group]; x += 8) {
            sums = add_fours(sums, weights, row + x, op->first + j);
            sums = add_fours(sums, weights + 32, row + x + 4, op->first + j);
            weights += 64;
        }
        memcpy(out + j, &sums, sizeof sums);
    }
}
