/* SPDX-License-Identifier: Apache-2.0 */
/* Opening a segment: checksum first, then LMDB, then every number in it. */
#include "index/segment.h"

#include <errno.h>
#include <fcntl.h>
#include <lmdb.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/diag.h"
#include "base/pack.h"
#include "index/page_cache.h"
#include "index/segment_rings.h"
#include "index/segment_tables.h"

static bool load_digests(const struct ki_segment_values *values,
                         struct ki_segment *segment, enum ki_kind kind, uint32_t n)
{
    struct ki_digest_table *digests = &segment->digests[kind];
    uint32_t width = (uint32_t)ki_kind_nbytes(kind);
    struct ki_digest_layout layout = ki_digest_layout(n, width);
    char name[KI_TABLE_NAME_NBYTES];
    ki_table_name_kind(kind, name);
    const uint8_t *bytes = ki_segment_table(values, name, layout.nbytes);
    if (!bytes) {
        return false;
    }
    const void *prefixes = bytes;
    const void *entries = bytes + layout.entries_at;
    *digests = (struct ki_digest_table){n, width, bytes + layout.keys_at, prefixes};
    segment->digest_entries[kind] = entries;
    return ki_digest_table_is_valid(digests);
}

/* The record of an entry, good or not. */
static bool read_entry(const struct ki_segment *segment, uint32_t i,
                       struct ki_segment_entry *entry)
{
    uint64_t at = segment->entry_at[i];
    struct ki_unpacker unpacker = ki_unpacker_begin(
        segment->entry_data + at, (size_t)(segment->entry_at[i + 1] - at));
    entry->list_id = (uint32_t)ki_unpack_uint(&unpacker, 4);
    entry->is_removed = ki_unpack_uint(&unpacker, 1) != 0;
    entry->id_nbytes = (size_t)ki_unpack_uint(&unpacker, 2);
    const uint8_t *id = ki_unpack_bytes(&unpacker, entry->id_nbytes + 1);
    entry->id = (const char *)id;
    entry->category_scheme = ki_unpack_text(&unpacker);
    entry->category_code = ki_unpack_text(&unpacker);
    entry->member = ki_unpack_text(&unpacker);
    entry->nvotes_for = (uint32_t)ki_unpack_uint(&unpacker, 4);
    entry->nvotes_against = (uint32_t)ki_unpack_uint(&unpacker, 4);
    return unpacker.is_good && id[entry->id_nbytes] == '\0' &&
           unpacker.done == unpacker.nbytes;
}

struct ki_segment_entry ki_segment_entry(const struct ki_segment *segment, uint32_t i)
{
    struct ki_segment_entry entry = {0};
    (void)read_entry(segment, i, &entry);
    return entry;
}

static struct ki_segment_key key_at(const struct ki_segment *segment, uint32_t place)
{
    uint32_t entry = segment->entry_order[place];
    return ki_segment_record_key(segment->entry_data + segment->entry_at[entry]);
}

bool ki_segment_has(const struct ki_segment *delta,
                    const struct ki_segment_entry *entry)
{
    struct ki_segment_key wanted = {entry->list_id, (const uint8_t *)entry->id,
                                    entry->id_nbytes};
    uint32_t low = 0;
    uint32_t high = delta->nentries;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        struct ki_segment_key key = key_at(delta, middle);
        int order = ki_segment_key_compare(&key, &wanted);
        if (order == 0) {
            return true;
        }
        low = order < 0 ? middle + 1 : low;
        high = order < 0 ? high : middle;
    }
    return false;
}

static bool load_entries(const struct ki_segment_values *values,
                         struct ki_segment *segment)
{
    uint32_t n = segment->nentries;
    segment->entry_at =
        ki_segment_table(values, "entry/at", ((size_t)n + 1) * sizeof(uint64_t));
    if (!segment->entry_at || segment->entry_at[0] != 0) {
        return false;
    }
    for (uint32_t i = 0; i < n; i++) {
        if (segment->entry_at[i] > segment->entry_at[i + 1]) {
            return false;
        }
    }
    segment->entry_data =
        ki_segment_table(values, "entry/data", (size_t)segment->entry_at[n]);
    if (!segment->entry_data) {
        return false;
    }
    for (uint32_t i = 0; i < n; i++) {
        struct ki_segment_entry entry;
        if (!read_entry(segment, i, &entry)) {
            return false;
        }
    }
    return true;
}

