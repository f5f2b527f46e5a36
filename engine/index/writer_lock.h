/* SPDX-License-Identifier: Apache-2.0 */
/*
 * INDEX/writer.lock: one writer at a time. It also holds what catalog.mdb looked like
 * to the system (inode, size, times) when its last writer closed it: as long as that is
 * so, nobody else has written to it since. And it holds the serial of the catalog, so
 * that an older one in its place is noticed.
 */
#ifndef KI_INDEX_WRITER_LOCK_H
#define KI_INDEX_WRITER_LOCK_H

#include <stdbool.h>
#include <stdint.h>

#include <knownimage/status.h>

#include "base/file.h"

/* Makes the folder if needed and waits for the lock; *fd unlocks when closed. */
enum ki_status ki_writer_lock(const char *folder, int *fd, struct ki_diag *diag);

/* The path of the lock. */
enum ki_status ki_writer_lock_path(const char *folder, char path[KI_PATH_NBYTES],
                                   struct ki_diag *diag);

/* Keeps writers away while reading, where it can: *fd stays -1 if there is no such
 * file, since there is no writer then. */
enum ki_status ki_writer_lock_share(const char *folder, int *fd, struct ki_diag *diag);

/* Whether the catalog is as its last writer left it; and leaving it. */
bool ki_writer_lock_knows(const char *folder, const char *catalog);
void ki_writer_lock_note(int fd, const char *catalog, uint64_t serial);
uint64_t ki_writer_lock_serial(const char *folder); /* 0 if none is noted */

#endif
