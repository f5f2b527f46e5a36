/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether a file is a whole LMDB environment of ours. LMDB follows whatever its pages
 * say: in a damaged file it misses keys silently, reads outside of its map, or takes
 * pages in use for free ones. So a file that somebody else may have touched is read
 * once before LMDB is let near its trees: each page, node and key, that nothing is used
 * twice or both used and free, and what all rows come to.
 *
 * The format is that of LMDB 0.9 (data version 1) on little-endian 64-bit machines.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/diag.h"
#include "index/catalog_private.h"

enum {
    MAGIC_VERSION = 1,
    PAGE_BRANCH = 1,
    PAGE_LEAF = 2,
    PAGE_OVERFLOW = 4,
    PAGE_META = 8,
    NODE_BIG = 1,
    NODE_TREE = 2,
    HEADER_NBYTES = 16,
    NODE_NBYTES = 8,
    TREE_NBYTES = 48,
    LAST_PAGE_AT = 24 + 2 * TREE_NBYTES, /* in a meta page, after its header */
    MOST_KEY_NBYTES = 511,
    MOST_DEPTH = 30,
    MOST_TREES = KI_NTABLES + 1,
    MOST_ROW_NBYTES = 64 << 10,
    READ_TRIES = 100
};

static const uint32_t magic = 0xBEEFC0DEu;
static const uint64_t no_page = UINT64_MAX;

/* One tree of pages, as it is written down (MDB_db) and as it is found. */
struct tree {
    char name[16];
    bool is_free_list; /* its keys are numbers */
    uint64_t flags;
    uint64_t depth;
    uint64_t nbranches, nleaves, noverflow, nrows, root;
    uint64_t seen_branches, seen_leaves, seen_overflow, seen_rows;
    uint64_t digest;
    uint8_t last[MOST_KEY_NBYTES]; /* the key before */
    size_t last_nbytes;
    uint8_t bound[MOST_KEY_NBYTES]; /* what the next key must not be below */
    size_t bound_nbytes;
    bool has_last, has_bound;
};

struct meta {
    uint64_t page_nbytes;
    struct tree free_list, main;
    uint64_t last_page;
    uint64_t txn_id;
};

struct check {
    int fd;
    struct meta meta;
    uint8_t *pages[MOST_DEPTH]; /* one of each level */
    uint8_t *row;               /* of a row in pages of its own */
    uint8_t *used;              /* a bit a page */
    struct tree trees[MOST_TREES];
    size_t ntrees;
    uint8_t state[KI_STATE_NBYTES];
    bool has_state;
    bool is_out_of_memory;
    int error; /* errno of a failed read */
};

static uint64_t number(const uint8_t *at, size_t nbytes)
{
    uint64_t value = 0;
    memcpy(&value, at, nbytes);
    return value;
}

static void parse_tree(const uint8_t *at, struct tree *tree)
{
    tree->flags = number(at + 4, 2);
    tree->depth = number(at + 6, 2);
    tree->nbranches = number(at + 8, 8);
    tree->nleaves = number(at + 16, 8);
    tree->noverflow = number(at + 24, 8);
    tree->nrows = number(at + 32, 8);
    tree->root = number(at + 40, 8);
}

/* A meta page, from its first bytes. */
static bool parse_meta(const uint8_t *page, struct meta *out)
{
    const uint8_t *at = page + HEADER_NBYTES;
    *out = (struct meta){.page_nbytes = number(at + 24, 4)};
    parse_tree(at + 24, &out->free_list);
    parse_tree(at + 24 + TREE_NBYTES, &out->main);
    out->free_list.is_free_list = true;
    out->last_page = number(at + LAST_PAGE_AT, 8);
    out->txn_id = number(at + LAST_PAGE_AT + 8, 8);
    /* As an environment made with MDB_NOSUBDIR has them. */
    return number(page + 10, 2) == PAGE_META && number(at, 4) == magic &&
           number(at + 4, 4) == MAGIC_VERSION && out->page_nbytes >= 512 &&
           out->page_nbytes <= 32768 &&
           (out->page_nbytes & (out->page_nbytes - 1)) == 0 &&
           out->free_list.flags == (MDB_NOSUBDIR | MDB_INTEGERKEY) &&
           out->main.flags == 0 && out->last_page < (uint64_t)1 << 40;
}