/* Strictly ascending keys are also those of different entries: none is missing. */
static bool load_order(const struct ki_segment_values *values,
                       struct ki_segment *segment)
{
    uint32_t n = segment->nentries;
    segment->entry_order =
        ki_segment_table(values, "entry/order", n * sizeof(uint32_t));
    if (!segment->entry_order) {
        return false;
    }
    for (uint32_t i = 0; i < n; i++) {
        if (segment->entry_order[i] >= n) {
            return false;
        }
    }
    for (uint32_t i = 1; i < n; i++) {
        struct ki_segment_key before = key_at(segment, i - 1);
        struct ki_segment_key key = key_at(segment, i);
        if (ki_segment_key_compare(&before, &key) >= 0) {
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

bool ki_segment_load(struct ki_segment *segment, const struct ki_segment_values *values)
{
    struct ki_segment_header header;
    const void *bytes = ki_segment_table(values, "header", sizeof header);
    if (!bytes) {
        return false;
    }
    memcpy(&header, bytes, sizeof header);
    segment->nentries = header.nentries;
    segment->is_delta = header.is_delta != 0;
    if (header.version != KI_SEGMENT_VERSION || !load_entries(values, segment) ||
        (segment->is_delta && !load_order(values, segment)) ||
        !ki_segment_load_rings(values, segment, header.nhashes[KI_KIND_PDQ]) ||
        !are_below(segment->pdq_entries, segment->npdq, segment->nentries)) {
        return false;
    }
    for (unsigned kind = KI_KIND_MD5; kind < KI_NKINDS; kind++) {
        uint32_t n = header.nhashes[kind];
        if (!load_digests(values, segment, (enum ki_kind)kind, n) ||
            !are_below(segment->digest_entries[kind], n, segment->nentries)) {
            return false;
        }
    }
    return true;
}

struct environment {
    MDB_txn *txn;
    MDB_dbi dbi;
};

/* Opens the very file that was checked, by way of its descriptor. */
static int env_open_fd(MDB_env *env, int fd)
{
    char path[32];
    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    return mdb_env_open(env, path, MDB_NOSUBDIR | MDB_RDONLY | MDB_NOLOCK | MDB_NOTLS,
                        0400);
}

static int lmdb_open(struct ki_segment *segment, struct environment *environment)
{
    MDB_env *env = NULL;
    int result = mdb_env_create(&env);
    segment->env = env;
    if (result == MDB_SUCCESS) {
        result = env_open_fd(env, segment->fd);
    }
    if (result == MDB_SUCCESS) {
        result = mdb_txn_begin(env, NULL, MDB_RDONLY, &environment->txn);
        segment->txn = environment->txn;
    }
    if (result == MDB_SUCCESS) {
        result = mdb_dbi_open(environment->txn, NULL, 0, &environment->dbi);
    }
    return result;
}

static const void *find_in_lmdb(void *context, const char *name, size_t *nbytes)
{
    const struct environment *environment = context;
    union {
        const char *in;
        void *out;
    } text = {.in = name};
    MDB_val key = {.mv_size = strlen(name), .mv_data = text.out};
    MDB_val data;
    if (mdb_get(environment->txn, environment->dbi, &key, &data) != MDB_SUCCESS) {
        return NULL;
    }
    *nbytes = data.mv_size;
    return data.mv_data;
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
    ki_page_cache_fill(segment->fd, 0, name->nbytes);
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
    struct environment environment = {0};
    int result = lmdb_open(segment, &environment);
    if (result != MDB_SUCCESS) {
        status = result == ENOMEM ? KI_ERR_NO_MEMORY
                 : result > 0     ? KI_ERR_IO /* an errno: the file may be good */
                                  : KI_ERR_DAMAGED;
        return ki_diag_set(diag, status, "cannot map %s: %s", path,
                           mdb_strerror(result));
    }
    const struct ki_segment_values values = {&environment, find_in_lmdb};
    return ki_segment_load(segment, &values)
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
    segment->name = *name;
    atomic_init(&segment->nholders, 1);
    enum ki_status status = load(segment, path, name, diag);
    if (status != KI_OK) {
        ki_segment_close(segment);
        return status;
    }
    *out = segment;
    return KI_OK;
}

struct ki_segment *ki_segment_hold(struct ki_segment *segment)
{
    atomic_fetch_add(&segment->nholders, 1);
    return segment;
}

void ki_segment_close(struct ki_segment *segment)
{
    if (!segment || atomic_fetch_sub(&segment->nholders, 1) != 1) {
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
