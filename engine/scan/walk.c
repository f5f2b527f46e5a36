/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A folder is listed whole and closed before its subfolders are entered, so that depth
 * costs no descriptors. What is still to come lies on a stack, its paths on a stack of
 * characters.
 */
#include "scan/walk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/checked.h"
#include "base/pathbuf.h"

enum { NAMES_PER_QUESTION = 1000 };

struct item {
    size_t path;         /* where it begins in the characters */
    size_t first;        /* the first item of the same folder, */
    size_t first_nchars; /* and the characters before that folder was listed */
    bool is_folder;
};

struct walk {
    const struct ki_walk_handlers *handlers;
    struct ki_walk_counts *counts;
    struct item *items; /* the next to visit is last */
    size_t nitems;
    size_t items_capacity;
    char *chars;
    size_t nchars;
    size_t chars_capacity;
    struct ki_pathbuf current; /* what is visited */
    struct ki_pathbuf joined;
};

static bool reserve(struct walk *walk, size_t path_nbytes)
{
    void *items = walk->items;
    void *chars = walk->chars;
    bool is_good =
        ki_array_reserve(&items, &walk->items_capacity, walk->nitems + 1,
                         sizeof *walk->items) &&
        ki_array_reserve(&chars, &walk->chars_capacity, walk->nchars + path_nbytes, 1);
    walk->items = items;
    walk->chars = chars;
    return is_good;
}

/* folder: an item with the numbers that the items of one folder have in common. */
static bool push(struct walk *walk, const struct item *folder, const char *path,
                 bool is_folder)
{
    size_t nbytes = strlen(path) + 1;
    if (!reserve(walk, nbytes)) {
        return false;
    }
    struct item *item = &walk->items[walk->nitems++];
    *item = *folder;
    item->path = walk->nchars;
    item->is_folder = is_folder;
    memcpy(walk->chars + walk->nchars, path, nbytes);
    walk->nchars += nbytes;
    return true;
}

/* Takes the next item; its path is walk->current. */
static bool pop(struct walk *walk, struct item *item)
{
    *item = walk->items[--walk->nitems];
    if (!ki_pathbuf_set(&walk->current, walk->chars + item->path)) {
        return false;
    }
    if (walk->nitems == item->first) {
        walk->nchars = item->first_nchars;
    }
    return true;
}

static struct item begin_items(const struct walk *walk)
{
    return (struct item){.first = walk->nitems, .first_nchars = walk->nchars};
}

static void walk_end(struct walk *walk)
{
    free(walk->items);
    free(walk->chars);
    ki_pathbuf_free(&walk->current);
    ki_pathbuf_free(&walk->joined);
}

/* Descending, so that the stack gives ascending names. */
static int compare_items(const void *a, const void *b, void *chars)
{
    const struct item *x = a;
    const struct item *y = b;
    return strcmp((const char *)chars + y->path, (const char *)chars + x->path);
}

/* Decides what a name in a folder is; links and special files are only counted. */
static bool push_name(struct walk *walk, const struct item *folder, int folder_fd,
                      const char *name)
{
    struct stat info;
    if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0) {
        return true;
    }
    bool has_info = fstatat(folder_fd, name, &info, AT_SYMLINK_NOFOLLOW) == 0;
    if (!has_info) {
        info.st_mode = S_IFREG; /* opening it will tell what is wrong */
    }
    if (S_ISLNK(info.st_mode)) {
        walk->counts->nlinks++;
        return true;
    }
    if (!S_ISREG(info.st_mode) && !S_ISDIR(info.st_mode)) {
        walk->counts->nspecials++;
        return true;
    }
    return ki_pathbuf_join(&walk->joined, walk->current.text, name) &&
           push(walk, folder, walk->joined.text, S_ISDIR(info.st_mode));
}

static bool is_stopped(const struct walk *walk)
{
    const struct ki_walk_handlers *handlers = walk->handlers;
    return handlers->is_stopped && handlers->is_stopped(handlers->context);
}

/* A stop leaves the rest of the names out; who called asks for it again. */
static bool list_folder(struct walk *walk, DIR *listing, int *error)
{
    struct item folder = begin_items(walk);
    bool is_good = true;
    const struct dirent *entry = NULL;
    errno = 0;
    for (unsigned i = 1; is_good && (entry = readdir(listing)) != NULL; i++) {
        is_good = push_name(walk, &folder, dirfd(listing), entry->d_name);
        if (i % NAMES_PER_QUESTION == 0 && is_stopped(walk)) {
            errno = 0;
            break;
        }
        errno = 0;
    }
    *error = errno;
    if (walk->nitems > folder.first) {
        qsort_r(walk->items + folder.first, walk->nitems - folder.first,
                sizeof *walk->items, compare_items, walk->chars);
    }
    return is_good;
}

/* Puts a folder's content on the stack. *goes_on is cleared if a handler ended it. */
static bool enter_folder(struct walk *walk, bool is_named, bool *goes_on)
{
    const char *folder = walk->current.text;
    int flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NONBLOCK;
    int fd = open(folder, is_named ? flags : flags | O_NOFOLLOW);
    DIR *listing = fd >= 0 ? fdopendir(fd) : NULL;
    int error = listing ? 0 : errno;
    bool is_good = true;
    if (listing) {
        is_good = list_folder(walk, listing, &error);
        *goes_on = !is_stopped(walk);
        (void)closedir(listing);
    } else if (fd >= 0) {
        (void)close(fd);
    }
    if (is_good && error != 0 && *goes_on) {
        walk->counts->nfailed++;
        const struct ki_walk_handlers *handlers = walk->handlers;
        *goes_on = handlers->on_file(handlers->context, folder, is_named, error);
    }
    return is_good;
}

static bool visit(struct walk *walk, const struct item *item, bool is_named,
                  bool *goes_on)
{
    if (item->is_folder) {
        *goes_on = !is_stopped(walk);
        return !*goes_on || enter_folder(walk, is_named, goes_on);
    }
    const struct ki_walk_handlers *handlers = walk->handlers;
    *goes_on = handlers->on_file(handlers->context, walk->current.text, is_named, 0);
    return true;
}

static bool walk_path(struct walk *walk, const char *path, bool *goes_on)
{
    struct stat info;
    struct item item = begin_items(walk);
    bool is_folder = stat(path, &info) == 0 && S_ISDIR(info.st_mode);
    bool is_named = true;
    bool is_good = push(walk, &item, path, is_folder);
    while (is_good && walk->nitems > 0 && *goes_on) {
        is_good = pop(walk, &item) && visit(walk, &item, is_named, goes_on);
        is_named = false;
    }
    return is_good;
}

enum ki_status ki_walk(const char *const *paths, size_t npaths,
                       const struct ki_walk_handlers *handlers,
                       struct ki_walk_counts *counts)
{
    struct walk walk = {.handlers = handlers, .counts = counts};
    bool goes_on = true;
    bool is_good = true;
    for (size_t i = 0; i < npaths && goes_on && is_good; i++) {
        is_good = walk_path(&walk, paths[i], &goes_on);
    }
    walk_end(&walk);
    return is_good ? KI_OK : KI_ERR_NO_MEMORY;
}
