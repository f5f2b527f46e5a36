/* SPDX-License-Identifier: Apache-2.0 */
/* Walking paths: files in order of name, folder by folder. */
#ifndef KI_SCAN_WALK_H
#define KI_SCAN_WALK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <knownimage/status.h>

struct ki_walk_handlers {
    /* One file, or a named path whatever it is (is_named), or a folder that could not
     * be read (os_error ≠ 0). False ends the walk. */
    bool (*on_file)(void *context, const char *path, bool is_named, int os_error);
    /* May be NULL. Asked before each folder and now and then in a large one. True ends
     * the walk. */
    bool (*is_stopped)(void *context);
    void *context;
};

struct ki_walk_counts {
    uint64_t nlinks;    /* symbolic links not followed */
    uint64_t nspecials; /* devices, sockets and pipes left alone */
    uint64_t nfailed;   /* folders that could not be read whole */
};

/* Walks the paths in the order given. KI_ERR_NO_MEMORY, or KI_OK, also when a handler
 * ended it. */
enum ki_status ki_walk(const char *const *paths, size_t npaths,
                       const struct ki_walk_handlers *handlers,
                       struct ki_walk_counts *counts);

#endif
