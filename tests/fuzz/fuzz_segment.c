/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A base segment and a delta over it, one of them changed as the input says: if the
 * tables are found good, lookups stay within them. LMDB and the checksum of the file
 * are left out; what is tried are the numbers that they bring.
 *
 * The first byte says which of the two is changed, the rest is edits (edits.h).
 */
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz/edits.h"
#include "fuzz/fuzz.h"
#include "index/generation.h"
#include "index/segment_builder.h"
#include "index/segment_tables.h"
#include "support/hashes.h"

enum {
    NSEGMENTS = 2,
    NLISTS = 2,
    NENTRIES = 48,
    NQUERIES = 12,
    FIRST_BAND = 6,
    FIRST_KIND = FIRST_BAND + KI_RING8_NBANDS,
    NTABLES = FIRST_KIND + KI_NKINDS - 1
};

/* The original of each table of each segment, in the order of table_number. */
static struct fuzz_table originals[NSEGMENTS][NTABLES];
static struct ki_list_info lists[NLISTS];
static struct ki_hash queries[NQUERIES];

static void require(bool is_true)
{
    if (!is_true) {
        abort();
    }
}

static size_t table_number(const char *name)
{
    static const char *const names[FIRST_BAND] = {
        "header", "entry/at", "entry/data", "entry/order", "pdq/hash", "pdq/entry"};
    for (size_t i = 0; i < FIRST_BAND; i++) {
        if (strcmp(name, names[i]) == 0) {
            return i;
        }
    }
    for (unsigned kind = KI_KIND_MD5; kind < KI_NKINDS; kind++) {
        if (strcmp(name, ki_kind_text((enum ki_kind)kind)) == 0) {
            return FIRST_KIND + kind - 1;
        }
    }
    return FIRST_BAND + (size_t)strtoul(name + strlen("pdq/band/"), NULL, 10);
}

static const void *find(void *context, const char *name, size_t *nbytes)
{
    const struct fuzz_table *tables = context;
    size_t number = table_number(name);
    if (number >= NTABLES || !tables[number].data) {
        return NULL;
    }
    *nbytes = tables[number].nbytes;
    return tables[number].data;
}

static struct ki_hash some_hash(struct random_state *random, enum ki_kind kind)
{
    return hash_of_kind(random, kind);
}

/* Entry i; in a delta every third is a removed one. */
static void add_entry(struct ki_segment_builder *builder, struct random_state *random,
                      unsigned i, bool is_delta)
{
    char id[32];
    (void)snprintf(id, sizeof id, "entry-%u", i);
    struct ki_hash hashes[2] = {
        some_hash(random, KI_KIND_PDQ),
        some_hash(random, (enum ki_kind)(1 + i % (KI_NKINDS - 1)))};
    const struct ki_entry entry = {
        .id = id,
        .id_nbytes = strlen(id),
        .category_scheme = i % 2 == 0 ? "scheme" : "",
        .category_code = i % 2 == 0 ? "A1" : "",
        .hashes = hashes,
        .nhashes = is_delta && i % 3 == 0 ? 0 : 2,
    };
    if (i < NQUERIES / 2) {
        queries[2 * i] = hashes[0];
        queries[2 * i + 1] = hashes[1];
    }
    require(ki_segment_builder_add(builder, 1 + i % NLISTS, &entry, NULL) == KI_OK);
}

static struct ki_segment *build(const char *folder, bool is_delta)
{
    char path[128];
    struct random_state random = {is_delta ? 7 : 3};
    struct ki_segment_builder *builder = NULL;
    struct ki_segment_name name = {0};
    struct ki_segment *segment = NULL;
    require(ki_segment_builder_create(folder, is_delta, &builder, NULL) == KI_OK);
    for (unsigned i = is_delta ? NENTRIES / 2 : 0; i < NENTRIES; i++) {
        add_entry(builder, &random, i, is_delta);
    }
    (void)snprintf(path, sizeof path, "%s/segment-%d.mdb", folder, is_delta);
    require(ki_segment_builder_write(builder, path, &name, NULL) == KI_OK);
    ki_segment_builder_destroy(builder);
    require(ki_segment_open(path, &name, &segment, NULL) == KI_OK);
    return segment;
}

/* Takes the value of a table, whose first byte after the padding is at `table`. */
static void keep(struct fuzz_table *out, const void *table, size_t nbytes)
{
    size_t stored = ki_table_value_nbytes(nbytes);
    *out = fuzz_table_make((const uint8_t *)table - KI_TABLE_PADDING, stored, stored);
    out->is_copy = false;
}

