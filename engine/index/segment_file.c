/* SPDX-License-Identifier: Apache-2.0 */
#include "index/segment_file.h"

#include <fcntl.h>
#include <string.h>

#include "base/file.h"
#include "index/page_cache.h"
#include "index/segment_tables.h"

enum {
    PAGE_HEADER_NBYTES = 16, /* of LMDB, before a value with pages of its own */
    AHEAD_NBYTES = 8 << 20   /* more than LMDB puts between two tables, worth a call */
};

/* How far the file must reach for a table and what LMDB puts beside tables: to the end
 * of a huge page, so that the next table does not begin in the middle of one. */
static uint64_t end_with(const struct ki_segment_file *file, size_t table_nbytes)
{
    uint64_t needed = file->end + table_nbytes + AHEAD_NBYTES;
    uint64_t end =
        (needed + KI_HUGE_PAGE_NBYTES - 1) / KI_HUGE_PAGE_NBYTES * KI_HUGE_PAGE_NBYTES;
    return end < file->most ? end : file->most;
}

/* Writing to the map of a file that has no room on its disk would be a SIGBUS. So there
 * is room for a table before it is made. It is put into the page cache before anything
 * else touches it, so that nothing small is in the place of what could be large. */
static int allocate(struct ki_segment_file *file, size_t table_nbytes)
{
    uint64_t end = end_with(file, table_nbytes);
    uint64_t begin = file->allocated;
    if (end <= begin) {
        return 0;
    }
    file->allocated = end;
    int result = posix_fallocate(file->fd, (off_t)begin, (off_t)(end - begin));
    if (result == 0) {
        ki_page_cache_fill(file->fd, begin, end - begin);
    }
    return result;
}

void ki_segment_file_open(struct ki_segment_file *file, const char *path,
                          size_t map_nbytes)
{
    /* The file is private until it is renamed and is synced once at its end, so that
     * neither LMDB's lock nor its own syncs are needed. */
    unsigned flags = MDB_NOSUBDIR | MDB_NOLOCK | MDB_WRITEMAP | MDB_NOSYNC;
    *file = (struct ki_segment_file){.fd = -1, .most = map_nbytes};
    file->result = mdb_env_create(&file->env);
    if (file->result == MDB_SUCCESS) {
        file->result = mdb_env_set_mapsize(file->env, map_nbytes);
    }
    if (file->result == MDB_SUCCESS) {
        file->result = mdb_env_open(file->env, path, flags, 0600);
    }
    if (file->result == MDB_SUCCESS) {
        file->result = mdb_env_get_fd(file->env, &file->fd);
    }
    if (file->result == MDB_SUCCESS) {
        file->result = allocate(file, 0);
    }
    if (file->result == MDB_SUCCESS) {
        file->result = mdb_txn_begin(file->env, NULL, 0, &file->txn);
    }
    if (file->result == MDB_SUCCESS) {
        file->result = mdb_dbi_open(file->txn, NULL, 0, &file->dbi);
    }
}

/* LMDB's pages begin with their number, which tells where in the file they are. */
static uint64_t offset_of(const struct ki_segment_file *file, const uint8_t *value)
{
    MDB_stat stat;
    size_t number = 0;
    if (mdb_env_stat(file->env, &stat) != MDB_SUCCESS) {
        return 0;
    }
    memcpy(&number, value - PAGE_HEADER_NBYTES, sizeof number);
    return number * stat.ms_psize + PAGE_HEADER_NBYTES;
}

struct ki_table ki_segment_file_table(struct ki_segment_file *file, const char *name,
                                      size_t nbytes)
{
    union {
        const char *in;
        void *out;
    } text = {.in = name};
    MDB_val key = {.mv_size = strlen(name), .mv_data = text.out};
    MDB_val data = {.mv_size = ki_table_value_nbytes(nbytes)};
    if (file->result == MDB_SUCCESS) {
        file->result = allocate(file, data.mv_size);
    }
    if (file->result == MDB_SUCCESS) {
        file->result = mdb_put(file->txn, file->dbi, &key, &data, MDB_RESERVE);
    }
    if (file->result != MDB_SUCCESS) {
        return (struct ki_table){0};
    }
    uint8_t *value = data.mv_data;
    memset(value, 0, KI_TABLE_PADDING);
    memset(value + KI_TABLE_PADDING + nbytes, 0,
           data.mv_size - KI_TABLE_PADDING - nbytes);
    uint64_t offset = offset_of(file, value);
    file->end = offset + data.mv_size;
    return (struct ki_table){value + KI_TABLE_PADDING, offset + KI_TABLE_PADDING};
}

void ki_segment_file_write(struct ki_segment_file *file, const struct ki_table *table,
                           size_t at, const void *data, size_t nbytes)
{
    if (file->result == MDB_SUCCESS) {
        file->result = ki_write_all_at(file->fd, data, nbytes, table->offset + at);
    }
}

void ki_segment_file_put(struct ki_segment_file *file, const char *name,
                         const void *data, size_t nbytes)
{
    struct ki_table table = ki_segment_file_table(file, name, nbytes);
    if (table.at) {
        ki_segment_file_write(file, &table, 0, data, nbytes);
    }
}

size_t ki_segment_file_commit(struct ki_segment_file *file)
{
    MDB_envinfo info;
    MDB_stat stat;
    if (file->result != MDB_SUCCESS) {
        return 0;
    }
    file->result = mdb_txn_commit(file->txn);
    file->txn = NULL;
    if (file->result == MDB_SUCCESS) {
        file->result = mdb_env_info(file->env, &info);
    }
    if (file->result == MDB_SUCCESS) {
        file->result = mdb_env_stat(file->env, &stat);
    }
    if (file->result == MDB_SUCCESS) {
        file->result = mdb_env_sync(file->env, 1);
    }
    return file->result == MDB_SUCCESS ? (info.me_last_pgno + 1) * (size_t)stat.ms_psize
                                       : 0;
}

void ki_segment_file_close(struct ki_segment_file *file)
{
    if (file->txn) {
        mdb_txn_abort(file->txn);
    }
    if (file->env) {
        mdb_env_close(file->env);
    }
}
