/* SPDX-License-Identifier: Apache-2.0 */
/* What the builders of ring16 and the lined rings make of the postings of a bucket. */
#ifndef KI_INDEX_RING_WORDS_H
#define KI_INDEX_RING_WORDS_H

#include <stdint.h>

/* What sorting leaves of a posting beside its sketch: a word of its hash's number in
 * the low id_nbits and its rest code. Here the count words from `after` on become the
 * rest codes of a bucket and then its numbers, which take as many bits
 * (ring16_layout.h). scratch has room for them. */
void ki_ring_split_words(uint16_t *after, uint32_t count, unsigned id_nbits,
                         uint32_t *scratch);

#endif
