/* SPDX-License-Identifier: Apache-2.0 */
/* Opening a segment: checksum first, then LMDB, then every number in it. */
#include "index/segment.h"

#include <errno.h>
#include <fcntl.h>
#include <lmdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cpu.h"
#include "base/diag.h"
#include "base/pack.h"
#include "index/segment_tables.h"

struct tables {
    MDB_txn *txn;
    MDB_dbi dbi;
};

/* The table of that name if it has exactly nbytes, else NULL. */
static const void *table(const struct tables *tables, const char *name, size_t nbytes)
{
    union {
        const char *in;
        void *out;
    } text = {.in = name};
    MDB_val key = {.mv_size = strlen(name), .mv_data = text.out};
    MDB_val data;
    if (mdb_get(tables->txn, tables->dbi, &key, &data) != MDB_SUCCESS ||
        data.mv_size != ki_table_value_nbytes(nbytes)) {
        return NULL;
    }
    return (const uint8_t *)data.mv_data + KI_TABLE_PADDING;
}

static bool load_pdq(const struct tables *tables, struct ki_segment *segment,
                     uint32_t n)
{
    struct ki_ring16 *ring = &segment->pdq;
    char name[KI_TABLE_NAME_NBYTES];
    ring->nhashes = n;
    ring->kernel = ki_kernel_best(ki_cpu_features());
    ring->hashes = table(tables, "pdq/hash", (size_t)n * sizeof *ring->hashes);
    segment->pdq_entries = table(tables, "pdq/entry", (size_t)n * sizeof(uint32_t));
    bool is_good = ring->hashes && segment->pdq_entries;
    for (unsigned band = 0; band < KI_RING_NBANDS; band++) {
        ki_table_name_band("pdq/off", band, name);
        ring->offsets[band] = table(tables, name, KI_RING_NOFFSETS * sizeof(uint32_t));
        ki_table_name_band("pdq/sketch", band, name);
        ring->sketches[band] = table(tables, name, (size_t)n * sizeof(uint16_t));
        ki_table_name_band("pdq/id", band, name);
        ring->ids[band] = table(tables, name, (size_t)n * sizeof(uint32_t));
        is_good =
            is_good && ring->offsets[band] && ring->sketches[band] && ring->ids[band];
    }
    return is_good && ki_ring16_is_valid(ring);
}

static bool load_digests(const struct tables *tables, struct ki_segment *segment,
                         enum ki_kind kind, uint32_t n)
{
    struct ki_digest_table *digests = &segment->digests[kind];
    char name[KI_TABLE_NAME_NBYTES];
    digests->nkeys = n;
    digests->width = (uint32_t)ki_kind_nbytes(kind);
    ki_table_name_kind(kind, "key", name);
    digests->keys = table(tables, name, (size_t)n * digests->width);
    ki_table_name_kind(kind, "prefix", name);
    digests->prefixes = table(tables, name, KI_DIGEST_NPREFIXES * sizeof(uint32_t));
    ki_table_name_kind(kind, "entry", name);
    segment->digest_entries[kind] = table(tables, name, (size_t)n * sizeof(uint32_t));
    return digests->keys && digests->prefixes && segment->digest_entries[kind] &&
           ki_digest_table_is_valid(digests);
}

static struct ki_unpacker record(const struct ki_segment *segment, uint32_t i)
{
    uint64_t at = segment->entry_at[i];
    return ki_unpacker_begin(segment->entry_data + at,
                             (size_t)(segment->entry_at[i + 1] - at));
}

static bool read_entry(struct ki_unpacker *unpacker, struct ki_segment_entry *entry)
{
    entry->list_id = (uint32_t)ki_unpack_uint(unpacker, 4);
    entry->category_scheme = ki_unpack_text(unpacker);
    entry->category_code = ki_unpack_text(unpacker);
    size_t id_nbytes = (size_t)ki_unpack_uint(unpacker, 2);
    const uint8_t *id = ki_unpack_bytes(unpacker, id_nbytes + 1);
    entry->id = (const char *)id;
    return unpacker->is_good && id[id_nbytes] == '\0' &&
           unpacker->done == unpacker->nbytes;
}

struct ki_segment_entry ki_segment_entry(const struct ki_segment *segment, uint32_t i)
{
    struct ki_segment_entry entry = {0};
    struct ki_unpacker unpacker = record(segment, i);
    (void)read_entry(&unpacker, &entry);
    return entry;
}

static bool load_entries(const struct tables *tables, struct ki_segment *segment)
{
    uint32_t n = segment->nentries;
    segment->entry_at = table(tables, "entry/at", ((size_t)n + 1) * sizeof(uint64_t));
    if (!segment->entry_at || segment->entry_at[0] != 0) {
        return false;
    }
    for (uint32_t i = 0; i < n; i++) {
        if (segment->entry_at[i] > segment->entry_at[i + 1]) {
            return false;
        }
    }
    segment->entry_data = table(tables, "entry/data", (size_t)segment->entry_at[n]);
    if (!segment->entry_data) {
        return false;
    }
    for (uint32_t i = 0; i < n; i++) {
        struct ki_segment_entry entry;
        struct ki_unpacker unpacker = record(segment, i);
        if (!read_entry(&unpacker, &entry)) {
            return false;
        }
    }
    return true;
}

