/* SPDX-License-Identifier: Apache-2.0 */
/* Collecting entries and writing them as a segment. */
#include <errno.h>
#include <fcntl.h>
#include <lmdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/checked.h"
#include "base/diag.h"
#include "base/file.h"
#include "base/pack.h"
#include "index/segment.h"
#include "index/segment_tables.h"

struct bytes {
    uint8_t *data;
    size_t nbytes;
    size_t capacity;
};

/* A digest with its entry, sorted as one. */
struct digest_row {
    uint8_t key[KI_HASH_MAX_NBYTES];
    uint32_t entry;
};

struct ki_segment_builder {
    struct bytes entry_data;
    struct bytes entry_at;           /* u64 each */
    struct bytes hashes;             /* struct ki_ring_hash each */
    struct bytes pdq_entries;        /* u32 each */
    struct bytes digests[KI_NKINDS]; /* struct digest_row each */
    uint32_t nentries;
    uint32_t nhashes[KI_NKINDS];
};

/* An open LMDB file being written. */
struct writer {
    MDB_env *env;
    MDB_txn *txn;
    MDB_dbi dbi;
};

void ki_table_name_band(const char *prefix, unsigned band,
                        char out[KI_TABLE_NAME_NBYTES])
{
    (void)snprintf(out, KI_TABLE_NAME_NBYTES, "%s/%02u", prefix, band);
}

void ki_table_name_kind(enum ki_kind kind, const char *part,
                        char out[KI_TABLE_NAME_NBYTES])
{
    (void)snprintf(out, KI_TABLE_NAME_NBYTES, "%s/%s", ki_kind_text(kind), part);
}

static bool append(struct bytes *bytes, const void *data, size_t nbytes)
{
    size_t needed = 0;
    void *moved = bytes->data;
    if (!ki_add_size(bytes->nbytes, nbytes, &needed) ||
        !ki_array_reserve(&moved, &bytes->capacity, needed, 1)) {
        return false;
    }
    bytes->data = moved;
    memcpy(bytes->data + bytes->nbytes, data, nbytes);
    bytes->nbytes = needed;
    return true;
}

enum ki_status ki_segment_builder_create(struct ki_segment_builder **out,
                                         struct ki_diag *diag)
{
    struct ki_segment_builder *builder = calloc(1, sizeof *builder);
    if (!builder) {
        return ki_diag_set(diag, KI_ERR_NO_MEMORY, "no memory for a segment");
    }
    *out = builder;
    return KI_OK;
}

void ki_segment_builder_destroy(struct ki_segment_builder *builder)
{
    if (!builder) {
        return;
    }
    free(builder->entry_data.data);
    free(builder->entry_at.data);
    free(builder->hashes.data);
    free(builder->pdq_entries.data);
    for (unsigned kind = 0; kind < KI_NKINDS; kind++) {
        free(builder->digests[kind].data);
    }
    free(builder);
}

static bool add_record(struct ki_segment_builder *builder, uint32_t list_id,
                       const struct ki_entry *entry)
{
    uint8_t record[4 + 2 * (KI_CATEGORY_NBYTES + 2) + 2 + KI_ENTRY_ID_NBYTES + 1];
    struct ki_packer packer = ki_packer_begin(record, sizeof record);
    ki_pack_uint(&packer, list_id, 4);
    ki_pack_text(&packer, entry->category_scheme);
    ki_pack_text(&packer, entry->category_code);
    ki_pack_uint(&packer, entry->id_nbytes, 2);
    ki_pack_bytes(&packer, entry->id, entry->id_nbytes);
    ki_pack_uint(&packer, 0, 1);
    uint64_t at = builder->entry_data.nbytes;
    return packer.is_good && append(&builder->entry_at, &at, sizeof at) &&
           append(&builder->entry_data, record, packer.nbytes);
}

static bool add_hash(struct ki_segment_builder *builder, const struct ki_hash *hash)
{
    uint32_t entry = builder->nentries;
    if (builder->nhashes[hash->kind] == UINT32_MAX) {
        return false;
    }
    builder->nhashes[hash->kind]++;
    if (hash->kind != KI_KIND_PDQ) {
        struct digest_row row = {.entry = entry};
        memcpy(row.key, hash->bytes, sizeof row.key);
        return append(&builder->digests[hash->kind], &row, sizeof row);
    }
    struct ki_pdq pdq;
    memcpy(pdq.bytes, hash->bytes, sizeof pdq.bytes);
    struct ki_ring_hash permuted = ki_ring_permute(&pdq);
    return append(&builder->hashes, &permuted, sizeof permuted) &&
           append(&builder->pdq_entries, &entry, sizeof entry);
}

