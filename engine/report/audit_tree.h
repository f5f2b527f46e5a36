/* SPDX-License-Identifier: Apache-2.0 */
/* The Merkle tree of RFC 6962, grown a leaf at a time in the memory of its right edge.
 */
#ifndef KI_REPORT_AUDIT_TREE_H
#define KI_REPORT_AUDIT_TREE_H

#include <stddef.h>
#include <stdint.h>

#include "bytes/sha256.h"

enum { KI_TREE_DEPTH = 64 };

struct ki_tree {
    uint64_t size; /* leaves */
    /* One full subtree for each bit of size, the largest first. */
    uint8_t nodes[KI_TREE_DEPTH][KI_SHA256_NBYTES];
};

/* How many subtrees stand in nodes. */
unsigned ki_tree_nnodes(uint64_t size);

void ki_tree_leaf(struct ki_sha256 *hasher, const void *entry, size_t nbytes,
                  uint8_t out[KI_SHA256_NBYTES]);

/* Adds a leaf hash (level 0), or a full subtree of 2^level leaves; size is a multiple
 * of that. */
void ki_tree_add(struct ki_tree *tree, struct ki_sha256 *hasher, unsigned level,
                 const uint8_t hash[KI_SHA256_NBYTES]);

void ki_tree_root(const struct ki_tree *tree, struct ki_sha256 *hasher,
                  uint8_t out[KI_SHA256_NBYTES]);

/* Leaves [begin, end): the root over them is one hash of a proof. */
struct ki_tree_range {
    uint64_t begin;
    uint64_t end;
};

/* The hashes of an inclusion proof (index < size), or of a consistency proof
 * (0 < from ≤ size), in the order of the RFC. Returns how many. */
size_t ki_tree_inclusion(uint64_t index, uint64_t size,
                         struct ki_tree_range out[KI_TREE_DEPTH]);
size_t ki_tree_consistency(uint64_t from, uint64_t size,
                           struct ki_tree_range out[KI_TREE_DEPTH]);

#endif
