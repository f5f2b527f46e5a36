/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KI_INDEX_LOOKUP_H
#define KI_INDEX_LOOKUP_H

#include <knownimage/index.h>

/* ki_index_lookup_many for the PDQ hashes of pictures that say too little: of what is
 * near, only hashes that say too little themselves count. Those are looked up because a
 * person released them from quarantine; all others are no match for such a picture. */
enum ki_status ki_index_lookup_released(const struct ki_index *index,
                                        const struct ki_hash *queries, size_t nqueries,
                                        int radius, struct ki_hits *hits);

#endif