static bool are_below(const uint32_t *values, uint32_t n, uint32_t limit)
{
    bool is_good = true;
    for (uint32_t i = 0; i < n; i++) {
        is_good &= values[i] < limit;
    }
    return is_good;
}

static bool load_tables(struct ki_segment *segment, const struct tables *tables)
{
    uint32_t header[2 + KI_NKINDS];
    const void *bytes = table(tables, "header", sizeof header);
    if (!bytes) {
        return false;
    }
    memcpy(header, bytes, sizeof header);
    const uint32_t *nhashes = header + 2;
    segment->nentries = header[1];
    if (header[0] != KI_SEGMENT_VERSION || !load_entries(tables, segment) ||
        !load_pdq(tables, segment, nhashes[KI_KIND_PDQ]) ||
        !are_below(segment->pdq_entries, nhashes[KI_KIND_PDQ], segment->nentries)) {
        return false;
    }
    for (unsigned kind = KI_KIND_MD5; kind < KI_NKINDS; kind++) {
        if (!load_digests(tables, segment, (enum ki_kind)kind, nhashes[kind]) ||
            !are_below(segment->digest_entries[kind], nhashes[kind],
                       segment->nentries)) {
            return false;
        }
    }
    return true;
}

/* Opens the very file that was checked, by way of its descriptor. */
static int env_open_fd(MDB_env *env, int fd)
{
    char path[32];
    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    return mdb_env_open(env, path, MDB_NOSUBDIR | MDB_RDONLY | MDB_NOLOCK | MDB_NOTLS,
                        0400);
}

static int lmdb_open(struct ki_segment *segment, struct tables *tables)
{
    MDB_env *env = NULL;
    int result = mdb_env_create(&env);
    segment->env = env;
    if (result == MDB_SUCCESS) {
        result = env_open_fd(env, segment->fd);
    }
    if (result == MDB_SUCCESS) {
        result = mdb_txn_begin(env, NULL, MDB_RDONLY, &tables->txn);
        segment->txn = tables->txn;
    }
    if (result == MDB_SUCCESS) {
        result = mdb_dbi_open(tables->txn, NULL, 0, &tables->dbi);
    }
    return result;
}

static enum ki_status check_file(const struct ki_segment *segment, const char *path,
                                 const struct ki_segment_name *name,
                                 struct ki_diag *diag)
{
    struct stat info;
    if (fstat(segment->fd, &info) != 0) {
        return ki_diag_errno(diag, errno, "cannot stat %s", path);
    }
    if (!S_ISREG(info.st_mode) || (uint64_t)info.st_size != name->nbytes) {
        return ki_diag_set(diag, KI_ERR_DAMAGED,
                           "%s has %lld bytes, the MANIFEST says %llu", path,
                           (long long)info.st_size, (unsigned long long)name->nbytes);
    }
    char checksum[KI_CHECKSUM_NHEX + 1];
    enum ki_status status = ki_file_checksum(segment->fd, path, checksum, diag);
    if (status == KI_OK && strcmp(checksum, name->checksum) != 0) {
        status =
            ki_diag_set(diag, KI_ERR_DAMAGED,
                        "%s does not have the checksum that the MANIFEST says", path);
    }
    return status;
}

static enum ki_status load(struct ki_segment *segment, const char *path,
                           const struct ki_segment_name *name, struct ki_diag *diag)
{
    segment->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (segment->fd < 0) {
        return errno == ENOENT
                   ? ki_diag_set(diag, KI_ERR_DAMAGED, "%s is missing", path)
                   : ki_diag_errno(diag, errno, "cannot open %s", path);
    }
    enum ki_status status = check_file(segment, path, name, diag);
    if (status != KI_OK) {
        return status;
    }
    struct tables tables = {0};
    int result = lmdb_open(segment, &tables);
    if (result != MDB_SUCCESS) {
        status = result == ENOMEM ? KI_ERR_NO_MEMORY : KI_ERR_DAMAGED;
        return ki_diag_set(diag, status, "cannot map %s: %s", path,
                           mdb_strerror(result));
    }
    return load_tables(segment, &tables)
               ? KI_OK
               : ki_diag_set(diag, KI_ERR_DAMAGED, "%s: a table is damaged or missing",
                             path);
}

enum ki_status ki_segment_open(const char *path, const struct ki_segment_name *name,
                               struct ki_segment **out, struct ki_diag *diag)
{
    struct ki_segment *segment = calloc(1, sizeof *segment);
    if (!segment) {
        return ki_diag_set(diag, KI_ERR_NO_MEMORY, "no memory for a segment");
    }
    segment->fd = -1;
    enum ki_status status = load(segment, path, name, diag);
    if (status != KI_OK) {
        ki_segment_close(segment);
        return status;
    }
    *out = segment;
    return KI_OK;
}

void ki_segment_close(struct ki_segment *segment)
{
    if (!segment) {
        return;
    }
    if (segment->txn) {
        mdb_txn_abort(segment->txn);
    }
    if (segment->env) {
        mdb_env_close(segment->env);
    }
    if (segment->fd >= 0) {
        (void)close(segment->fd);
    }
    free(segment);
}
