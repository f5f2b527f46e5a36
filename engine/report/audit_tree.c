/* SPDX-License-Identifier: Apache-2.0 */
#include "report/audit_tree.h"

#include <string.h>

unsigned ki_tree_nnodes(uint64_t size)
{
    return (unsigned)__builtin_popcountll(size);
}

void ki_tree_leaf(struct ki_sha256 *hasher, const void *entry, size_t nbytes,
                  uint8_t out[KI_SHA256_NBYTES])
{
    ki_sha256_begin(hasher);
    ki_sha256_add(hasher, "\0", 1);
    ki_sha256_add(hasher, entry, nbytes);
    ki_sha256_end(hasher, out);
}

/* left becomes the parent; both stand behind each other in one piece. */
static void merge(struct ki_sha256 *hasher, uint8_t left[KI_SHA256_NBYTES],
                  const uint8_t right[KI_SHA256_NBYTES])
{
    uint8_t pair[1 + 2 * KI_SHA256_NBYTES] = {1};
    memcpy(pair + 1, left, KI_SHA256_NBYTES);
    memcpy(pair + 1 + KI_SHA256_NBYTES, right, KI_SHA256_NBYTES);
    ki_sha256_begin(hasher);
    ki_sha256_add(hasher, pair, sizeof pair);
    ki_sha256_end(hasher, left);
}

void ki_tree_add(struct ki_tree *tree, struct ki_sha256 *hasher, unsigned level,
                 const uint8_t hash[KI_SHA256_NBYTES])
{
    unsigned top = ki_tree_nnodes(tree->size);
    uint64_t count = tree->size >> level;
    memcpy(tree->nodes[top], hash, KI_SHA256_NBYTES);
    for (; count & 1; count >>= 1) {
        merge(hasher, tree->nodes[top - 1], tree->nodes[top]);
        top--;
    }
    tree->size += UINT64_C(1) << level;
}

void ki_tree_root(const struct ki_tree *tree, struct ki_sha256 *hasher,
                  uint8_t out[KI_SHA256_NBYTES])
{
    unsigned n = ki_tree_nnodes(tree->size);
    if (n == 0) {
        ki_sha256_begin(hasher);
        ki_sha256_end(hasher, out);
        return;
    }
    uint8_t right[KI_SHA256_NBYTES];
    memcpy(out, tree->nodes[n - 1], KI_SHA256_NBYTES);
    for (unsigned i = n - 1; i > 0; i--) {
        memcpy(right, out, sizeof right);
        memcpy(out, tree->nodes[i - 1], KI_SHA256_NBYTES);
        merge(hasher, out, right);
    }
}

/* The largest power of two below n > 1. */
static uint64_t split_of(uint64_t n)
{
    return UINT64_C(1) << (63 - __builtin_clzll(n - 1));
}

static void reverse(struct ki_tree_range *ranges, size_t n)
{
    for (size_t i = 0; i < n / 2; i++) {
        struct ki_tree_range kept = ranges[i];
        ranges[i] = ranges[n - 1 - i];
        ranges[n - 1 - i] = kept;
    }
}

size_t ki_tree_inclusion(uint64_t index, uint64_t size,
                         struct ki_tree_range out[KI_TREE_DEPTH])
{
    struct ki_tree_range at = {0, size};
    size_t n = 0;
    while (at.end - at.begin > 1) {
        uint64_t middle = at.begin + split_of(at.end - at.begin);
        if (index < middle) {
            out[n++] = (struct ki_tree_range){middle, at.end};
            at.end = middle;
        } else {
            out[n++] = (struct ki_tree_range){at.begin, middle};
            at.begin = middle;
        }
    }
    reverse(out, n);
    return n;
}

size_t ki_tree_consistency(uint64_t from, uint64_t size,
                           struct ki_tree_range out[KI_TREE_DEPTH])
{
    struct ki_tree_range at = {0, size};
    size_t n = 0;
    while (at.end > from) {
        uint64_t middle = at.begin + split_of(at.end - at.begin);
        if (from <= middle) {
            out[n++] = (struct ki_tree_range){middle, at.end};
            at.end = middle;
        } else {
            out[n++] = (struct ki_tree_range){at.begin, middle};
            at.begin = middle;
        }
    }
    if (at.begin > 0) { /* the old tree is not one full subtree of the new */
        out[n++] = at;
    }
    reverse(out, n);
    return n;
}
