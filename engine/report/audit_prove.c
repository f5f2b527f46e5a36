/* SPDX-License-Identifier: Apache-2.0 */
/* Proofs: one pass over the log, each hash of the proof grown as a tree of its own. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "report/audit_log.h"
#include "report/json.h"

struct proof {
    struct ki_sha256 *hasher;
    struct ki_tree_range ranges[KI_TREE_DEPTH];
    size_t nranges;
    struct ki_tree *trees; /* one a range */
    uint64_t seq;
    uint8_t leaf[KI_SHA256_NBYTES]; /* of entry seq */
    uint64_t from;
    uint8_t from_root[KI_SHA256_NBYTES];
};

/* Leaves [begin, begin + 2^level) have this root. */
static void give(struct proof *proof, uint64_t begin, unsigned level,
                 const uint8_t hash[KI_SHA256_NBYTES])
{
    for (size_t i = 0; i < proof->nranges; i++) {
        if (begin >= proof->ranges[i].begin && begin < proof->ranges[i].end) {
            ki_tree_add(&proof->trees[i], proof->hasher, level, hash);
        }
    }
}

static void on_entry(void *context, const struct ki_audit_mark *mark)
{
    struct proof *proof = context;
    give(proof, mark->tree.size - 1, 0, mark->last);
    if (mark->tree.size - 1 == proof->seq) {
        memcpy(proof->leaf, mark->last, sizeof proof->leaf);
    }
    if (mark->tree.size == proof->from) {
        ki_tree_root(&mark->tree, proof->hasher, proof->from_root);
    }
}

/* What was dropped is there as full subtrees only, and no range of a proof about what
 * is kept begins or ends inside one of them. */
static void give_base(struct proof *proof, const struct ki_tree *tree)
{
    uint64_t begin = 0;
    unsigned n = 0;
    for (unsigned level = KI_TREE_DEPTH; level-- > 0;) {
        if (tree->size >> level & 1) {
            give(proof, begin, level, tree->nodes[n++]);
            begin += UINT64_C(1) << level;
        }
    }
}

static void print(FILE *out, struct proof *proof, uint64_t size,
                  const uint8_t root[KI_SHA256_NBYTES])
{
    uint8_t hash[KI_SHA256_NBYTES];
    struct ki_json json = ki_json_line_begin(out);
    if (proof->from == 0) {
        ki_json_uint(&json, "seq", proof->seq);
        ki_json_hex(&json, "leaf", proof->leaf, sizeof proof->leaf);
    } else {
        ki_json_uint(&json, "from_size", proof->from);
        ki_json_hex(&json, "from_root", proof->from_root, sizeof proof->from_root);
    }
    ki_json_uint(&json, "size", size);
    ki_json_hex(&json, "root", root, KI_SHA256_NBYTES);
    ki_json_array_begin(&json, "proof");
    for (size_t i = 0; i < proof->nranges; i++) {
        ki_tree_root(&proof->trees[i], proof->hasher, hash);
        ki_json_hex(&json, NULL, hash, sizeof hash);
    }
    ki_json_array_end(&json);
    ki_json_line_end(&json);
}

static enum ki_status count_entries(const char *folder, struct ki_sha256 *hasher,
                                    struct ki_audit_mark mark, uint64_t *size,
                                    struct ki_diag *diag)
{
    const struct ki_audit_walk walk = {.limit = UINT64_MAX};
    uint64_t nbytes_left;
    enum ki_status status =
        ki_audit_walk(folder, &mark, hasher, &walk, &nbytes_left, diag);
    *size = mark.tree.size;
    return status;
}

static enum ki_status find_ranges(struct proof *proof, uint64_t first, uint64_t size,
                                  struct ki_diag *diag)
{
    uint64_t needed = proof->from > 0 ? proof->from : proof->seq;
    uint64_t limit = proof->from > 0 ? size : size - 1;
    if (size == 0 || needed > limit) {
        return ki_diag_set(diag, KI_ERR_NOT_FOUND,
                           "among %" PRIu64 " entries there is no such one", size);
    }
    if (needed < first || size < first) {
        return ki_diag_set(diag, KI_ERR_LIMIT,
                           "entries before %" PRIu64 " were dropped", first);
    }
    proof->nranges = proof->from > 0
                         ? ki_tree_consistency(proof->from, size, proof->ranges)
                         : ki_tree_inclusion(proof->seq, size, proof->ranges);
    proof->trees = calloc(proof->nranges + 1, sizeof *proof->trees);
    return proof->trees ? KI_OK : ki_diag_set(diag, KI_ERR_NO_MEMORY, "no memory");
}

static enum ki_status prove_in(const char *folder, struct proof *proof, uint64_t size,
                               FILE *out, struct ki_diag *diag)
{
    struct ki_audit_mark mark;
    uint8_t root[KI_SHA256_NBYTES];
    uint64_t nbytes_left;
    enum ki_status status = ki_audit_base_read(folder, &mark, diag);
    if (status == KI_OK && size == 0) {
        status = count_entries(folder, proof->hasher, mark, &size, diag);
    }
    if (status == KI_OK) {
        status = find_ranges(proof, mark.tree.size, size, diag);
    }
    if (status != KI_OK) {
        return status;
    }
    const struct ki_audit_walk walk = {on_entry, proof, size};
    give_base(proof, &mark.tree);
    if (mark.tree.size == proof->from) {
        ki_tree_root(&mark.tree, proof->hasher, proof->from_root);
    }
    status = ki_audit_walk(folder, &mark, proof->hasher, &walk, &nbytes_left, diag);
    if (status == KI_OK && mark.tree.size < size) {
        status = ki_diag_set(diag, KI_ERR_NOT_FOUND,
                             "the log has only %" PRIu64 " entries", mark.tree.size);
    }
    if (status == KI_OK) {
        ki_tree_root(&mark.tree, proof->hasher, root);
        print(out, proof, size, root);
    }
    return status;
}

static enum ki_status prove(const char *folder, struct proof *proof, uint64_t size,
                            FILE *out, struct ki_diag *diag)
{
    char path[KI_PATH_NBYTES];
    enum ki_status status = ki_audit_folder(folder, path, diag);
    if (status == KI_OK) {
        status = ki_sha256_create(&proof->hasher, diag);
    }
    if (status == KI_OK) {
        status = prove_in(path, proof, size, out, diag);
    }
    free(proof->trees);
    ki_sha256_destroy(proof->hasher);
    return status;
}

enum ki_status ki_audit_prove_entry(const char *folder, uint64_t seq, uint64_t size,
                                    FILE *out, struct ki_diag *diag)
{
    struct proof proof = {.seq = seq};
    return prove(folder, &proof, size, out, diag);
}

enum ki_status ki_audit_prove_growth(const char *folder, uint64_t from, uint64_t size,
                                     FILE *out, struct ki_diag *diag)
{
    struct proof proof = {.seq = UINT64_MAX, .from = from};
    if (from == 0) {
        return ki_diag_set(diag, KI_ERR_ARGUMENT,
                           "every log grew from no entries: nothing to prove");
    }
    return prove(folder, &proof, size, out, diag);
}
