/* SPDX-License-Identifier: Apache-2.0 */
/* A segment is the same file however much memory it is made in, and is searched like
 * the tables it is made of. */
#include <criterion/criterion.h>
#include <limits.h>

#include "index/page_cache.h"
#include "index/segment_collect.h"
#include "index/segment_file.h"
#include "index/segment_rings.h"
#include "index/segment_tables.h"
#include "support/folder.h"
#include "support/hashes.h"
#include "support/segments.h"

enum { NHASHES = KI_SEGMENT_RING8_MOST + 9000, NALIKE = 30000 };

/* The last ones share their first band, so that one bucket outgrows any small
 * workshop. */
static struct ki_pdq pdq_at(struct random_state *random, uint32_t i)
{
    struct ki_pdq pdq = hash_uniform(random);
    struct ki_ring_hash permuted = ki_ring_permute(&pdq);
    if (i >= NHASHES - NALIKE) {
        permuted.band[0] = 0x1234;
        pdq = ki_ring_unpermute(&permuted);
    }
    return pdq;
}

static struct ki_segment_name write_segment(const char *folder, const char *path,
                                            size_t workshop_nbytes, enum ki_ring ring)
{
    struct random_state random = {17};
    struct ki_segment_builder *builder = NULL;
    struct ki_segment_name name = {.number = 1};
    struct ki_diag diag = {0};
    cr_assert_eq(ki_segment_builder_create(folder, false, &builder, &diag), KI_OK);
    builder->workshop_nbytes = workshop_nbytes;
    builder->large_ring = ring;
    for (uint32_t i = 0; i < NHASHES; i++) {
        const struct ki_pdq pdq = pdq_at(&random, i);
        cr_assert_eq(segment_add(builder, i, &pdq, &diag), KI_OK);
    }
    cr_assert_eq(ki_segment_builder_write(builder, path, &name, &diag), KI_OK, "%s",
                 diag.message);
    ki_segment_builder_destroy(builder);
    return name;
}

static void check_parts(enum ki_ring ring)
{
    /* A band at once; in a few parts; in some dozen and a bucket that fits none. */
    static const size_t sizes[] = {KI_SEGMENT_WORKSHOP_NBYTES, 400 << 10, 100 << 10};
    struct folder folder = folder_make();
    struct ki_segment_name first = {0};
    char path[128];
    (void)snprintf(path, sizeof path, "%s/1.mdb", folder.path);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct ki_segment_name name = write_segment(folder.path, path, sizes[i], ring);
        first = i == 0 ? name : first;
        cr_expect_eq(name.nbytes, first.nbytes);
        cr_expect_str_eq(name.checksum, first.checksum, "%zu bytes", sizes[i]);
    }
    struct ki_segment *segment = NULL;
    struct ki_diag diag = {0};
    cr_assert_eq(ki_segment_open(path, &first, &segment, &diag), KI_OK, "%s",
                 diag.message);
    cr_expect_eq(segment->ring, ring);
    for (uint32_t i = 0; i < NHASHES; i += 997) {
        unsigned nfound = 0;
        cr_expect(ki_segment_search(segment, &segment->pdq_hashes[i], 0, count_equal,
                                    &nfound));
        cr_expect_eq(nfound, 1);
    }
    ki_segment_close(segment);
    folder_remove(&folder);
}

Test(segment, of_ring16_does_not_depend_on_the_memory_it_is_made_in)
{
    check_parts(KI_RING16);
}

Test(segment, of_ring12_does_not_depend_on_the_memory_it_is_made_in)
{
    check_parts(KI_RING12);
}

Test(segment, of_lined16_does_not_depend_on_the_memory_it_is_made_in)
{
    check_parts(KI_LINED16);
}

enum { NONE = INT_MAX }; /* of it there is nothing */

struct stored {
    const struct ki_segment *segment;
    const char *wanted; /* the table that is short of some bytes */
    size_t nbytes_less;
};