/* Transactions write to the two meta pages in turns. */
static bool are_in_turn(const struct meta metas[2])
{
    uint64_t a = metas[0].txn_id;
    uint64_t b = metas[1].txn_id;
    return (a == 0 && b == 0) ||
           (a % 2 == 0 && b % 2 == 1 && (a + 1 == b || b + 1 == a));
}

enum { META_NBYTES = HEADER_NBYTES + LAST_PAGE_AT + 16 };

static bool read_metas(int fd, struct meta metas[2])
{
    uint8_t page[META_NBYTES];
    for (int i = 0; i < 2; i++) {
        off_t at = i == 0 ? 0 : (off_t)metas[0].page_nbytes;
        if (pread(fd, page, sizeof page, at) != (ssize_t)sizeof page ||
            !parse_meta(page, &metas[i])) {
            return false;
        }
    }
    return metas[0].page_nbytes == metas[1].page_nbytes && are_in_turn(metas);
}

/* A writer may be at work: what is bad must stay so. */
static bool read_metas_patiently(int fd, struct meta metas[2])
{
    for (int tries = 0; tries < READ_TRIES; tries++) {
        if (read_metas(fd, metas)) {
            return true;
        }
        (void)usleep(100);
    }
    return false;
}

static enum ki_status damaged(const char *path, const char *what, struct ki_diag *diag)
{
    return ki_diag_set(diag, KI_ERR_DAMAGED, "%s is damaged: %s", path, what);
}

static enum ki_status open_file(const char *path, int *fd, struct ki_diag *diag)
{
    *fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (*fd < 0) {
        return errno == ENOENT
                   ? ki_diag_set(diag, KI_ERR_NOT_FOUND, "%s is missing", path)
                   : ki_diag_errno(diag, errno, "cannot open %s", path);
    }
    return KI_OK;
}

enum ki_status ki_catalog_check_head(const char *path, struct ki_diag *diag)
{
    int fd = -1;
    struct stat info;
    struct meta metas[2];
    enum ki_status status = open_file(path, &fd, diag);
    if (status != KI_OK) {
        return status;
    }
    if (fstat(fd, &info) != 0) {
        status = ki_diag_errno(diag, errno, "cannot stat %s", path);
    } else if (S_ISREG(info.st_mode) && info.st_size == 0) {
        status = ki_diag_set(diag, KI_ERR_NOT_FOUND, "%s is empty", path);
    } else if (!S_ISREG(info.st_mode) || !read_metas_patiently(fd, metas)) {
        status = damaged(path, "its first pages are not those of a catalog", diag);
    }
    (void)close(fd);
    return status;
}

static bool read_at(struct check *check, uint64_t page, size_t nbytes, uint8_t *out)
{
    off_t at = (off_t)(page * check->meta.page_nbytes);
    ssize_t got = pread(check->fd, out, nbytes, at);
    check->error = got < 0 ? errno : check->error;
    return got == (ssize_t)nbytes;
}

/* False if one of the pages is none or was met before. */
static bool take_pages(struct check *check, uint64_t first, uint64_t count)
{
    if (first < 2 || count == 0 || count > check->meta.last_page ||
        first > check->meta.last_page - (count - 1)) {
        return false;
    }
    for (uint64_t page = first; page < first + count; page++) {
        uint8_t bit = (uint8_t)(1u << page % 8);
        if (check->used[page / 8] & bit) {
            return false;
        }
        check->used[page / 8] |= bit;
    }
    return true;
}