enum ki_status ki_segment_builder_add(struct ki_segment_builder *builder,
                                      uint32_t list_id, const struct ki_entry *entry,
                                      struct ki_diag *diag)
{
    if (builder->nentries == UINT32_MAX) {
        return ki_diag_set(diag, KI_ERR_LIMIT, "too many entries for one segment");
    }
    bool is_good = add_record(builder, list_id, entry);
    for (size_t i = 0; is_good && i < entry->nhashes; i++) {
        is_good = add_hash(builder, &entry->hashes[i]);
    }
    builder->nentries++;
    return is_good ? KI_OK
                   : ki_diag_set(diag, KI_ERR_NO_MEMORY, "no memory for a segment");
}

/* A new table of nbytes to be filled before the next one is made; NULL on failure. */
static void *table_reserve(struct writer *writer, const char *name, size_t nbytes,
                           int *result)
{
    union {
        const char *in;
        void *out;
    } text = {.in = name};
    MDB_val key = {.mv_size = strlen(name), .mv_data = text.out};
    MDB_val data = {.mv_size = ki_table_value_nbytes(nbytes)};
    if (*result != MDB_SUCCESS) {
        return NULL;
    }
    *result = mdb_put(writer->txn, writer->dbi, &key, &data, MDB_RESERVE);
    if (*result != MDB_SUCCESS) {
        return NULL;
    }
    uint8_t *value = data.mv_data;
    memset(value, 0, KI_TABLE_PADDING);
    memset(value + KI_TABLE_PADDING + nbytes, 0,
           data.mv_size - KI_TABLE_PADDING - nbytes);
    return value + KI_TABLE_PADDING;
}

static void table_put(struct writer *writer, const char *name, const void *data,
                      size_t nbytes, int *result)
{
    void *table = table_reserve(writer, name, nbytes, result);
    if (table && nbytes > 0) {
        memcpy(table, data, nbytes);
    }
}

/* The tables of a band are made in memory and copied: LMDB lets only one reserved
 * value be written at a time. */
static void put_band(struct writer *writer, const struct ki_segment_builder *builder,
                     unsigned band, void *scratch, int *result)
{
    uint32_t n = builder->nhashes[KI_KIND_PDQ];
    const struct ki_ring_hash *hashes = (const void *)builder->hashes.data;
    uint32_t *offsets = scratch;
    uint32_t *ids = offsets + KI_RING_NOFFSETS;
    uint16_t *sketches = (uint16_t *)(ids + n);
    char name[KI_TABLE_NAME_NBYTES];
    ki_ring16_build_band(hashes, n, band, offsets, sketches, ids);
    ki_table_name_band("pdq/off", band, name);
    table_put(writer, name, offsets, KI_RING_NOFFSETS * sizeof *offsets, result);
    ki_table_name_band("pdq/id", band, name);
    table_put(writer, name, ids, n * sizeof *ids, result);
    ki_table_name_band("pdq/sketch", band, name);
    table_put(writer, name, sketches, n * sizeof *sketches, result);
}

static void put_pdq(struct writer *writer, const struct ki_segment_builder *builder,
                    int *result)
{
    size_t n = builder->nhashes[KI_KIND_PDQ];
    void *scratch = malloc(KI_RING_NOFFSETS * sizeof(uint32_t) +
                           n * (sizeof(uint32_t) + sizeof(uint16_t)));
    if (!scratch) {
        *result = ENOMEM;
        return;
    }
    for (unsigned band = 0; band < KI_RING_NBANDS; band++) {
        put_band(writer, builder, band, scratch, result);
    }
    free(scratch);
    table_put(writer, "pdq/hash", builder->hashes.data, builder->hashes.nbytes, result);
    table_put(writer, "pdq/entry", builder->pdq_entries.data,
              builder->pdq_entries.nbytes, result);
}

