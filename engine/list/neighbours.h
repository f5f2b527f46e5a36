/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which hashes of a list are near to others of it, or to given ones, by exact search.
 *
 * Memory besides the items: 128 bytes for each hash of a block, 545 MB at most.
 */
#ifndef KI_LIST_NEIGHBOURS_H
#define KI_LIST_NEIGHBOURS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <knownimage/hash.h>

#include "index/ring16.h"

enum {
    KI_NEIGHBOURS_BLOCK = 1 << 22, /* hashes that tables are made over at a time */
    KI_NEIGHBOURS_RADIUS = KI_RADIUS_DEFAULT,
    KI_NEAREST_NONE = KI_NEIGHBOURS_RADIUS + 1,
    KI_DISTANCE_NONE = 255
};

/* One hash: in, what it is; out, what is near to it. */
struct ki_neighbour {
    struct ki_ring_hash hash;
    uint32_t owner;       /* entry; hashes of one entry are no neighbours */
    uint32_t nneighbours; /* counted up to most_counted */
    uint8_t nearest;      /* distance, or KI_NEAREST_NONE */
    uint8_t benign;       /* distance to the nearest given hash, or KI_DISTANCE_NONE */
};

struct ki_neighbours_request {
    struct ki_neighbour *items;
    size_t nitems;
    uint32_t most_counted;
    const struct ki_pdq *benign;
    size_t nbenign;
    unsigned benign_radius;
    size_t block; /* KI_NEIGHBOURS_BLOCK; less for tests */
    /* Asked now and then, with how much of the work is done: 0 … 1. */
    bool (*goes_on)(void *context, double done);
    void *context;
};

/* Errors: KI_ERR_NO_MEMORY, KI_ERR_INTERRUPTED. */
enum ki_status ki_neighbours_find(const struct ki_neighbours_request *request);

#endif
