/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A folder is listed whole and closed before its subfolders are entered, so that depth
 * costs no descriptors. The folders still to come lie on a stack.
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

struct item {
    char *path;
    bool is_folder;
};

struct items {
    struct item *list;
    size_t count;
    size_t capacity;
};

struct walk {
    const struct ki_walk_handlers *handlers;
    struct ki_walk_counts *counts;
    struct items stack; /* the next to visit is last */
};

static bool items_push(struct items *items, char *path, bool is_folder)
{
    void *list = items->list;
    if (!path || !ki_array_reserve(&list, &items->capacity, items->count + 1,
                                   sizeof *items->list)) {
        free(path);
        return false;
    }
    items->list = list;
    items->list[items->count++] = (struct item){.path = path, .is_folder = is_folder};
    return true;
}

static void items_free(struct items *items)
{
    for (size_t i = 0; i < items->count; i++) {
        free(items->list[i].path);
    }
    free(items->list);
    memset(items, 0, sizeof *items);
}

static char *join(const char *folder, const char *name)
{
    size_t length = strlen(folder);
    const char *slash = length > 0 && folder[length - 1] == '/' ? "" : "/";
    size_t nbytes = length + strlen(slash) + strlen(name) + 1;
    char *path = malloc(nbytes);
    if (path) {
        (void)stpcpy(stpcpy(stpcpy(path, folder), slash), name);
    }
    return path;
}

/* Descending, so that the stack gives ascending names. */
static int compare_items(const void *a, const void *b)
{
    const struct item *x = a;
    const struct item *y = b;
    return strcmp(y->path, x->path);
}

/* Decides what a name in a folder is; links and special files are only counted. */
static bool push_name(struct walk *walk, const char *folder, int folder_fd,
                      const char *name)
{
    struct stat info;
    if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0) {
        return true;
    }
    if (fstatat(folder_fd, name, &info, AT_SYMLINK_NOFOLLOW) != 0) {
        return items_push(&walk->stack, join(folder, name), false);
    }
    if (S_ISLNK(info.st_mode)) {
        walk->counts->nlinks++;
        return true;
    }
    if (!S_ISREG(info.st_mode) && !S_ISDIR(info.st_mode)) {
        walk->counts->nspecials++;
        return true;
    }
    return items_push(&walk->stack, join(folder, name), S_ISDIR(info.st_mode));
}

static bool list_folder(struct walk *walk, const char *folder, DIR *listing, int *error)
{
    size_t first = walk->stack.count;
    bool is_good = true;
    const struct dirent *entry = NULL;
    errno = 0;
    while (is_good && (entry = readdir(listing)) != NULL) {
        is_good = push_name(walk, folder, dirfd(listing), entry->d_name);
        errno = 0;
    }
    *error = errno;
    if (walk->stack.count > first) {
        qsort(walk->stack.list + first, walk->stack.count - first,
              sizeof *walk->stack.list, compare_items);
    }
    return is_good;
}

/* Puts a folder's content on the stack. *goes_on is cleared if a handler ended it. */
static bool enter_folder(struct walk *walk, const char *folder, bool is_named,
                         bool *goes_on)
{
    int flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NONBLOCK;
    int fd = open(folder, is_named ? flags : flags | O_NOFOLLOW);
    DIR *listing = fd >= 0 ? fdopendir(fd) : NULL;
    int error = listing ? 0 : errno;
    bool is_good = true;
    if (listing) {
        is_good = list_folder(walk, folder, listing, &error);
        (void)closedir(listing);
    } else if (fd >= 0) {
        (void)close(fd);
    }
    if (is_good && error != 0) {
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
        return enter_folder(walk, item->path, is_named, goes_on);
    }
    const struct ki_walk_handlers *handlers = walk->handlers;
    *goes_on = handlers->on_file(handlers->context, item->path, is_named, 0);
    return true;
}

static bool walk_path(struct walk *walk, const char *path, bool *goes_on)
{
    struct stat info;
    bool is_folder = stat(path, &info) == 0 && S_ISDIR(info.st_mode);
    bool is_named = true;
    if (!items_push(&walk->stack, strdup(path), is_folder)) {
        return false;
    }
    while (walk->stack.count > 0 && *goes_on) {
        struct item item = walk->stack.list[--walk->stack.count];
        bool is_good = visit(walk, &item, is_named, goes_on);
        is_named = false;
        free(item.path);
        if (!is_good) {
            return false;
        }
    }
    return true;
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
    items_free(&walk.stack);
    return is_good ? KI_OK : KI_ERR_NO_MEMORY;
}
