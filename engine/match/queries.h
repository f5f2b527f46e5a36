/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is looked up of several inputs at once. Decoding a picture empties the caches,
 * and lookups that follow each picture would find them empty every time.
 */
#ifndef KI_MATCH_QUERIES_H
#define KI_MATCH_QUERIES_H

#include "match/verdict.h"

/* Replaces the hits by those of all inputs that count by the ruling, of the first input
 * first; the query of a hit is the number of its input. KI_ERR_NO_MEMORY if hits were
 * lost. */
enum ki_status ki_queries_look_up(const struct ki_match_request *request,
                                  const struct ki_hashes *hashes, size_t ninputs,
                                  struct ki_hits *hits);

#endif