struct node {
    const uint8_t *key;
    size_t key_nbytes;
    uint64_t flags;
    uint64_t child; /* of a branch page */
    const uint8_t *data;
    size_t nbytes;
};

static int compare_keys(const struct tree *tree, const uint8_t *a, size_t a_nbytes,
                        const uint8_t *b, size_t b_nbytes)
{
    if (tree->is_free_list) {
        uint64_t x = number(a, a_nbytes);
        uint64_t y = number(b, b_nbytes);
        return (x > y) - (x < y);
    }
    size_t shorter = a_nbytes < b_nbytes ? a_nbytes : b_nbytes;
    int order = memcmp(a, b, shorter);
    return order ? order : (a_nbytes > b_nbytes) - (a_nbytes < b_nbytes);
}

static bool is_key(const struct tree *tree, size_t nbytes)
{
    return tree->is_free_list ? nbytes == 8 : nbytes > 0 && nbytes <= MOST_KEY_NBYTES;
}

/* The key between two children: above all before it, below none after it. */
static bool take_separator(struct tree *tree, const struct node *node)
{
    if (!is_key(tree, node->key_nbytes) || tree->has_bound || !tree->has_last ||
        compare_keys(tree, tree->last, tree->last_nbytes, node->key,
                     node->key_nbytes) >= 0) {
        return false;
    }
    memcpy(tree->bound, node->key, node->key_nbytes);
    tree->bound_nbytes = node->key_nbytes;
    tree->has_bound = true;
    return true;
}

static bool take_key(struct tree *tree, const struct node *node)
{
    if (!is_key(tree, node->key_nbytes) ||
        (tree->has_last && compare_keys(tree, tree->last, tree->last_nbytes, node->key,
                                        node->key_nbytes) >= 0) ||
        (tree->has_bound && compare_keys(tree, node->key, node->key_nbytes, tree->bound,
                                         tree->bound_nbytes) < 0)) {
        return false;
    }
    memcpy(tree->last, node->key, node->key_nbytes);
    tree->last_nbytes = node->key_nbytes;
    tree->has_last = true;
    tree->has_bound = false;
    return true;
}

/* The pages that a list of free ones names: a count, then as many numbers. */
static bool take_free_pages(struct check *check, const struct node *node)
{
    uint64_t count = node->nbytes >= 8 ? number(node->data, 8) : UINT64_MAX;
    if (count > node->nbytes / 8 - 1 || number(node->key, 8) > check->meta.txn_id) {
        return false;
    }
    for (uint64_t i = 1; i <= count; i++) {
        if (!take_pages(check, number(node->data + i * 8, 8), 1)) {
            return false;
        }
    }
    return true;
}

static bool take_tree(struct check *check, const struct node *node)
{
    struct tree *tree = &check->trees[check->ntrees];
    if (check->ntrees == MOST_TREES || node->nbytes != TREE_NBYTES ||
        node->key_nbytes >= sizeof tree->name) {
        return false;
    }
    parse_tree(node->data, tree);
    memcpy(tree->name, node->key, node->key_nbytes);
    check->ntrees++;
    return tree->flags == 0;
}

static bool take_row(struct check *check, struct tree *tree, const struct node *node)
{
    if (tree == &check->meta.free_list) {
        return take_free_pages(check, node);
    }
    if (tree == &check->meta.main) {
        return (node->flags & NODE_TREE) && take_tree(check, node);
    }
    tree->digest +=
        ki_row_digest(node->key, node->key_nbytes, node->data, node->nbytes);
    if (strcmp(tree->name, KI_META_NAME) == 0) {
        check->has_state = node->nbytes == sizeof check->state;
        memcpy(check->state, node->data, check->has_state ? node->nbytes : 0);
        return check->has_state;
    }
    return node->flags == 0 || node->flags == NODE_BIG;
}

