/* SPDX-License-Identifier: Apache-2.0 */
/* Writing what was collected as a segment file. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/diag.h"
#include "base/file.h"
#include "index/segment_builder.h"
#include "index/segment_collect.h"
#include "index/segment_file.h"
#include "index/segment_rings.h"
#include "index/segment_tables.h"

static void *map(struct ki_segment_file *file, struct ki_spool *spool)
{
    void *data = NULL;
    if (file->result == MDB_SUCCESS) {
        file->result = ki_spool_map(spool, &data);
    }
    return data;
}

static void put_spool(struct ki_segment_file *file, const char *name,
                      struct ki_spool *spool)
{
    const void *data = map(file, spool);
    ki_segment_file_put(file, name, data, spool->nbytes);
}

static enum ki_ring ring_of(const struct ki_segment_builder *builder)
{
    enum ki_ring ring = ki_segment_ring_for(builder->nhashes[KI_KIND_PDQ]);
    return ring != KI_RING8 && builder->large_ring != KI_RING8 ? builder->large_ring
                                                               : ring;
}

static void put_pdq(struct ki_segment_file *file, struct ki_segment_builder *builder)
{
    const struct ki_ring_hash *hashes = map(file, &builder->hashes);
    if (file->result == MDB_SUCCESS) {
        ki_segment_put_rings(file, hashes, builder->nhashes[KI_KIND_PDQ],
                             ring_of(builder), builder->workshop_nbytes);
    }
    ki_segment_file_put(file, "pdq/hash", hashes, builder->hashes.nbytes);
    put_spool(file, "pdq/entry", &builder->pdq_entries);
}

static void put_digests(struct ki_segment_file *file,
                        struct ki_segment_builder *builder, enum ki_kind kind)
{
    uint32_t n = builder->nhashes[kind];
    uint32_t width = (uint32_t)ki_kind_nbytes(kind);
    struct ki_digest_layout layout = ki_digest_layout(n, width);
    struct ki_spool scratch = {.folder = builder->folder};
    char name[KI_TABLE_NAME_NBYTES];
    const uint8_t *rows = map(file, &builder->digests[kind]);
    if (n > 0 && file->result == MDB_SUCCESS) {
        file->result = ki_spool_reserve(&scratch, builder->digests[kind].nbytes);
    }
    uint8_t *sorted = map(file, &scratch);
    ki_table_name_kind(kind, name);
    uint8_t *table = ki_segment_file_table(file, name, layout.nbytes).at;
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

static void put_order(struct ki_segment_file *file, struct ki_segment_builder *builder)
{
    size_t n = builder->nentries;
    struct records records = {.at = map(file, &builder->entry_at),
                              .data = map(file, &builder->entry_data)};
    void *table = ki_segment_file_table(file, "entry/order", n * sizeof(uint32_t)).at;
    uint32_t *order = table;
    for (uint32_t i = 0; order && i < n; i++) {
        order[i] = i;
    }
    if (order && n > 1) {
        qsort_r(order, n, sizeof *order, compare_records, &records);
    }
}

static void put_all(struct ki_segment_file *file, struct ki_segment_builder *builder)
{
    struct ki_segment_header header = {
        .version = KI_SEGMENT_VERSION,
        .is_delta = builder->is_delta,
        .nentries = builder->nentries,
    };
    memcpy(header.nhashes, builder->nhashes, sizeof header.nhashes);
    ki_segment_file_put(file, "header", &header, sizeof header);
    put_spool(file, "entry/at", &builder->entry_at);
    put_spool(file, "entry/data", &builder->entry_data);
    if (builder->is_delta) {
        put_order(file, builder);
    }
    put_pdq(file, builder);
    for (unsigned kind = KI_KIND_MD5; kind < KI_NKINDS; kind++) {
        put_digests(file, builder, (enum ki_kind)kind);
    }
}

/* An upper bound of the file: every table, its padding and its last page, and room for
 * the tree above them. */
static size_t map_size(const struct ki_segment_builder *builder)
{
    size_t nbytes = (size_t)1 << 20;
    nbytes += builder->entry_at.nbytes + builder->entry_data.nbytes;
    nbytes += (size_t)builder->nentries * sizeof(uint32_t);
    nbytes += builder->hashes.nbytes + builder->pdq_entries.nbytes;
    nbytes += ki_segment_rings_nbytes(builder->nhashes[KI_KIND_PDQ], ring_of(builder));
    for (unsigned kind = KI_KIND_MD5; kind < KI_NKINDS; kind++) {
        nbytes += ki_digest_layout(builder->nhashes[kind],
                                   (uint32_t)ki_kind_nbytes((enum ki_kind)kind))
                      .nbytes +
                  16384;
    }
    return (nbytes | 0xfffff) + 1;
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
    struct ki_segment_file file = {0};
    uint64_t end = builder->entry_data.nbytes;
    if (unlink(path) != 0 && errno != ENOENT) {
        return ki_diag_errno(diag, errno, "cannot remove %s", path);
    }
    file.result = ki_spool_append(&builder->entry_at, &end, sizeof end);
    if (file.result == MDB_SUCCESS) {
        ki_segment_file_open(&file, path, map_size(builder));
    }
    if (file.result == MDB_SUCCESS) {
        put_all(&file, builder);
    }
    size_t used_nbytes = ki_segment_file_commit(&file);
    ki_segment_file_close(&file);
    if (file.result != MDB_SUCCESS) {
        (void)unlink(path);
        return write_failed(diag, file.result, path);
    }
    return seal(path, used_nbytes, name, diag);
}
