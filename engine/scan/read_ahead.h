/* SPDX-License-Identifier: Apache-2.0 */
/* Files that are read before their turn comes. */
#ifndef KI_SCAN_READ_AHEAD_H
#define KI_SCAN_READ_AHEAD_H

#include <stdbool.h>
#include <stdint.h>

#include "hash/hasher.h"

/* Has the kernel start to read the first most_nbytes of a regular file into the page
 * cache, without waiting. Whatever fails will be told when the file is opened for good.
 */
void ki_read_advise(const char *path, uint64_t most_nbytes);

/* A file's bytes, and what a memo knows them by. The buffer is kept. */
struct ki_read {
    struct ki_source source;
    struct ki_memo_key key;
    uint64_t took_us;
    bool is_taken;
};

enum { KI_READ_MOST_NBYTES = 4 * 1024 * 1024 };

/* Reads a whole file of at most KI_READ_MOST_NBYTES that is in the page cache; false if
 * it is larger or not there, or anything else is the matter with it: who reads it when
 * its turn comes will wait for it, and tell. memo may be NULL. */
bool ki_read_file(struct ki_read *read, const char *path, bool follow,
                  uint64_t limit_nbytes, const struct ki_hash_memo *memo);

/* Ready for the next file; gives the memory back. */
void ki_read_reset(struct ki_read *read);
void ki_read_free(struct ki_read *read);

#endif