/* The tables of a segment of a lined ring as LMDB would give them. */
static const void *find_stored(void *context, const char *name, size_t *nbytes)
{
    const struct stored *stored = context;
    const struct ki_segment *segment = stored->segment;
    const struct ki_lined *ring = &segment->lined;
    const uint8_t *table = NULL;
    size_t n = 0;
    const char *prefix = segment->ring == KI_LINED16 ? "pdq/cell/" : "pdq/line/";
    if (strncmp(name, prefix, 9) == 0) {
        unsigned band = (unsigned)strtoul(name + 9, NULL, 10);
        table = (const uint8_t *)ring->lines[band];
        n = ki_lined_nlines(&ring->shape, band) * sizeof(struct ki_line) +
            ring->nunits[band] * sizeof(uint16_t);
    } else if (strcmp(name, "pdq/hash") == 0) {
        table = (const uint8_t *)segment->pdq_hashes;
        n = segment->npdq * sizeof *segment->pdq_hashes;
    } else if (strcmp(name, "pdq/entry") == 0) {
        table = (const uint8_t *)segment->pdq_entries;
        n = segment->npdq * sizeof *segment->pdq_entries;
    }
    *nbytes = ki_table_value_nbytes(n);
    if (strcmp(name, stored->wanted) == 0) {
        *nbytes -= stored->nbytes_less;
        table = stored->nbytes_less == NONE ? NULL : table;
    }
    return table ? table - KI_TABLE_PADDING : NULL;
}

static void check_short(enum ki_ring ring, const struct stored *cases, size_t ncases)
{
    struct folder folder = folder_make();
    struct ki_segment *segment = NULL;
    struct ki_diag diag = {0};
    char path[128];
    (void)snprintf(path, sizeof path, "%s/1.mdb", folder.path);
    struct ki_segment_name name =
        write_segment(folder.path, path, KI_SEGMENT_WORKSHOP_NBYTES, ring);
    cr_assert_eq(ki_segment_open(path, &name, &segment, &diag), KI_OK);
    struct stored whole = {segment, "", 0};
    const struct ki_segment_values good = {&whole, find_stored};
    struct ki_segment again = {0};
    cr_expect(ki_segment_load_rings(&good, &again, segment->npdq));
    for (size_t i = 0; i < ncases; i++) {
        struct stored stored = cases[i];
        stored.segment = segment;
        const struct ki_segment_values values = {&stored, find_stored};
        cr_expect(!ki_segment_load_rings(&values, &again, segment->npdq), "%s",
                  stored.wanted);
    }
    ki_segment_close(segment);
    folder_remove(&folder);
}

Test(segment, of_ring12_is_refused_if_a_table_is_short_or_missing)
{
    static const struct stored cases[] = {
        {NULL, "pdq/line/05", 2},
        {NULL, "pdq/line/11", 64},
        {NULL, "pdq/line/03", 1 << 20},
        {NULL, "pdq/line/01", 1},
        {NULL, "pdq/line/07", SIZE_MAX /* one more */},
        {NULL, "pdq/hash", 32},
    };
    check_short(KI_RING12, cases, sizeof cases / sizeof *cases);
}

Test(segment, of_lined16_is_refused_if_a_table_is_short_or_missing)
{
    static const struct stored cases[] = {
        {NULL, "pdq/cell/05", 2},
        {NULL, "pdq/cell/11", 64},
        {NULL, "pdq/cell/15", 1 << 22 /* less than its lines */},
        {NULL, "pdq/cell/12", NONE},
        {NULL, "pdq/cell/00", NONE /* taken for ring16, which it has no tables of */},
        {NULL, "pdq/cell/15", NONE},
        {NULL, "pdq/hash", 32},
    };
    check_short(KI_LINED16, cases, sizeof cases / sizeof *cases);
}

/* A table that begins in the middle of a huge page leaves it to be made of small ones.
 */
Test(segment, room_comes_in_whole_huge_pages)
{
    static const size_t tables[] = {100, 5000001, 300, 12345678, 6553600, 77};
    struct folder folder = folder_make();
    struct ki_segment_file file;
    char path[128];
    (void)snprintf(path, sizeof path, "%s/1.mdb", folder.path);
    ki_segment_file_open(&file, path, (size_t)256 << 20);
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        char name[16];
        (void)snprintf(name, sizeof name, "table %zu", i);
        struct ki_table table = ki_segment_file_table(&file, name, tables[i]);
        cr_assert_not_null(table.at, "%d", file.result);
        cr_expect_eq(file.allocated % KI_HUGE_PAGE_NBYTES, 0, "%zu", i);
        cr_expect_geq(file.allocated, table.offset + tables[i], "%zu", i);
    }
    cr_expect_gt(ki_segment_file_commit(&file), 0);
    ki_segment_file_close(&file);
    folder_remove(&folder);
}
