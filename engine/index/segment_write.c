/* SPDX-License-Identifier: Apache-2.0 */
/* Writing what was collected as a segment file. */
#include <errno.h>
#include <fcntl.h>
#include <lmdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/diag.h"
#include "base/file.h"
#include "index/segment_builder.h"
#include "index/segment_collect.h"
#include "index/segment_tables.h"

/* An open LMDB file being written. */
struct writer {
    MDB_env *env;
    MDB_txn *txn;
    MDB_dbi dbi;
    int result; /* the first failure: LMDB's or an errno */
};

/* A new table of nbytes to be filled before the next one is made; NULL on failure. */
static void *table_reserve(struct writer *writer, const char *name, size_t nbytes)
{
    union {
        const char *in;
        void *out;
    } text = {.in = name};
    MDB_val key = {.mv_size = strlen(name), .mv_data = text.out};
    MDB_val data = {.mv_size = ki_table_value_nbytes(nbytes)};
    if (writer->result == MDB_SUCCESS) {
        writer->result = mdb_put(writer->txn, writer->dbi, &key, &data, MDB_RESERVE);
    }
    if (writer->result != MDB_SUCCESS) {
        return NULL;
    }
    uint8_t *value = data.mv_data;
    memset(value, 0, KI_TABLE_PADDING);
    memset(value + KI_TABLE_PADDING + nbytes, 0,
           data.mv_size - KI_TABLE_PADDING - nbytes);
    return value + KI_TABLE_PADDING;
}

static void table_put(struct writer *writer, const char *name, const void *data,
                      size_t nbytes)
{
    void *table = table_reserve(writer, name, nbytes);
    if (table && nbytes > 0) {
        memcpy(table, data, nbytes);
    }
}

static void *map(struct writer *writer, struct ki_spool *spool)
{
    void *data = NULL;
    if (writer->result == MDB_SUCCESS) {
        writer->result = ki_spool_map(spool, &data);
    }
    return data;
}

static void table_put_spool(struct writer *writer, const char *name,
                            struct ki_spool *spool)
{
    const void *data = map(writer, spool);
    table_put(writer, name, data, spool->nbytes);
}

/* The tables of a band are made in place, in one value. */
static void put_band(struct writer *writer, const struct ki_ring_hash *hashes,
                     uint32_t n, unsigned band)
{
    struct ki_band_layout layout = ki_band_layout(n);
    char name[KI_TABLE_NAME_NBYTES];
    ki_table_name_band(band, name);
    uint8_t *table = table_reserve(writer, name, layout.nbytes);
    if (!table) {
        return;
    }
    uint32_t *offsets = (uint32_t *)(void *)table;
    uint16_t *first = (uint16_t *)(void *)(table + layout.first_at);
    if (layout.is_ring8) {
        uint32_t *ids = (uint32_t *)(void *)(table + layout.ids_at);
        ki_ring8_build_band(hashes, n, band, offsets, first, ids);
    } else {
        if (!ki_ring16_build_band(hashes, n, ki_ring16_id_nbits(n), band, offsets,
                                  first)) {
            writer->result = ENOMEM;
        }
    }
}

static void put_pdq(struct writer *writer, struct ki_segment_builder *builder)
{
    uint32_t n = builder->nhashes[KI_KIND_PDQ];
    const struct ki_ring_hash *hashes = map(writer, &builder->hashes);
    for (unsigned band = 0; band < ki_band_layout(n).nbands; band++) {
        put_band(writer, hashes, n, band);
    }
    table_put(writer, "pdq/hash", hashes, builder->hashes.nbytes);
    table_put_spool(writer, "pdq/entry", &builder->pdq_entries);
}

