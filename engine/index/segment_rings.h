/* SPDX-License-Identifier: Apache-2.0 */
/* The PDQ hashes of a segment: their tables found and checked, or made. */
#ifndef KI_INDEX_SEGMENT_RINGS_H
#define KI_INDEX_SEGMENT_RINGS_H

#include "index/segment.h"
#include "index/segment_file.h"

/* The table of that name if it has exactly nbytes, else NULL. */
const void *ki_segment_table(const struct ki_segment_values *values, const char *name,
                             size_t nbytes);

/* The hashes, their entries and the ring over them; false if one is missing or damaged.
 */
bool ki_segment_load_rings(const struct ki_segment_values *values,
                           struct ki_segment *segment, uint32_t n);

/* Makes the tables of the ring over n hashes and puts them into a file, in
 * workshop_nbytes of memory and what lined.h and ring16.h say. */
void ki_segment_put_rings(struct ki_segment_file *file,
                          const struct ki_ring_hash *hashes, uint32_t n,
                          enum ki_ring ring, size_t workshop_nbytes);

/* The ring that suits n hashes. */
enum ki_ring ki_segment_ring_for(uint32_t n);

/* Where the bands of lined16 or ring12 over n hashes are. */
struct ki_lined_shape ki_segment_lined_shape(enum ki_ring ring, uint32_t n);

/* An upper bound of what those take in the file. */
size_t ki_segment_rings_nbytes(uint32_t n, enum ki_ring ring);

#endif
