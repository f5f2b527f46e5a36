/* SPDX-License-Identifier: Apache-2.0 */
/* Where the index is. */
#ifndef KI_TOOLS_INDEX_FOLDER_H
#define KI_TOOLS_INDEX_FOLDER_H

#include <stdbool.h>

#include <knownimage/index.h>

enum { INDEX_FOLDER_NBYTES = 4096 }; /* PATH_MAX */

struct index_folder {
    char path[INDEX_FOLDER_NBYTES];
};

/* The option --index if it was given (not NULL), else $KNOWNIMAGE_INDEX, else
 * $XDG_DATA_HOME/knownimage, else ~/.local/share/knownimage. False after a message. */
bool index_folder_find(const char *option, struct index_folder *folder);

/* The same, and makes the folders above it (mode 0700) if it is the default one. */
bool index_folder_find_to_write(const char *option, struct index_folder *folder);

/* The same as index_folder_find, but there must be an index: a mistyped name shall not
 * make one. */
bool index_folder_find_existing(const char *option, struct index_folder *folder);

/* Opens the current generation, or the one before it; false after a message that says
 * what to do. */
bool index_folder_open(const struct index_folder *folder, bool is_previous,
                       struct ki_index **index);

/* After a change: tells if the index cannot be used for another reason. */
void index_folder_warn(const struct index_folder *folder);

#endif