static void put_digests(struct writer *writer, struct ki_segment_builder *builder,
                        enum ki_kind kind)
{
    uint32_t n = builder->nhashes[kind];
    uint32_t width = (uint32_t)ki_kind_nbytes(kind);
    struct ki_digest_layout layout = ki_digest_layout(n, width);
    struct ki_spool scratch = {.folder = builder->folder};
    char name[KI_TABLE_NAME_NBYTES];
    const uint8_t *rows = map(writer, &builder->digests[kind]);
    if (n > 0 && writer->result == MDB_SUCCESS) {
        writer->result = ki_spool_reserve(&scratch, builder->digests[kind].nbytes);
    }
    uint8_t *sorted = map(writer, &scratch);
    ki_table_name_kind(kind, name);
    uint8_t *table = table_reserve(writer, name, layout.nbytes);
    if (table) {
        ki_digest_table_build(rows, n, width, sorted, table + layout.keys_at,
                              (uint32_t *)(void *)(table + layout.entries_at),
                              (uint32_t *)(void *)table);
    }
    ki_spool_close(&scratch);
}

struct records {
    const uint64_t *at;
    const uint8_t *data;
};

static int compare_records(const void *a, const void *b, void *context)
{
    const struct records *records = context;
    uint32_t i = 0;
    uint32_t k = 0;
    memcpy(&i, a, sizeof i);
    memcpy(&k, b, sizeof k);
    struct ki_segment_key x = ki_segment_record_key(records->data + records->at[i]);
    struct ki_segment_key y = ki_segment_record_key(records->data + records->at[k]);
    return ki_segment_key_compare(&x, &y);
}

static void put_order(struct writer *writer, struct ki_segment_builder *builder)
{
    size_t n = builder->nentries;
    struct records records = {.at = map(writer, &builder->entry_at),
                              .data = map(writer, &builder->entry_data)};
    uint32_t *order = table_reserve(writer, "entry/order", n * sizeof *order);
    for (uint32_t i = 0; order && i < n; i++) {
        order[i] = i;
    }
    if (order && n > 1) {
        qsort_r(order, n, sizeof *order, compare_records, &records);
    }
}

static void put_all(struct writer *writer, struct ki_segment_builder *builder)
{
    struct ki_segment_header header = {
        .version = KI_SEGMENT_VERSION,
        .is_delta = builder->is_delta,
        .nentries = builder->nentries,
    };
    memcpy(header.nhashes, builder->nhashes, sizeof header.nhashes);
    table_put(writer, "header", &header, sizeof header);
    table_put_spool(writer, "entry/at", &builder->entry_at);
    table_put_spool(writer, "entry/data", &builder->entry_data);
    if (builder->is_delta) {
        put_order(writer, builder);
    }
    put_pdq(writer, builder);
    for (unsigned kind = KI_KIND_MD5; kind < KI_NKINDS; kind++) {
        put_digests(writer, builder, (enum ki_kind)kind);
    }
}

/* An upper bound of the file: every table, its padding and its last page, and room for
 * the tree above them. */
static size_t map_size(const struct ki_segment_builder *builder)
{
    struct ki_band_layout band = ki_band_layout(builder->nhashes[KI_KIND_PDQ]);
    size_t nbytes = (size_t)1 << 20;
    nbytes += builder->entry_at.nbytes + builder->entry_data.nbytes;
    nbytes += (size_t)builder->nentries * sizeof(uint32_t);
    nbytes += builder->hashes.nbytes + builder->pdq_entries.nbytes;
    nbytes += band.nbands * (band.nbytes + 16384);
    for (unsigned kind = KI_KIND_MD5; kind < KI_NKINDS; kind++) {
        nbytes += ki_digest_layout(builder->nhashes[kind],
                                   (uint32_t)ki_kind_nbytes((enum ki_kind)kind))
                      .nbytes +
                  16384;
    }
    return (nbytes | 0xfffff) + 1;
}

/* Writing to the map of a file that has no room on its disk would be a SIGBUS. */
static int allocate(MDB_env *env, size_t nbytes)
{
    int fd = -1;
    int result = mdb_env_get_fd(env, &fd);
    return result == MDB_SUCCESS ? posix_fallocate(fd, 0, (off_t)nbytes) : result;
}