/* A row in pages of its own; only lists of free pages can be long. */
static bool read_big(struct check *check, struct tree *tree, struct node *node)
{
    uint64_t first = number(node->data, 8);
    uint64_t count = (HEADER_NBYTES - 1 + node->nbytes) / check->meta.page_nbytes + 1;
    if ((!tree->is_free_list && node->nbytes > MOST_ROW_NBYTES) ||
        !take_pages(check, first, count)) {
        return false;
    }
    free(check->row);
    check->row = malloc(HEADER_NBYTES + node->nbytes);
    if (!check->row) {
        check->is_out_of_memory = true;
        return false;
    }
    node->data = check->row + HEADER_NBYTES;
    tree->seen_overflow += count;
    return read_at(check, first, HEADER_NBYTES + node->nbytes, check->row) &&
           number(check->row, 8) == first &&
           number(check->row + 10, 2) == PAGE_OVERFLOW &&
           number(check->row + 12, 4) == count;
}

static bool read_node(const struct check *check, const uint8_t *page, size_t i,
                      bool is_branch, struct node *node)
{
    size_t end = check->meta.page_nbytes;
    size_t at = (size_t)number(page + HEADER_NBYTES + 2 * i, 2);
    if (at < number(page + 14, 2) || at % 2 != 0 || at + NODE_NBYTES > end) {
        return false;
    }
    uint64_t low = number(page + at, 4);
    node->flags = number(page + at + 4, 2);
    node->key_nbytes = (size_t)number(page + at + 6, 2);
    node->key = page + at + NODE_NBYTES;
    node->data = node->key + node->key_nbytes;
    node->nbytes = (size_t)low;
    node->child = low | node->flags << 32;
    at += NODE_NBYTES + node->key_nbytes;
    size_t held = is_branch ? 0 : node->flags & NODE_BIG ? 8 : node->nbytes;
    return at <= end && held <= end - at;
}

static bool check_page(struct check *check, struct tree *tree, uint64_t number_of_page,
                       size_t level);

static bool check_child(struct check *check, struct tree *tree, const uint8_t *page,
                        size_t i, size_t level)
{
    struct node node;
    return read_node(check, page, i, true, &node) &&
           (i == 0 || take_separator(tree, &node)) &&
           check_page(check, tree, node.child, level + 1);
}

static bool check_leaf_node(struct check *check, struct tree *tree, const uint8_t *page,
                            size_t i)
{
    struct node node;
    tree->seen_rows++;
    return read_node(check, page, i, false, &node) && take_key(tree, &node) &&
           (!(node.flags & NODE_BIG) || read_big(check, tree, &node)) &&
           take_row(check, tree, &node);
}

/* Page, node and key, down to the rows. */
static bool check_page(struct check *check, struct tree *tree, uint64_t number_of_page,
                       size_t level)
{
    bool is_leaf = level + 1 == tree->depth;
    uint8_t *page = check->pages[level];
    if (!page || !take_pages(check, number_of_page, 1) ||
        !read_at(check, number_of_page, check->meta.page_nbytes, page)) {
        return false;
    }
    uint64_t lower = number(page + 12, 2);
    uint64_t upper = number(page + 14, 2);
    if (number(page, 8) != number_of_page ||
        number(page + 10, 2) != (is_leaf ? PAGE_LEAF : PAGE_BRANCH) ||
        lower <= HEADER_NBYTES || lower > upper || lower % 2 != 0 ||
        upper > check->meta.page_nbytes) {
        return false;
    }
    size_t n = (size_t)(lower - HEADER_NBYTES) / 2;
    bool is_good = is_leaf || n > 1 || tree->is_free_list;
    tree->seen_leaves += is_leaf;
    tree->seen_branches += !is_leaf;
    for (size_t i = 0; i < n && is_good; i++) {
        is_good = is_leaf ? check_leaf_node(check, tree, page, i)
                          : check_child(check, tree, page, i, level);
    }
    return is_good;
}