static int compare_digests(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(struct digest_row)); /* the key stands first */
}

static void put_digest_keys(struct writer *writer, const struct digest_row *rows,
                            uint32_t n, enum ki_kind kind, int *result)
{
    size_t width = ki_kind_nbytes(kind);
    char name[KI_TABLE_NAME_NBYTES];
    ki_table_name_kind(kind, "key", name);
    uint8_t *keys = table_reserve(writer, name, n * width, result);
    for (uint32_t i = 0; keys && i < n; i++) {
        memcpy(keys + i * width, rows[i].key, width);
    }
    ki_table_name_kind(kind, "entry", name);
    uint8_t *entries = table_reserve(writer, name, n * sizeof(uint32_t), result);
    for (uint32_t i = 0; entries && i < n; i++) {
        memcpy(entries + i * sizeof(uint32_t), &rows[i].entry, sizeof(uint32_t));
    }
}

static void put_digests(struct writer *writer, struct ki_segment_builder *builder,
                        enum ki_kind kind, int *result)
{
    uint32_t n = builder->nhashes[kind];
    struct digest_row *rows = (void *)builder->digests[kind].data;
    uint32_t *prefixes = malloc(KI_DIGEST_NPREFIXES * sizeof *prefixes);
    if (!prefixes) {
        *result = ENOMEM;
        return;
    }
    if (n > 0) {
        qsort(rows, n, sizeof *rows, compare_digests);
    }
    put_digest_keys(writer, rows, n, kind, result);
    ki_digest_table_build_prefixes((const uint8_t *)rows, n, sizeof *rows, prefixes);
    char name[KI_TABLE_NAME_NBYTES];
    ki_table_name_kind(kind, "prefix", name);
    table_put(writer, name, prefixes, KI_DIGEST_NPREFIXES * sizeof *prefixes, result);
    free(prefixes);
}

static void put_header(struct writer *writer, const struct ki_segment_builder *builder,
                       int *result)
{
    uint32_t header[2 + KI_NKINDS] = {KI_SEGMENT_VERSION, builder->nentries};
    memcpy(header + 2, builder->nhashes, sizeof builder->nhashes);
    table_put(writer, "header", header, sizeof header, result);
}

static int put_all(struct writer *writer, struct ki_segment_builder *builder)
{
    int result = MDB_SUCCESS;
    put_header(writer, builder, &result);
    table_put(writer, "entry/at", builder->entry_at.data, builder->entry_at.nbytes,
              &result);
    table_put(writer, "entry/data", builder->entry_data.data,
              builder->entry_data.nbytes, &result);
    put_pdq(writer, builder, &result);
    for (unsigned kind = KI_KIND_MD5; kind < KI_NKINDS; kind++) {
        put_digests(writer, builder, (enum ki_kind)kind, &result);
    }
    return result;
}

/* An upper bound of the file: every table, its padding and its last page, and room for
 * the tree above them. */
static size_t map_size(const struct ki_segment_builder *builder)
{
    size_t nbytes = (size_t)8 << 20;
    nbytes += builder->entry_at.nbytes + builder->entry_data.nbytes;
    nbytes += (size_t)builder->nhashes[KI_KIND_PDQ] * 136;
    nbytes += KI_RING_NBANDS * (KI_RING_NOFFSETS * sizeof(uint32_t) + 16384);
    for (unsigned kind = KI_KIND_MD5; kind < KI_NKINDS; kind++) {
        nbytes += (size_t)builder->nhashes[kind] * 40 +
                  KI_DIGEST_NPREFIXES * sizeof(uint32_t) + 16384;
    }
    return (nbytes | 0xfffff) + 1;
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
    uint64_t end = builder->entry_data.nbytes;
    if (!append(&builder->entry_at, &end, sizeof end)) {
        return ki_diag_set(diag, KI_ERR_NO_MEMORY, "no memory for a segment");
    }
    if (unlink(path) != 0 && errno != ENOENT) {
        return ki_diag_errno(diag, errno, "cannot remove %s", path);
    }
    struct writer writer = {0};
    size_t used_nbytes = 0;
    int result = writer_open(&writer, path, map_size(builder));
    if (result == MDB_SUCCESS) {
        result = put_all(&writer, builder);
    }
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
