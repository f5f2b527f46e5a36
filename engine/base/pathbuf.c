/* SPDX-License-Identifier: Apache-2.0 */
#include "base/pathbuf.h"

#include <stdlib.h>
#include <string.h>

static bool reserve(struct ki_pathbuf *path, size_t nbytes)
{
    if (nbytes <= path->capacity) {
        return true;
    }
    char *text = realloc(path->text, nbytes * 2);
    if (!text) {
        return false;
    }
    path->text = text;
    path->capacity = nbytes * 2;
    return true;
}

bool ki_pathbuf_set(struct ki_pathbuf *path, const char *text)
{
    size_t nbytes = strlen(text) + 1;
    if (!reserve(path, nbytes)) {
        return false;
    }
    memcpy(path->text, text, nbytes);
    return true;
}

bool ki_pathbuf_join(struct ki_pathbuf *path, const char *folder, const char *name)
{
    size_t length = strlen(folder);
    const char *slash = length > 0 && folder[length - 1] == '/' ? "" : "/";
    if (!reserve(path, length + strlen(slash) + strlen(name) + 1)) {
        return false;
    }
    (void)stpcpy(stpcpy(stpcpy(path->text, folder), slash), name);
    return true;
}

void ki_pathbuf_free(struct ki_pathbuf *path)
{
    free(path->text);
    *path = (struct ki_pathbuf){0};
}