static bool check_tree(struct check *check, struct tree *tree)
{
    if (tree->depth > MOST_DEPTH || (tree->depth == 0) != (tree->root == no_page)) {
        return false;
    }
    for (size_t i = 0; i < tree->depth; i++) {
        if (!check->pages[i]) {
            check->pages[i] = malloc(check->meta.page_nbytes);
        }
        if (!check->pages[i]) {
            check->is_out_of_memory = true;
            return false;
        }
    }
    return (tree->depth == 0 || check_page(check, tree, tree->root, 0)) &&
           tree->seen_branches == tree->nbranches &&
           tree->seen_leaves == tree->nleaves &&
           tree->seen_overflow == tree->noverflow && tree->seen_rows == tree->nrows;
}

static struct tree *find_tree(struct check *check, const char *name)
{
    for (size_t i = 0; i < check->ntrees; i++) {
        if (strcmp(check->trees[i].name, name) == 0) {
            return &check->trees[i];
        }
    }
    return NULL;
}

/* Whether the rows are those that the state tells of. */
static bool has_its_rows(struct check *check)
{
    struct ki_catalog_state state;
    if (!check->has_state ||
        !ki_state_unpack(check->state, sizeof check->state, &state)) {
        return false;
    }
    for (unsigned i = 0; i < KI_NTABLES; i++) {
        const struct tree *tree = find_tree(check, ki_table_name((enum ki_table)i));
        if (!tree || tree->digest != state.digests[i]) {
            return false;
        }
    }
    return true;
}

/* What is wrong; NULL if nothing is. */
static const char *check_all(struct check *check)
{
    struct stat info;
    uint64_t nbytes = fstat(check->fd, &info) == 0 ? (uint64_t)info.st_size : 0;
    uint64_t last_page = check->meta.last_page;
    /* The last pages may be free ones that were never written. */
    if (last_page / 2 > nbytes / check->meta.page_nbytes + 512) {
        return "it ends early";
    }
    check->used = calloc(1, (size_t)(last_page / 8 + 1));
    if (!check->used) {
        check->is_out_of_memory = true;
        return "";
    }
    bool is_good = check_tree(check, &check->meta.main) &&
                   check_tree(check, &check->meta.free_list);
    for (size_t i = 0; i < check->ntrees && is_good; i++) {
        is_good = check_tree(check, &check->trees[i]);
    }
    if (!is_good) {
        return "a page is missing or wrong";
    }
    return check->meta.txn_id == 0 || has_its_rows(check)
               ? NULL
               : "its rows are not those that were written";
}

static enum ki_status report(const struct check *check, const char *path,
                             const char *what, struct ki_diag *diag)
{
    if (!what) {
        return KI_OK;
    }
    if (check->is_out_of_memory) {
        return ki_diag_set(diag, KI_ERR_NO_MEMORY, "no memory to check %s", path);
    }
    return check->error ? ki_diag_errno(diag, check->error, "cannot read %s", path)
                        : damaged(path, what, diag);
}

static void check_end(struct check *check)
{
    for (size_t i = 0; i < MOST_DEPTH; i++) {
        free(check->pages[i]);
    }
    free(check->row);
    free(check->used);
    (void)close(check->fd);
    free(check);
}

enum ki_status ki_catalog_check(const char *path, uint64_t snapshot, bool *is_gone,
                                struct ki_diag *diag)
{
    struct meta metas[2];
    struct check *check = calloc(1, sizeof *check);
    *is_gone = false;
    if (!check) {
        return ki_diag_set(diag, KI_ERR_NO_MEMORY, "no memory to check %s", path);
    }
    enum ki_status status = open_file(path, &check->fd, diag);
    if (status != KI_OK) {
        free(check);
        return status;
    }
    if (!read_metas_patiently(check->fd, metas)) {
        status = damaged(path, "its first pages are not those of a catalog", diag);
    } else {
        check->meta = metas[snapshot % 2];
        *is_gone = check->meta.txn_id != snapshot;
    }
    if (status == KI_OK && !*is_gone) {
        status = report(check, path, check_all(check), diag);
    }
    check_end(check);
    return status;
}
