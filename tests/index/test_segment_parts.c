/* SPDX-License-Identifier: Apache-2.0 */
/* A segment is the same file however much memory it is made in, and is searched like
 * the tables it is made of. */
#include <criterion/criterion.h>

#include "index/segment_builder.h"
#include "index/segment_collect.h"
#include "support/folder.h"
#include "support/hashes.h"

enum { NHASHES = KI_SEGMENT_RING8_MOST + 9000, NALIKE = 30000 };

/* The last ones share their first band, so that one bucket outgrows any small
 * workshop. */
static struct ki_hash hash_at(struct random_state *random, uint32_t i)
{
    struct ki_pdq pdq = hash_uniform(random);
    struct ki_ring_hash permuted = ki_ring_permute(&pdq);
    struct ki_hash hash = {.kind = KI_KIND_PDQ};
    if (i >= NHASHES - NALIKE) {
        permuted.band[0] = 0x1234;
        pdq = ki_ring_unpermute(&permuted);
    }
    memcpy(hash.bytes, pdq.bytes, sizeof pdq.bytes);
    return hash;
}

static struct ki_segment_name write_segment(const char *folder, const char *path,
                                            size_t workshop_nbytes)
{
    struct random_state random = {17};
    struct ki_segment_builder *builder = NULL;
    struct ki_segment_name name = {.number = 1};
    struct ki_diag diag = {0};
    cr_assert_eq(ki_segment_builder_create(folder, false, &builder, &diag), KI_OK);
    builder->workshop_nbytes = workshop_nbytes;
    for (uint32_t i = 0; i < NHASHES; i++) {
        char id[16];
        int length = snprintf(id, sizeof id, "%u", i);
        struct ki_hash hash = hash_at(&random, i);
        struct ki_entry entry = {.id = id,
                                 .id_nbytes = (size_t)length,
                                 .category_scheme = "",
                                 .category_code = "",
                                 .hashes = &hash,
                                 .nhashes = 1};
        cr_assert_eq(ki_segment_builder_add(builder, 1, &entry, &diag), KI_OK);
    }
    cr_assert_eq(ki_segment_builder_write(builder, path, &name, &diag), KI_OK, "%s",
                 diag.message);
    ki_segment_builder_destroy(builder);
    return name;
}

static bool count(void *context, uint32_t id, unsigned distance)
{
    unsigned *nfound = context;
    (void)id;
    *nfound += distance == 0;
    return true;
}

Test(segment, does_not_depend_on_the_memory_it_is_made_in)
{
    /* A band at once; in three parts; in nine and a bucket that fits none of them. */
    static const size_t sizes[] = {KI_SEGMENT_WORKSHOP_NBYTES, 400 << 10, 100 << 10};
    struct folder folder = folder_make();
    struct ki_segment_name first = {0};
    char path[128];
    (void)snprintf(path, sizeof path, "%s/1.mdb", folder.path);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct ki_segment_name name = write_segment(folder.path, path, sizes[i]);
        first = i == 0 ? name : first;
        cr_expect_eq(name.nbytes, first.nbytes);
        cr_expect_str_eq(name.checksum, first.checksum, "%zu bytes", sizes[i]);
    }
    struct ki_segment *segment = NULL;
    struct ki_diag diag = {0};
    cr_assert_eq(ki_segment_open(path, &first, &segment, &diag), KI_OK, "%s",
                 diag.message);
    for (uint32_t i = 0; i < NHASHES; i += 997) {
        unsigned nfound = 0;
        cr_expect(
            ki_segment_search(segment, &segment->pdq_hashes[i], 0, count, &nfound));
        cr_expect_eq(nfound, 1);
    }
    ki_segment_close(segment);
    folder_remove(&folder);
}