static void keep_header(const struct ki_segment *segment, struct fuzz_table *out)
{
    struct ki_segment_header header = {.version = KI_SEGMENT_VERSION,
                                       .is_delta = segment->is_delta,
                                       .nentries = segment->nentries};
    header.nhashes[KI_KIND_PDQ] = segment->npdq;
    for (unsigned kind = KI_KIND_MD5; kind < KI_NKINDS; kind++) {
        header.nhashes[kind] = segment->digests[kind].nkeys;
    }
    *out = fuzz_table_make(NULL, 0, ki_table_value_nbytes(sizeof header));
    memcpy(out->data + KI_TABLE_PADDING, &header, sizeof header);
    out->is_copy = false;
}

static void keep_tables(const struct ki_segment *segment, struct fuzz_table *out)
{
    uint32_t n = segment->nentries;
    keep_header(segment, &out[0]);
    keep(&out[1], segment->entry_at, ((size_t)n + 1) * sizeof(uint64_t));
    keep(&out[2], segment->entry_data, (size_t)segment->entry_at[n]);
    if (segment->is_delta) {
        keep(&out[3], segment->entry_order, n * sizeof(uint32_t));
    }
    keep(&out[4], segment->pdq_hashes, segment->npdq * sizeof *segment->pdq_hashes);
    keep(&out[5], segment->pdq_entries, segment->npdq * sizeof(uint32_t));
    for (unsigned band = 0; band < KI_RING8_NBANDS; band++) {
        keep(&out[FIRST_BAND + band], segment->ring8.offsets[band],
             ki_band_layout(segment->npdq).nbytes);
    }
    for (unsigned kind = KI_KIND_MD5; kind < KI_NKINDS; kind++) {
        const struct ki_digest_table *digests = &segment->digests[kind];
        keep(&out[FIRST_KIND + kind - 1], digests->prefixes,
             ki_digest_layout(digests->nkeys, digests->width).nbytes);
    }
}

static int remove_one(const char *path, const struct stat *info, int type,
                      struct FTW *place)
{
    (void)info;
    (void)type;
    (void)place;
    return remove(path);
}

static void make_originals(void)
{
    char folder[] = "/tmp/knownimage-fuzz-XXXXXX";
    require(mkdtemp(folder) != NULL);
    for (int i = 0; i < NSEGMENTS; i++) {
        struct ki_segment *segment = build(folder, i > 0);
        keep_tables(segment, originals[i]);
        ki_segment_close(segment);
    }
    (void)nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    for (uint32_t i = 0; i < NLISTS; i++) {
        lists[i] = ki_list_info_default();
        lists[i].id = i + 1;
    }
}

static void read_entries(const struct ki_segment *segment)
{
    for (uint32_t i = 0; i < segment->nentries; i++) {
        struct ki_segment_entry entry = ki_segment_entry(segment, i);
        require(entry.id[entry.id_nbytes] == '\0');
        require(strlen(entry.category_scheme) <= UINT8_MAX);
        require(strlen(entry.category_code) <= UINT8_MAX);
    }
}

static void look_up(const struct ki_index *index, int radius)
{
    struct ki_hits hits = {0};
    require(ki_index_lookup_many(index, queries, NQUERIES, radius, &hits) == KI_OK);
    for (size_t i = 0; i < hits.nhits; i++) {
        const struct ki_hit *hit = &hits.items[i];
        require(hit->query < NQUERIES && hit->kind == queries[hit->query].kind);
        require(hit->distance <= KI_RADIUS_MAX);
        require(hit->list >= lists && hit->list < lists + NLISTS);
    }
    ki_hits_free(&hits);
}

static void try_tables(struct fuzz_table tables[NSEGMENTS][NTABLES])
{
    static struct ki_segment segments[NSEGMENTS];
    struct ki_segment *both[NSEGMENTS] = {&segments[0], &segments[1]};
    for (int i = 0; i < NSEGMENTS; i++) {
        memset(&segments[i], 0, sizeof segments[i]);
        const struct ki_segment_values values = {tables[i], find};
        if (!ki_segment_load(&segments[i], &values) ||
            segments[i].is_delta != (i > 0)) {
            return;
        }
        read_entries(&segments[i]);
    }
    const struct ki_index index = {
        .manifest = {.nsegments = NSEGMENTS, .lists = lists, .nlists = NLISTS},
        .segments = both,
        .radius_most = KI_RADIUS_MAX,
    };
    look_up(&index, KI_RADIUS_MAX);
    look_up(&index, KI_RADIUS_OF_LIST);
    look_up(&index, 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes)
{
    if (!originals[0][0].data) {
        make_originals();
    }
    if (nbytes == 0) {
        return 0;
    }
    struct fuzz_table tables[NSEGMENTS][NTABLES];
    memcpy(tables, originals, sizeof tables);
    struct fuzz_table *edited = tables[data[0] % NSEGMENTS];
    fuzz_tables_edit(edited, NTABLES, data + 1, nbytes - 1);
    try_tables(tables);
    fuzz_tables_forget(edited, NTABLES);
    return 0;
}
