/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the lines of a band of lined16 stand: the 17 that a query looks at are in few
 * pages. In the order of ring16_places.h cells of 16 lines have the values next to a
 * code word, and of a value that is not a word the others fall into eight cells, in
 * pairs. Here a page of 4 KB has the cells of two words that are three bits apart, with
 * either highest bit. It is meant for tables in small pages, whose translation is lost
 * sooner, which was not measured; in pages of 2 MB it made no difference (5.4 us a
 * query after 32 MB of other work, either way):
 *
 *     place   ┌──────────────────────┬────────┬──────────┐
 *             │ bits 14 … 4 of the   │ bit 15 │ syndrome │
 *             │ word                 │        │          │
 *             └──────────────────────┴────────┴──────────┘
 *
 * The 17 are in 7.4 pages on average, in order of value they would be in 11.
 */
#ifndef KI_INDEX_LINED16_PLACES_H
#define KI_INDEX_LINED16_PLACES_H

#include "index/ring16_places.h"

static inline uint16_t ki_lined16_place(uint16_t value)
{
    unsigned place = ki_ring16_place(value);
    return (uint16_t)((place & 0x000fu) | (place & 0x8000u) >> 11 |
                      (place & 0x7ff0u) << 1);
}

#endif
