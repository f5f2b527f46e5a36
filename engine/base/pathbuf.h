/* SPDX-License-Identifier: Apache-2.0 */
/* A path in memory that is kept and used again. */
#ifndef KI_BASE_PATHBUF_H
#define KI_BASE_PATHBUF_H

#include <stdbool.h>
#include <stddef.h>

/* All zero is the empty path. */
struct ki_pathbuf {
    char *text; /* NULL until something was set */
    size_t capacity;
};

/* False, and the path as it was, if memory ran out. text is none of path's own. */
bool ki_pathbuf_set(struct ki_pathbuf *path, const char *text);

/* folder/name, with one slash between them if folder does not end in one. */
bool ki_pathbuf_join(struct ki_pathbuf *path, const char *folder, const char *name);

void ki_pathbuf_free(struct ki_pathbuf *path);

#endif