static int writer_open(struct writer *writer, const char *path, size_t map_nbytes)
{
    /* The file is private until it is renamed and is synced once at its end, so that
     * neither LMDB's lock nor its own syncs are needed. */
    unsigned flags = MDB_NOSUBDIR | MDB_NOLOCK | MDB_WRITEMAP | MDB_NOSYNC;
    int result = mdb_env_create(&writer->env);
    if (result == MDB_SUCCESS) {
        result = mdb_env_set_mapsize(writer->env, map_nbytes);
    }
    if (result == MDB_SUCCESS) {
        result = mdb_env_open(writer->env, path, flags, 0600);
    }
    if (result == MDB_SUCCESS) {
        result = allocate(writer->env, map_nbytes);
    }
    if (result == MDB_SUCCESS) {
        result = mdb_txn_begin(writer->env, NULL, 0, &writer->txn);
    }
    if (result == MDB_SUCCESS) {
        result = mdb_dbi_open(writer->txn, NULL, 0, &writer->dbi);
    }
    return result;
}

/* The bytes in use once all is written; the rest of the map is cut off. */
static int writer_commit(struct writer *writer, size_t *used_nbytes)
{
    MDB_envinfo info;
    MDB_stat stat;
    int result = mdb_txn_commit(writer->txn);
    writer->txn = NULL;
    if (result == MDB_SUCCESS) {
        result = mdb_env_info(writer->env, &info);
    }
    if (result == MDB_SUCCESS) {
        result = mdb_env_stat(writer->env, &stat);
    }
    if (result == MDB_SUCCESS) {
        *used_nbytes = (info.me_last_pgno + 1) * (size_t)stat.ms_psize;
        result = mdb_env_sync(writer->env, 1);
    }
    return result;
}

static void writer_close(struct writer *writer)
{
    if (writer->txn) {
        mdb_txn_abort(writer->txn);
    }
    if (writer->env) {
        mdb_env_close(writer->env);
    }
}

static enum ki_status seal(const char *path, size_t nbytes,
                           struct ki_segment_name *name, struct ki_diag *diag)
{
    int fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0) {
        return ki_diag_errno(diag, errno, "cannot open %s", path);
    }
    enum ki_status status = KI_OK;
    if (ftruncate(fd, (off_t)nbytes) != 0 || fchmod(fd, 0400) != 0 || fsync(fd) != 0) {
        status = ki_diag_errno(diag, errno, "cannot finish %s", path);
    }
    if (status == KI_OK) {
        status = ki_file_checksum(fd, path, name->checksum, diag);
    }
    name->nbytes = nbytes;
    (void)close(fd);
    return status;
}

static enum ki_status write_failed(struct ki_diag *diag, int result, const char *path)
{
    enum ki_status status = result == ENOMEM            ? KI_ERR_NO_MEMORY
                            : result == MDB_BAD_VALSIZE ? KI_ERR_LIMIT
                                                        : KI_ERR_IO;
    return ki_diag_set(diag, status, "cannot write %s: %s", path, mdb_strerror(result));
}

enum ki_status ki_segment_builder_write(struct ki_segment_builder *builder,
                                        const char *path, struct ki_segment_name *name,
                                        struct ki_diag *diag)
{
    struct writer writer = {0};
    size_t used_nbytes = 0;
    uint64_t end = builder->entry_data.nbytes;
    if (unlink(path) != 0 && errno != ENOENT) {
        return ki_diag_errno(diag, errno, "cannot remove %s", path);
    }
    writer.result = ki_spool_append(&builder->entry_at, &end, sizeof end);
    if (writer.result == MDB_SUCCESS) {
        writer.result = writer_open(&writer, path, map_size(builder));
    }
    if (writer.result == MDB_SUCCESS) {
        put_all(&writer, builder);
    }
    int result = writer.result;
    if (result == MDB_SUCCESS) {
        result = writer_commit(&writer, &used_nbytes);
    }
    writer_close(&writer);
    if (result != MDB_SUCCESS) {
        (void)unlink(path);
        return write_failed(diag, result, path);
    }
    return seal(path, used_nbytes, name, diag);
}
