/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A segment file being written: an LMDB file that nobody else knows yet, table by
 * table.
 *
 * Large tables go by pwrite past LMDB to where it keeps them, which the page cache
 * shows to its map at once: writing to a map costs a fault for every 4 KB (measured:
 * 0.5 against 4 GB/s). Before a table is written, the room for it is read, which is
 * zeros: so huge pages of the page cache are there to be written to (page_cache.h), and
 * lookups need not wait until the file has been read again from disk to have them.
 */
#ifndef KI_INDEX_SEGMENT_FILE_H
#define KI_INDEX_SEGMENT_FILE_H

#include <lmdb.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ki_segment_file {
    MDB_env *env;
    MDB_txn *txn;
    MDB_dbi dbi;
    int fd;             /* LMDB's own */
    uint64_t most;      /* bytes there may be */
    uint64_t allocated; /* bytes, which are also in the page cache */
    uint64_t end;       /* of the table made last */
    int result; /* the first failure: LMDB's or an errno; nothing is done after it */
};

/* A table of the file. */
struct ki_table {
    uint8_t *at;     /* in LMDB's map; NULL on failure */
    uint64_t offset; /* in the file */
};

/* The file must not exist. Room for each table is allocated before it is made, so that
 * a full disk is an error and no SIGBUS. map_nbytes: an upper bound of its size. */
void ki_segment_file_open(struct ki_segment_file *file, const char *path,
                          size_t map_nbytes);

/* A new table, to be filled before the next one is made. */
struct ki_table ki_segment_file_table(struct ki_segment_file *file, const char *name,
                                      size_t nbytes);

/* Writes to a part of the table made last. */
void ki_segment_file_write(struct ki_segment_file *file, const struct ki_table *table,
                           size_t at, const void *data, size_t nbytes);

/* Both at once. */
void ki_segment_file_put(struct ki_segment_file *file, const char *name,
                         const void *data, size_t nbytes);

/* Syncs everything written; the bytes in use, or 0 after a failure. */
size_t ki_segment_file_commit(struct ki_segment_file *file);
void ki_segment_file_close(struct ki_segment_file *file);

#endif
