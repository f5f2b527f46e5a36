/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hash lists of any size. Uniform hashes are 256 random bits. Correlated ones are real
 * PDQ hashes of small synthetic grey pictures, every fourth a near-duplicate of a
 * recent one: like the lists that hotlines hand out, and harder on a search table.
 */
#ifndef KI_CORPUS_LISTS_H
#define KI_CORPUS_LISTS_H

#include <stdint.h>
#include <stdio.h>

#include <knownimage/hash.h>

struct ki_list_shape {
    uint64_t nuniform;
    uint64_t ncorrelated;
    bool named; /* "<hex>,<quality>,<name>" instead of "<hex>" */
};

/* Writes the hashes as PDQ text, one a line. Errors: KI_ERR_NO_MEMORY; KI_ERR_IO if
 * out is in error afterwards. */
KI_MUST_CHECK enum ki_status ki_list_write(FILE *out, const struct ki_list_shape *shape,
                                           uint64_t seed);

/* One line of such a list; name may be NULL. */
void ki_list_put(FILE *out, const struct ki_pdq *pdq, unsigned quality,
                 const char *name);

/* Correlated hashes one by one, without text. */
struct ki_correlated;
KI_MUST_CHECK enum ki_status ki_correlated_create(uint64_t seed,
                                                  struct ki_correlated **out);
void ki_correlated_destroy(struct ki_correlated *correlated); /* NULL is allowed */
KI_MUST_CHECK enum ki_status ki_correlated_next(struct ki_correlated *correlated,
                                                struct ki_pdq *pdq, unsigned *quality);

#endif
