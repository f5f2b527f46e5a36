/* SPDX-License-Identifier: Apache-2.0 */
/* Files that are whole or absent, whatever happens in between. */
#ifndef KI_BASE_FILE_H
#define KI_BASE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <knownimage/status.h>

enum { KI_PATH_NBYTES = 4096 };

/* out = folder/name; KI_ERR_ARGUMENT if it does not fit KI_PATH_NBYTES. */
enum ki_status ki_path_join(const char *folder, const char *name,
                            char out[KI_PATH_NBYTES], struct ki_diag *diag);

/* mkdir -p, mode 0700: lists are sensitive. */
enum ki_status ki_folder_make(const char *folder, struct ki_diag *diag);

/* Makes the entries of a folder durable. */
enum ki_status ki_folder_sync(const char *folder, struct ki_diag *diag);

/* Makes the name of a file durable: syncs the folder that it is in. */
enum ki_status ki_folder_sync_of(const char *path, struct ki_diag *diag);

/* Writes all bytes, from an offset on (or where the descriptor stands); 0 or an errno.
 */
int ki_write_all(int fd, const void *data, size_t nbytes);
int ki_write_all_at(int fd, const void *data, size_t nbytes, uint64_t offset);

/* Makes a file with these bytes, synced, or leaves none; KI_ERR_EXISTS if there is one.
 */
enum ki_status ki_file_create_synced(const char *path, unsigned mode, const void *data,
                                     size_t nbytes, struct ki_diag *diag);

/* Replaces a file, or makes it: whoever looks finds the old bytes or these, durably.
 * What is in the making is PATH.new. */
enum ki_status ki_file_replace(const char *path, const void *data, size_t nbytes,
                               struct ki_diag *diag);

/* Makes or replaces a file with these bytes, synced. Not at once: to be renamed after.
 */
enum ki_status ki_file_write_synced(const char *path, const void *data, size_t nbytes,
                                    struct ki_diag *diag);

/* Reads a whole file of at most limit_nbytes into new memory with a zero byte after
 * its end; the caller frees *data. KI_ERR_NOT_FOUND if there is none. */
enum ki_status ki_file_read(const char *path, size_t limit_nbytes, char **data,
                            size_t *nbytes, struct ki_diag *diag);

/* Opens and locks a file exclusively, waiting for it; *fd unlocks when closed. */
enum ki_status ki_file_lock(const char *path, int *fd, struct ki_diag *diag);

/* For who waits long; both may be NULL. */
struct ki_patience {
    bool (*is_stopped)(void *context); /* asked several times a second */
    void (*on_wait)(void *context); /* called once, if there is anything to wait for */
    void *context;
};

/* Waits until nobody holds the lock of a file; takes nothing, so another may come first
 * even so. At once if there is no such file. Errors: KI_ERR_INTERRUPTED, KI_ERR_IO. */
enum ki_status ki_file_await(const char *path, const struct ki_patience *patience,
                             struct ki_diag *diag);

#endif
